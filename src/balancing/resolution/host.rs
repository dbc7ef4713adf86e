//! What a `Host` header says, in the one spelling that tables are searched by (elastic-load-balancer.md §2.2, W12).

use std::borrow::Cow;
use std::net::Ipv6Addr;

use crate::transport::http::server::Scheme;

/// The longest name of a host in bytes (RFC 1035 §2.3.4).
const LONGEST: usize = 253;

/// A host as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHost<'a> {
    name: Cow<'a, str>,
    port: Option<u16>,
    as_written: Cow<'a, str>,
}

/// Why a text names no host. The client is answered with 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// There is no `Host` header, or it is empty.
    #[error("the request names no host")]
    Missing,
    /// Neither a name nor an address.
    #[error("the host is not a name or an address")]
    Name,
    /// The name is over 253 bytes.
    #[error("the host is longer than 253 bytes")]
    TooLong,
    /// What follows the colon is no number up to 65535.
    #[error("the port of the host is not a number up to 65535")]
    Port,
    /// It has a port, where a host stands for all its ports (configuration only).
    #[error("it must not have a port")]
    HasPort,
}

impl<'a> RequestHost<'a> {
    /// Reads `host`, `host:port` or `[address]:port`. Nothing is copied when the host is in lower case already.
    ///
    /// # Errors
    ///
    /// When it is something else; see [`HostError`].
    pub fn parse(value: &'a [u8]) -> Result<Self, HostError> {
        let as_written = std::str::from_utf8(value).map_err(|_| HostError::Name)?;
        let (name, port) = split_port(as_written)?;
        let port = match port {
            Some(digits) => Some(parse_port(digits)?),
            None => None,
        };
        Ok(Self { name: normalise(name)?, port, as_written: Cow::Borrowed(as_written) })
    }

    /// The name in lower case without a final dot, or the address; an IPv6 address is in brackets and in the form of
    /// RFC 5952.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The port, when one is written.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The port that the client meant: the one written, else that of the scheme (elastic-load-balancer.md §2.6).
    pub fn port_or_default(&self, scheme: Scheme) -> u16 {
        self.port.unwrap_or(scheme.default_port())
    }

    /// Host and port letter by letter, for `Host`, `X-Forwarded-Host` and `LB_REQUEST_HOST`.
    pub fn as_written(&self) -> &str {
        &self.as_written
    }

    /// The host letter by letter, without its port.
    pub fn name_as_written(&self) -> &str {
        split_port(&self.as_written).map_or(&*self.name, |(name, _)| name)
    }

    /// The same port of another host, as an alias of which this one was used. `name` has passed [`host_name`].
    pub(super) fn renamed(&self, name: String) -> RequestHost<'static> {
        let as_written = match self.port {
            Some(port) => format!("{name}:{port}"),
            None => name.clone(),
        };
        RequestHost { name: Cow::Owned(name), port: self.port, as_written: Cow::Owned(as_written) }
    }

    /// The same host without the header it was read from.
    pub fn into_owned(self) -> RequestHost<'static> {
        RequestHost {
            name: Cow::Owned(self.name.into_owned()),
            port: self.port,
            as_written: Cow::Owned(self.as_written.into_owned()),
        }
    }
}

/// A host without a port, from configuration, in the spelling of [`RequestHost::name`]. An IPv6 address may lack its
/// brackets.
///
/// # Errors
///
/// When the text is empty, has a port, or is neither a name nor an address.
pub fn host_name(text: &str) -> Result<Cow<'_, str>, HostError> {
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Ok(Cow::Owned(format!("[{address}]")));
    }
    match split_port(text)? {
        (name, None) => normalise(name),
        (_, Some(port)) => Err(parse_port(port).map_or(HostError::Name, |_| HostError::HasPort)),
    }
}

/// The host, and what follows the colon behind it.
fn split_port(text: &str) -> Result<(&str, Option<&str>), HostError> {
    let end_of_host = match text.strip_prefix('[') {
        Some(inner) => inner.find(']').ok_or(HostError::Name)? + "[]".len(),
        None => text.bytes().position(|byte| byte == b':').unwrap_or(text.len()),
    };
    let (host, rest) = text.split_at_checked(end_of_host).ok_or(HostError::Name)?;
    match rest {
        "" => Ok((host, None)),
        _ => Ok((host, Some(rest.strip_prefix(':').ok_or(HostError::Name)?))),
    }
}

fn parse_port(digits: &str) -> Result<u16, HostError> {
    let is_number = (1..=5).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number).ok_or(HostError::Port)
}

fn normalise(host: &str) -> Result<Cow<'_, str>, HostError> {
    if let Some(address) = host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        let address: Ipv6Addr = address.parse().map_err(|_| HostError::Name)?;
        let canonical = format!("[{address}]");
        return Ok(if canonical == host { Cow::Borrowed(host) } else { Cow::Owned(canonical) });
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    if name.is_empty() {
        return Err(if host.is_empty() { HostError::Missing } else { HostError::Name });
    }
    if name.len() > LONGEST {
        return Err(HostError::TooLong);
    }
    // A name begins and ends as if there were a dot around it: no label is empty.
    let mut before = b'.';
    let mut upper_case = false;
    for byte in name.bytes() {
        // A byte is within a table of all bytes.
        let is_letter = LETTERS[usize::from(byte)];
        if !is_letter && (byte != b'.' || before == b'.') {
            return Err(HostError::Name);
        }
        upper_case |= byte.is_ascii_uppercase();
        before = byte;
    }
    match before {
        b'.' => Err(HostError::Name),
        _ if upper_case => Ok(Cow::Owned(name.to_ascii_lowercase())),
        _ => Ok(Cow::Borrowed(name)),
    }
}

/// The bytes of labels that the framing policy lets pass; other ones are read in different ways.
static LETTERS: [bool; 256] = {
    let mut letters = [false; 256];
    let mut byte = 0;
    while byte < letters.len() {
        letters[byte] = matches!(byte as u8, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~');
        byte += 1;
    }
    letters
};
