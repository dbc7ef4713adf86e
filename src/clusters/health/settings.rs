//! How the members of a cluster are checked.

use std::num::NonZeroU32;
use std::time::Duration;

use http::uri::PathAndQuery;
use sinew_core::config::balancer::{HealthCheckKind, HealthCheckSettings, StatusRanges};

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
    pub statuses: StatusRanges,
    /// Ask only members that failures keep away: a good answer ends that, and a bad one leaves it as it is. Members that work
    /// are left alone.
    pub revives: bool,
}

/// How often a member of a `<loadbalance>` that failed is asked whether it is back (endpoints.md §5.1).
const REVIVAL: Duration = Duration::from_millis(500);

impl HealthCheck {
    /// Checks of a kind, with the defaults for everything else.
    pub fn new(kind: Kind) -> Self {
        Self::with(kind, &HealthCheckSettings::default())
    }

    /// Brings back members that failed, as soon as they can be connected to (endpoints.md §5.1, case E54).
    pub fn reviving() -> Self {
        Self { revives: true, interval: REVIVAL, ..Self::new(Kind::Tcp) }
    }

    /// What the settings of a cluster ask for; `None` when its members are not asked.
    pub fn of(settings: &HealthCheckSettings) -> Option<Self> {
        match settings.kind {
            HealthCheckKind::Http => Some(Self::with(Kind::Http, settings)),
            HealthCheckKind::Tcp => Some(Self::with(Kind::Tcp, settings)),
            HealthCheckKind::Off => None,
        }
    }

    fn with(kind: Kind, settings: &HealthCheckSettings) -> Self {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            kind,
            // The reader has refused what is no path.
            path: settings.path.parse().unwrap_or_else(|_| PathAndQuery::from_static("/")),
            interval: settings.interval,
            timeout: settings.timeout,
            healthy: at_least_one(settings.healthy),
            unhealthy: at_least_one(settings.unhealthy),
            statuses: settings.status.clone(),
            revives: false,
        }
    }
}
