//! Values that describe providers of infrastructure.

use std::collections::BTreeMap;

use http::Uri;
use toml::de::DeValue;

use super::text::Listed;
use super::{Optional, Problem, Value, unexpected};

/// A word of 1 to 253 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word(String);

/// Ports from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortRange {
    /// The lowest.
    pub first: u16,
    /// The highest.
    pub last: u16,
}

/// Texts by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(BTreeMap<String, String>);

/// Where a service answers: an address of `http` or `https` without user, query and fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUrl(Uri);

/// The longest word.
const LONGEST: usize = 253;

// === words ===

impl Word {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for Word {
    fn kind() -> String {
        "a word of visible ASCII characters".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let good = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        match good {
            true => Ok(Self(text.to_owned())),
            false => Err(Problem(format!("`{text}` is no word"))),
        }
    }

    fn to_text(&self) -> String {
        self.0.clone()
    }
}

impl Optional for Word {
    const ABSENT: &'static str = "";
}

impl Listed for Word {
    const KIND: &'static str = "words";

    fn one(text: &str) -> Result<Self, Problem> {
        Self::from_text(text)
    }

    fn written(&self) -> String {
        self.0.clone()
    }
}

// === ports ===

impl PortRange {
    /// Every port.
    pub fn ports(self) -> impl Iterator<Item = u16> {
        self.first..=self.last
    }

    /// Whether there is a port in both.
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

impl Value for PortRange {
    fn kind() -> String {
        "two ports such as `9100-9199`".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let problem = || Problem(format!("`{text}` is no range of ports"));
        let (first, last) = text.split_once('-').ok_or_else(problem)?;
        let port = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(problem);
        let (first, last) = (port(first)?, port(last)?);
        match first <= last {
            true => Ok(Self { first, last }),
            false => Err(Problem(format!("`{text}` ends before it begins"))),
        }
    }

    fn to_text(&self) -> String {
        format!("{}-{}", self.first, self.last)
    }
}

impl Optional for PortRange {
    const ABSENT: &'static str = "";
}

// === texts ===

impl Texts {
    /// The texts by name.
    pub fn get(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

/// A table of strings in the file; `NAME=TEXT,NAME=TEXT` elsewhere.
impl Value for Texts {
    const STRING_IN_FILE: bool = false;

    fn kind() -> String {
        "a table of texts such as `{ team = \"shop\" }`".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        pairs(text).map(|pairs| Self(pairs.into_iter().collect()))
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        pairs_of(value).map(|pairs| Self(pairs.into_iter().collect()))
    }

    fn to_text(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|(name, text)| format!("{name}={text}")).collect();
        pairs.join(",")
    }
}

/// Names and texts of `NAME=TEXT,NAME=TEXT`.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let (name, text) = pair.split_once('=').ok_or_else(|| Problem(format!("`{pair}` has no `=`")))?;
        Ok((name.trim().to_owned(), text.to_owned()))
    });
    pairs.collect()
}

/// Names and texts of a table.
pub(super) fn pairs_of(value: &DeValue<'_>) -> Result<Vec<(String, String)>, Problem> {
    let table = value.as_table().ok_or_else(|| unexpected(value))?;
    let pairs = table.iter().map(|(name, text)| {
        let text = text.get_ref();
        let text = text.as_str().ok_or_else(|| unexpected(text))?;
        Ok((name.get_ref().to_string(), text.to_owned()))
    });
    pairs.collect()
}

// === addresses of services ===

impl ServiceUrl {
    /// The address; it has a scheme, a host and a path.
    pub fn uri(&self) -> &Uri {
        &self.0
    }
}

impl Value for ServiceUrl {
    fn kind() -> String {
        "an address such as https://host:8443/path".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let uri: Uri = text.parse().map_err(|_| Problem(format!("`{text}` is no address")))?;
        let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
        let authority = uri.authority().is_some_and(|authority| {
            let port = authority.as_str().trim_start_matches(authority.host());
            !authority.host().is_empty()
                && (port.is_empty() || authority.port_u16().is_some_and(|port| port > 0))
        });
        match scheme && authority && uri.query().is_none() && !text.contains('#') {
            true => Ok(Self(uri)),
            false => Err(Problem(format!(
                "`{text}` is no address of http or https with a host and without user, query and fragment"
            ))),
        }
    }

    fn to_text(&self) -> String {
        self.0.to_string()
    }
}

impl Optional for ServiceUrl {
    const ABSENT: &'static str = "";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked() {
        for (text, good) in [
            ("1-65535", true),
            ("9000-9000", true),
            ("9000 - 9001", true),
            ("9001-9000", false),
            ("0-5", false),
            ("9000", false),
            ("1-65536", false),
            ("-5", false),
        ] {
            assert_eq!(PortRange::from_text(text).is_ok(), good, "{text}");
        }
        for (text, good) in [
            ("http://h", true),
            ("https://[::1]:80/a/b", true),
            ("https://h:0", false),
            ("https://h:70000", false),
            ("ftp://h", false),
            ("h:80", false),
            ("/path", false),
            ("https://user@h", false),
            ("https://h/?q", false),
            ("https://h/#f", false),
        ] {
            assert_eq!(ServiceUrl::from_text(text).is_ok(), good, "{text}");
        }
        let range = |text| PortRange::from_text(text).expect("a range");
        for (left, right, expected) in [("1-5", "5-9", true), ("1-5", "6-9", false), ("2-3", "1-9", true)] {
            assert_eq!(range(left).overlaps(range(right)), expected);
            assert_eq!(range(right).overlaps(range(left)), expected);
        }
    }
}
