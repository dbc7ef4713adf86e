//! Where values come from.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};
use sinew_core::diagnostics::Location;

/// The source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody gave it.
    Default,
    /// The settings file; the place of the value.
    File(Location),
    /// The environment variable with this name.
    Environment(String),
    /// The flag with this name, such as `--set`.
    Flag(String),
}

/// One line of `sinew show settings`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The dotted path of the key.
    pub key: String,
    /// The value as it would be written after `--set key=`. References to secrets, never the secrets.
    pub value: String,
    /// Where the value comes from.
    pub origin: Origin,
}

/// `default`, `sinew.toml:3:10`, `environment SINEW_SERVER_THREADS`, `--set`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(location) => write!(f, "{location}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// `{"key":…,"value":…,"source":…}`, all of them text.
impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Explanation", 3)?;
        fields.serialize_field("key", &self.key)?;
        fields.serialize_field("value", &self.value)?;
        fields.serialize_field("source", &self.origin.to_string())?;
        fields.end()
    }
}
