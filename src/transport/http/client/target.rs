//! Where a request goes: scheme, host and port, parsed once and then only compared.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use http::{HeaderValue, Uri};

use crate::transport::http::server::Scheme;

/// The place a connection leads to. Cheap to clone; two targets are equal when they share a pool.
#[derive(Clone)]
pub struct Target(Arc<Parsed>);

struct Parsed {
    scheme: Scheme,
    host: Box<str>,
    port: u16,
    address: Option<SocketAddr>,
    authority: HeaderValue,
    hash: u64,
}

/// Why an address is no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Neither `http` nor `https`.
    #[error("the scheme must be http or https")]
    Scheme,
    /// No host.
    #[error("the address has no host")]
    Host,
    /// A user name or password in front of the host.
    #[error("the address must not carry a user name")]
    UserInformation,
    /// Not a port number from 1 to 65535.
    #[error("the port is not a number from 1 to 65535")]
    Port,
}

impl Target {
    /// Takes scheme, host and port from an absolute address; the default ports are 80 and 443.
    ///
    /// The host is compared without regard to case. The `Host` value is `host` or `host:port` as written
    /// in the address, so a default port is named only when the address names it (http-transport.md §6.3).
    ///
    /// # Errors
    ///
    /// When a part is missing, or carries something that has no place in the address of a member.
    pub fn parse(address: &Uri) -> Result<Self, TargetError> {
        let scheme = match address.scheme_str() {
            Some(name) if name.eq_ignore_ascii_case("http") => Scheme::Http,
            Some(name) if name.eq_ignore_ascii_case("https") => Scheme::Https,
            _ => return Err(TargetError::Scheme),
        };
        let authority = address.authority().ok_or(TargetError::Host)?;
        if authority.as_str().contains('@') {
            return Err(TargetError::UserInformation);
        }
        let host = authority.host();
        if host.is_empty() || host == "[]" {
            return Err(TargetError::Host);
        }
        let port = match authority.as_str().get(host.len()..) {
            Some("") => scheme.default_port(),
            Some(rest) => {
                rest.strip_prefix(':').and_then(|digits| digits.parse().ok()).ok_or(TargetError::Port)?
            }
            None => return Err(TargetError::Host),
        };
        if port == 0 {
            return Err(TargetError::Port);
        }
        let value = HeaderValue::from_str(authority.as_str()).map_err(|_| TargetError::Host)?;
        Ok(Self::assemble(scheme, host, port, value))
    }

    /// A target from its parts, as a member of a cluster has them; `host` may be a name or an address.
    ///
    /// # Errors
    ///
    /// When the host is no name and no address, or the port is 0.
    pub fn new(scheme: Scheme, host: &str, port: u16) -> Result<Self, TargetError> {
        let bracketed = match host.trim_start_matches('[').trim_end_matches(']').parse::<Ipv6Addr>() {
            Ok(_) if !host.starts_with('[') => format!("[{host}]"),
            Err(_) if host.contains([':', '[', ']']) => return Err(TargetError::Host),
            _ => host.to_owned(),
        };
        let address = format!("{}://{bracketed}:{port}/", scheme.as_str());
        let address: Uri = address.parse().map_err(|_| TargetError::Host)?;
        // A path in the host would have become the path of the address, and a user its user.
        match address.host() {
            Some(known) if known == bracketed => Self::parse(&address),
            _ => Err(TargetError::Host),
        }
    }

    fn assemble(scheme: Scheme, host: &str, port: u16, authority: HeaderValue) -> Self {
        let host = host.to_ascii_lowercase().into_boxed_str();
        let mut hasher = std::hash::DefaultHasher::new();
        (scheme, &host, port).hash(&mut hasher);
        let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let address = number.ok().map(|number| SocketAddr::new(number, port));
        Self(Arc::new(Parsed { scheme, host, port, address, authority, hash: hasher.finish() }))
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> Scheme {
        self.0.scheme
    }

    /// The host name in lower case, or the address; an IPv6 address is in brackets.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// The port, the scheme's own when the address named none.
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// Set when the host is an address and needs no resolver.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        self.0.address
    }

    /// The value for a `Host` header that names this target.
    pub fn authority(&self) -> &HeaderValue {
        &self.0.authority
    }
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.hash == other.0.hash
                && self.0.port == other.0.port
                && self.0.scheme == other.0.scheme
                && self.0.host == other.0.host)
    }
}

impl Eq for Target {}

impl Hash for Target {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.host, self.0.port)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({}://{self})", self.0.scheme.as_str())
    }
}
