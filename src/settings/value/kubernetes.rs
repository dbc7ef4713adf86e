//! Values that name things of Kubernetes.

use http::Uri;
use toml::de::DeValue;

use super::{Optional, Problem, Value, unexpected};

/// The name of a service, a namespace or a port: lower-case letters, digits and `-` in between, at most 63 (RFC 1123 §2.1,
/// as Kubernetes restricts it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelName(String);

/// The port of the endpoints of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServicePort {
    /// The name that the service has for it.
    Name(LabelName),
    /// Its number.
    Number(u16),
}

/// The URL of an API server: `http` or `https`, host, perhaps port and path, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl(Uri);

/// The longest name.
const LONGEST_NAME: usize = 63;

/// The longest URL, in bytes.
const LONGEST_URL: usize = 2048;

impl LabelName {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for LabelName {
    fn kind() -> String {
        format!("a name of at most {LONGEST_NAME} lower-case letters, digits and dashes")
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_label = (1..=LONGEST_NAME).contains(&text.len())
            && text.bytes().all(letters)
            && !text.starts_with('-')
            && !text.ends_with('-');
        match is_label {
            true => Ok(Self(text.to_owned())),
            false => Err(Problem(format!("`{text}` is no name of Kubernetes"))),
        }
    }

    fn to_text(&self) -> String {
        self.0.clone()
    }
}

impl Optional for LabelName {
    const ABSENT: &'static str = "";
}

impl Value for ServicePort {
    fn kind() -> String {
        "the name of a port or a number from 1 to 65535".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            let number = text.parse().ok().filter(|port| *port > 0);
            let problem = || Problem(format!("`{text}` is no port from 1 to 65535"));
            return number.map(Self::Number).ok_or_else(problem);
        }
        LabelName::from_text(text).map(Self::Name)
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        let number = value.as_integer().ok_or_else(|| unexpected(value))?;
        match Self::from_text(number.as_str()) {
            Ok(Self::Number(port)) => Ok(Self::Number(port)),
            _ => Err(Problem(format!("`{}` is no port from 1 to 65535", number.as_str()))),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Name(name) => name.to_text(),
            Self::Number(number) => number.to_string(),
        }
    }
}

impl Optional for ServicePort {
    const ABSENT: &'static str = "";
}

impl ApiUrl {
    /// What it is.
    pub fn uri(&self) -> &Uri {
        &self.0
    }
}

impl Value for ApiUrl {
    fn kind() -> String {
        "a URL that begins with http:// or https://".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let uri = text.parse::<Uri>().ok().filter(|uri| {
            let authority = uri.authority().map_or("", |authority| authority.as_str());
            text.len() <= LONGEST_URL
                && matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some_and(|host| !host.is_empty())
                && !authority.contains('@')
                && uri.query().is_none()
        });
        uri.map(Self).ok_or_else(|| Problem(format!("`{text}` is no URL of an API server")))
    }

    fn to_text(&self) -> String {
        self.0.to_string()
    }
}

impl Optional for ApiUrl {
    const ABSENT: &'static str = "";
}
