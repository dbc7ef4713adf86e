//! How long a session lives.

use std::time::Duration;

/// The session time-out of the original's code, for when nothing says otherwise (elastic-load-balancer.md §3.5).
pub const DEFAULT_SESSION_TIMEOUT: Duration = Duration::from_secs(120);

/// How long a session lives, and from when on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    length: Duration,
    renewed: bool,
}

impl Window {
    /// So long after its last use, as sessions of clusters do.
    pub const fn after_use(length: Duration) -> Self {
        Window { length, renewed: true }
    }

    /// So long after its beginning, whatever happens, as sessions of static endpoints do (endpoints.md §6.2).
    pub const fn after_start(length: Duration) -> Self {
        Window { length, renewed: false }
    }

    /// How long.
    pub const fn length(self) -> Duration {
        self.length
    }

    /// Whether a use makes the session live longer.
    pub const fn is_renewed(self) -> bool {
        self.renewed
    }
}

/// The session time-out that counts: of the endpoint (`sessionTimeout`), else of the balancer (`session_timeout`), else
/// the property `synapse.sal.endpoints.sesssion.timeout.default` (so spelled), else [`DEFAULT_SESSION_TIMEOUT`]. A time
/// of zero says nothing (elastic-load-balancer.md §3.5, W9).
pub fn session_timeout(
    endpoint: Option<Duration>,
    balancer: Option<Duration>,
    property: Option<Duration>,
) -> Duration {
    let stated = [endpoint, balancer, property].into_iter().flatten().find(|timeout| !timeout.is_zero());
    stated.unwrap_or(DEFAULT_SESSION_TIMEOUT)
}
