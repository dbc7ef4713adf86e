//! How the members of a cluster are checked.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use http::uri::PathAndQuery;

use super::Statuses;

/// How a member is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// By `GET`; the status decides.
    Http,
    /// By connecting.
    Tcp,
}

/// The checks of one cluster. Members are only checked where this is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// How they are asked (`health_check`).
    pub kind: Kind,
    /// What `GET` asks for (`health_check_path`). Default `/`.
    pub path: PathAndQuery,
    /// The time from one answer to the next question (`health_check_interval`), give or take a tenth so that members are not
    /// all asked at once. Default 5 s; at least 10 ms.
    pub interval: Duration,
    /// The longest time for an answer (`health_check_timeout`). Default 2 s.
    pub timeout: Duration,
    /// Good answers in a row that make a member healthy (`health_check_healthy`). Default 2.
    pub healthy: NonZeroU32,
    /// Bad answers in a row that make a member unhealthy (`health_check_unhealthy`). Default 3.
    pub unhealthy: NonZeroU32,
    /// The statuses that are good answers to `GET` (`health_check_status`). Default 200–399.
    pub statuses: Statuses,
}

impl HealthCheck {
    /// Checks of a kind, with the defaults for everything else.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            path: PathAndQuery::from_static("/"),
            interval: Duration::from_secs(5),
            timeout: Duration::from_secs(2),
            healthy: const { NonZeroU32::new(2).expect("two is not zero") },
            unhealthy: const { NonZeroU32::new(3).expect("three is not zero") },
            statuses: Statuses::default(),
        }
    }
}

/// There is no such kind of check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are no health checks of the kind \"{0}\"; known are http and tcp")]
pub struct UnknownKind(pub Box<str>);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        match text {
            _ if text.eq_ignore_ascii_case("http") => Ok(Kind::Http),
            _ if text.eq_ignore_ascii_case("tcp") => Ok(Kind::Tcp),
            _ => Err(UnknownKind(text.into())),
        }
    }
}
