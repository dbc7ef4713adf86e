//! The types of values, which cannot hold wrong ones, and how they are read.

mod address;
mod choice;
mod kubernetes;
mod member;
mod number;
mod origin;
mod pattern;
mod provider;
mod text;

pub use address::HttpAddress;
pub(super) use choice::ProviderKindName;
pub use choice::{AccessLogFormat, DnsRecord, LogFormat};
pub use kubernetes::{ApiUrl, LabelName, ServicePort};
pub use member::{ClusterName, HostName, PortMappings, ZoneName};
pub use number::{ByteSize, Count, Duration};
pub use origin::HttpOrigin;
pub use pattern::{Command, Environment, Pattern, Placeholder};
pub use provider::{PortRange, ServiceUrl, Texts, Word};
pub use text::{HeaderText, LogDestination, LogFilter, Seed, SocketPath};

pub(in crate::settings) use text::Listed;

use toml::de::DeValue;

/// What a source gives for a key.
pub(super) enum Input<'a> {
    /// From the environment or a flag.
    Text(&'a str),
    /// From the file.
    Toml(&'a DeValue<'a>),
}

/// What is wrong with a value, as a sentence without subject or final stop: `` `x` is no duration ``.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem(pub(super) String);

/// The type of a key.
pub(super) trait Value: Sized {
    /// What values are allowed; completes "expected …".
    fn kind() -> String;

    /// From the text of an environment variable or flag, or from a string in the file.
    fn from_text(text: &str) -> Result<Self, Problem>;

    /// From a value of the file that is no string; most types have none.
    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        Err(unexpected(value))
    }

    /// Whether a string is how the file writes it.
    const STRING_IN_FILE: bool = true;

    /// Whether a wrong value may be a secret, which must not be shown.
    const SECRET: bool = false;

    /// The text that [`Value::from_text`] reads as this value.
    fn to_text(&self) -> String;
}

/// A type that has a text for "none"; it makes `Option` of it a [`Value`].
pub(super) trait Optional: Value {
    /// The text that means none.
    const ABSENT: &'static str;

    /// Whether a text means none, also in another spelling.
    fn is_absent(text: &str) -> bool {
        text == Self::ABSENT
    }
}

/// Reads a value from any source.
pub(super) fn read<T: Value>(input: &Input<'_>) -> Result<T, Problem> {
    match input {
        Input::Text(text) => T::from_text(text.trim()),
        Input::Toml(DeValue::String(text)) if T::STRING_IN_FILE => T::from_text(text.trim()),
        Input::Toml(value) => T::from_toml(value),
    }
}

/// The value of a default.
///
/// # Panics
///
/// When the declaration of a key has a default that is no value; the tests of this module read every one.
pub(super) fn default_value<T: Value>(text: &str) -> T {
    T::from_text(text).unwrap_or_else(|Problem(problem)| panic!("wrong default `{text}`: {problem}"))
}

/// The file has a value of another type.
pub(super) fn unexpected(value: &DeValue<'_>) -> Problem {
    let found = match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    Problem(format!("this is {found}"))
}

/// Makes types readable outside settings, with the problem as text.
macro_rules! from_str {
    ($(($($generic:tt)*) $name:ty),+ $(,)?) => {
        $(
            impl<$($generic)*> std::str::FromStr for $name {
                type Err = String;

                fn from_str(text: &str) -> Result<Self, String> {
                    <Self as Value>::from_text(text).map_err(|Problem(problem)| problem)
                }
            }
        )+
    };
}

from_str!(
    () ApiUrl,
    () ClusterName,
    () HostName,
    () LabelName,
    () ServicePort,
    () HttpOrigin,
    () ZoneName,
    (const MIN: u64, const MAX: u64) Duration<MIN, MAX>,
);

impl<T: Optional> Value for Option<T> {
    const STRING_IN_FILE: bool = T::STRING_IN_FILE;
    const SECRET: bool = T::SECRET;

    fn kind() -> String {
        let absent = if T::ABSENT.is_empty() { "empty" } else { T::ABSENT };
        format!("{}; {absent} for none", T::kind())
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        if T::is_absent(text) { Ok(None) } else { T::from_text(text).map(Some) }
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        match value {
            DeValue::Integer(number) if number.as_str() == T::ABSENT => Ok(None),
            other => T::from_toml(other).map(Some),
        }
    }

    fn to_text(&self) -> String {
        self.as_ref().map_or_else(|| T::ABSENT.to_owned(), Value::to_text)
    }
}

impl Value for bool {
    const STRING_IN_FILE: bool = false;

    fn kind() -> String {
        "true or false".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        text.parse().map_err(|_| Problem(format!("`{text}` is neither true nor false")))
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        value.as_bool().ok_or_else(|| unexpected(value))
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}
