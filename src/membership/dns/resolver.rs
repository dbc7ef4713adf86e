//! Who is asked, and what is answered.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;

/// Asks DNS.
pub trait Resolver: Send + Sync + 'static {
    /// The records of one kind that a name has. That there are none is an answer, not an error.
    fn ask<'a>(
        &'a self,
        name: &'a str,
        kind: Kind,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, LookUpError>> + Send + 'a>>;
}

/// A kind of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Addresses of IPv4 (RFC 1035 §3.4.1).
    A,
    /// Addresses of IPv6 (RFC 3596 §2.1).
    Aaaa,
    /// Hosts and ports (RFC 2782).
    Srv,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The records; none when the name has none of the kind, or does not exist.
    pub records: Vec<Record>,
    /// For how long the answer holds; none when it does not say.
    pub ttl: Option<Duration>,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// An address.
    Address(IpAddr),
    /// A host and a port.
    Service(Service),
}

/// What an SRV record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The lowest is the best.
    pub priority: u16,
    /// How much of the load it gets beside others of the same priority.
    pub weight: u16,
    /// The port; 0 is none.
    pub port: u16,
    /// The host; `.` says that there is no such service.
    pub target: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LookUpError(String);

impl LookUpError {
    /// An error with its reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}
