//! Whether the target of a session may be used.

use std::sync::Arc;

use tokio::time::Instant;

use crate::balancing::affinity::session::Session;

/// What becomes of sessions whose member is suspended: key `sticky` (elastic-load-balancer.md W44).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sticky {
    /// `strict`: the member is tried nevertheless; when that fails, fail-over applies.
    #[default]
    Strict,
    /// `failover`: another member is chosen, and the session is bound to that.
    Failover,
}

/// How the target of a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It takes requests.
    Ready,
    /// It failed, and gets no new sessions for a while.
    Suspended,
    /// It gets no new sessions, and keeps its old ones until then: the begin of draining plus `drain_timeout`
    /// (elastic-load-balancer.md §5.8).
    Draining {
        /// The moment from which on it gets nothing at all.
        until: Instant,
    },
    /// It is there and takes no requests: not yet joined, or `active=false` (W56).
    Closed,
}

/// What a session is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its target gets the request.
    Use,
    /// It stays known, and the request goes elsewhere.
    PassOver,
    /// Its target left.
    Forget,
}

/// Where a request goes.
#[derive(Clone, Debug)]
pub enum Choice<T> {
    /// To the target of this session.
    Bound(Arc<Session<T>>),
    /// To whom the algorithm says.
    Open {
        /// A session that the request has, and whose target must not be used now. It is bound to who answers.
        former: Option<Arc<Session<T>>>,
    },
}

impl<T> Choice<T> {
    /// The target, when the session says it.
    pub fn target(&self) -> Option<&T> {
        match self {
            Choice::Bound(session) => Some(session.target()),
            Choice::Open { .. } => None,
        }
    }

    /// The session of the request, wherever the request went in the end.
    pub fn session(&self) -> Option<&Session<T>> {
        match self {
            Choice::Bound(session) => Some(session),
            Choice::Open { former } => former.as_deref(),
        }
    }
}

/// What a session is worth whose target stands like this; `None` means that it left (elastic-load-balancer.md §3.5 S4 and
/// "Member leaves", §5.8, W44).
pub fn verdict(standing: Option<Standing>, sticky: Sticky, now: Instant) -> Verdict {
    match standing {
        None => Verdict::Forget,
        Some(Standing::Ready) => Verdict::Use,
        Some(Standing::Suspended) if sticky == Sticky::Strict => Verdict::Use,
        Some(Standing::Draining { until }) if now < until => Verdict::Use,
        Some(Standing::Suspended | Standing::Draining { .. } | Standing::Closed) => Verdict::PassOver,
    }
}
