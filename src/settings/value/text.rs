//! Values that are text: addresses, paths, header values and names, log filters and destinations.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use http::{HeaderName, HeaderValue};
use sinew_core::config::balancer::Network;
use sinew_core::diagnostics::nearest;
use toml::de::DeValue;
use tracing_subscriber::EnvFilter;

use super::{HostName, Optional, Problem, Value, ZoneName, unexpected};

/// Text that can stand in a header: visible ASCII and spaces, 1 to 200 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderText(HeaderValue);

/// Which records of the application log are kept: a level, or a list of `target=level`, such as
/// `info,sinew::transport=debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

/// Where the access log goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogDestination {
    /// The standard output of the process.
    StandardOutput,
    /// A file that is appended to, and made when it does not exist.
    File(PathBuf),
}

/// The path of a Unix socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketPath(PathBuf);

/// A host name or IP address with a port, as `lb1.example.org:7900`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed(String);

/// The longest path of a socket that every Unix takes, in bytes.
const LONGEST_SOCKET_PATH: usize = 103;

/// The levels of a log filter, the quietest first.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

impl HeaderText {
    /// As the value of a header.
    pub fn value(&self) -> &HeaderValue {
        &self.0
    }
}

impl Value for HeaderText {
    fn kind() -> String {
        "text of 1 to 200 visible ASCII characters and spaces".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let visible = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let value = HeaderValue::from_str(text);
        match value {
            Ok(value) if visible && (1..=200).contains(&text.len()) => Ok(Self(value)),
            _ => Err(Problem("this text cannot stand in a header".to_owned())),
        }
    }

    fn to_text(&self) -> String {
        String::from_utf8_lossy(self.0.as_bytes()).into_owned()
    }
}

impl Optional for HeaderText {
    const ABSENT: &'static str = "";
}

impl LogFilter {
    /// The filter for a subscriber.
    pub fn to_filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }
}

impl Value for LogFilter {
    fn kind() -> String {
        format!("a level ({}) or a list such as `info,sinew::transport=debug`", LEVELS.join(", "))
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        // The filter's own parser takes any word that is no level for a target, and shows nothing then.
        for word in text.split(',').map(str::trim).take_while(|word| !word.contains('[')) {
            if !word.contains('=') && !LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word)) {
                let meant =
                    nearest(word, LEVELS).map_or(String::new(), |level| format!(", did you mean `{level}`?"));
                return Err(Problem(format!("`{word}` is no level{meant}")));
            }
        }
        match EnvFilter::builder().parse(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(error) => Err(Problem(format!("`{text}` is no filter: {error}"))),
        }
    }

    fn to_text(&self) -> String {
        self.0.clone()
    }
}

impl Value for LogDestination {
    fn kind() -> String {
        "`stdout` or a path".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        match text {
            "stdout" => Ok(Self::StandardOutput),
            path => PathBuf::from_text(path).map(Self::File),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::StandardOutput => "stdout".to_owned(),
            Self::File(path) => path.to_text(),
        }
    }
}

impl Value for PathBuf {
    fn kind() -> String {
        "a path".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        match text {
            "" => Err(Problem("the path is empty".to_owned())),
            text if text.contains('\0') => Err(Problem("the path contains a NUL character".to_owned())),
            text => Ok(Path::new(text).to_owned()),
        }
    }

    fn to_text(&self) -> String {
        self.display().to_string()
    }
}

impl Optional for PathBuf {
    const ABSENT: &'static str = "";
}

impl SocketPath {
    /// The path, as it was given.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Value for SocketPath {
    fn kind() -> String {
        format!("a path of at most {LONGEST_SOCKET_PATH} bytes")
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let path = PathBuf::from_text(text)?;
        match text.len() <= LONGEST_SOCKET_PATH {
            true => Ok(Self(path)),
            false => Err(Problem(format!("the path has {} bytes", text.len()))),
        }
    }

    fn to_text(&self) -> String {
        self.0.to_text()
    }
}

impl Optional for SocketPath {
    const ABSENT: &'static str = "";

    fn is_absent(text: &str) -> bool {
        matches!(text, "" | "0")
    }
}

impl Seed {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Listed for Seed {
    const KIND: &'static str = "hosts with ports, such as lb1.example.org:7900";

    fn one(text: &str) -> Result<Self, Problem> {
        let wrong = || Problem(format!("`{text}` is no host with a port"));
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        // Addresses of IPv6 are in brackets, so that their last number is no port.
        let is_bare = host.contains(':') && !host.starts_with('[');
        HostName::from_text(host).ok().filter(|_| !is_bare).ok_or_else(wrong)?;
        match port.parse::<u16>() {
            Ok(1..) => Ok(Self(text.to_owned())),
            _ => Err(wrong()),
        }
    }

    fn written(&self) -> String {
        self.0.clone()
    }
}

impl Value for SocketAddr {
    fn kind() -> String {
        "an IP address and a port, such as 0.0.0.0:8280 or [::1]:8280".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        text.parse().map_err(|_| Problem(format!("`{text}` is no IP address with a port")))
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

impl Optional for SocketAddr {
    const ABSENT: &'static str = "";
}

impl Value for Ipv4Addr {
    fn kind() -> String {
        "an address of IPv4".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        text.parse().map_err(|_| Problem(format!("`{text}` is no address of IPv4")))
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

impl Optional for Ipv4Addr {
    const ABSENT: &'static str = "";
}

/// What stands in lists: an array of strings in the file, a comma-separated text elsewhere.
pub(in crate::settings) trait Listed: Sized {
    /// What each is, as "header names".
    const KIND: &'static str;

    /// Whether a wrong one may be a secret, which must not be shown.
    const SECRET: bool = false;

    /// Reads one.
    fn one(text: &str) -> Result<Self, Problem>;

    /// Writes one.
    fn written(&self) -> String;
}

impl<T: Listed> Value for Vec<T> {
    const STRING_IN_FILE: bool = false;
    const SECRET: bool = T::SECRET;

    fn kind() -> String {
        format!("a list of {}", T::KIND)
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(T::one).collect()
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        let items = value.as_array().ok_or_else(|| unexpected(value))?;
        items
            .iter()
            .map(|item| {
                item.get_ref().as_str().ok_or_else(|| Problem("not everything in it is a string".to_owned()))
            })
            .map(|item| item.and_then(|item| T::one(item.trim())))
            .collect()
    }

    fn to_text(&self) -> String {
        self.iter().map(T::written).collect::<Vec<_>>().join(",")
    }
}

impl Listed for HeaderName {
    const KIND: &'static str = "header names";

    fn one(text: &str) -> Result<Self, Problem> {
        text.parse().map_err(|_| Problem(format!("`{text}` is no header name")))
    }

    fn written(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Listed for Network {
    const KIND: &'static str = "addresses and networks such as 10.0.0.0/8";

    fn one(text: &str) -> Result<Self, Problem> {
        text.parse().map_err(|_| Problem(format!("`{text}` is no address and no network")))
    }

    fn written(&self) -> String {
        self.to_string()
    }
}

impl Listed for SocketAddr {
    const KIND: &'static str = "addresses with ports such as 10.0.0.2:53";

    fn one(text: &str) -> Result<Self, Problem> {
        Self::from_text(text)
    }

    fn written(&self) -> String {
        self.to_string()
    }
}

impl Listed for ZoneName {
    const KIND: &'static str = "names of 1 to 253 visible ASCII characters";

    fn one(text: &str) -> Result<Self, Problem> {
        Self::from_text(text)
    }

    fn written(&self) -> String {
        self.as_str().to_owned()
    }
}
