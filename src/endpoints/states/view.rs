//! What people see of endpoints (endpoints.md §9).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::availability::State;

/// One endpoint as people see it.
#[derive(Clone, Debug)]
pub struct EndpointView {
    /// Its name, or for one without a name where it stands, as `proxy:P/endpoint`. No other endpoint has it.
    pub name: Arc<str>,
    /// The element that makes it one of its kind, as `address`.
    pub kind: &'static str,
    /// Its state. A composite is active when one of its endpoints is; otherwise it is in the state that all of them are
    /// in, or suspended.
    pub state: State,
    /// How long until it may be tried again; `None` while it is active or off, and for composites.
    pub next_retry: Option<Duration>,
    /// Whether it can be sent to now.
    pub is_ready: bool,
    /// The names of the endpoints in a composite.
    pub children: Vec<Arc<str>>,
    /// What was counted; for a composite, of all in it together.
    pub statistics: EndpointStatistics,
}

/// What was counted of an endpoint: answers since its name came into use, all else since its definition was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointStatistics {
    /// `MessagesSent`: requests that left, wholly or in part.
    pub sent: u64,
    /// `MessagesReceived`: answers.
    pub received: u64,
    /// `ResponseCodeTable`: answers by status. Status 0 stands for those beyond the first eight statuses.
    pub responses: BTreeMap<u16, u64>,
    /// `SendingFaultTable` and `ReceivingFaultTable`: faults by code.
    pub faults: BTreeMap<u32, u64>,
    /// `TotalEndpointSuspensions`.
    pub suspensions: u64,
    /// `TotalEndpointTimeouts`: failures that were forgiven, and the one after the last.
    pub timeouts: u64,
    /// `ConsecutiveEndpointSuspensions`: since it worked last.
    pub consecutive_suspensions: u64,
    /// `ConsecutiveEndpointTimeouts`: since it worked last.
    pub consecutive_timeouts: u64,
}

impl EndpointStatistics {
    /// All faults.
    pub fn fault_count(&self) -> u64 {
        self.faults.values().sum()
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.received += other.received;
        for (status, count) in &other.responses {
            *self.responses.entry(*status).or_default() += count;
        }
        for (code, count) in &other.faults {
            *self.faults.entry(*code).or_default() += count;
        }
        self.suspensions += other.suspensions;
        self.timeouts += other.timeouts;
        self.consecutive_suspensions += other.consecutive_suspensions;
        self.consecutive_timeouts += other.consecutive_timeouts;
    }
}
