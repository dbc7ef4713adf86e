//! What a proxy shall do, in words that fit them all.

use std::net::SocketAddr;
use std::path::PathBuf;

/// What a proxy shall do.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// To whom it forwards, in turns.
    pub(crate) members: Vec<SocketAddr>,
    /// How.
    pub(crate) kind: Kind,
    /// A PEM file with the certificate, and one with its key, and one with both; the listener speaks TLS then.
    pub(crate) certificate: Option<Certificate>,
    /// An empty folder for its files.
    pub(crate) folder: PathBuf,
}

/// Files of a certificate for `localhost`.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) both: PathBuf,
}

/// How it forwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Everything to the first member, without an access log.
    One,
    /// To all members in turn, with an access log.
    Balanced,
    /// The same to so many of the members.
    Members(usize),
    /// The same, and clients stay with their member by a cookie.
    Sticky,
    /// To all members in turn, through the main sequence that WSO2 ELB ships, counted for the autoscaler, with an access
    /// log: Sinew only.
    Shipped,
    /// To the first member, through mediators that do not look at the payload: Sinew only.
    Mediated(usize),
    /// To the first member, through a filter on the body and a payload factory: Sinew only.
    Payload,
    /// To the first member, one of so many deployed proxy services: Sinew only.
    Deployed(usize),
}

impl Setup {
    /// Those who are forwarded to.
    pub(crate) fn targets(&self) -> &[SocketAddr] {
        let count = match self.kind {
            Kind::Balanced | Kind::Sticky | Kind::Shipped => self.members.len(),
            Kind::Members(count) => count.min(self.members.len()),
            _ => 1,
        };
        &self.members[..count]
    }

    /// The path that requests ask for.
    pub(crate) fn path(kind: Kind) -> &'static str {
        match kind {
            Kind::Balanced | Kind::Members(_) | Kind::Sticky | Kind::Shipped => "/catalogue/books/42?page=4",
            _ => "/services/Relay/catalogue/books/42?page=4",
        }
    }
}
