//! What people see of endpoints (endpoints.md §9).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::availability::View;

/// One endpoint as people see it.
#[derive(Clone, Debug)]
pub struct EndpointView {
    /// Its name, or for one without a name where it stands, as `proxy:P/endpoint`. No other endpoint has it.
    pub name: Arc<str>,
    /// The element that makes it one of its kind, as `address`.
    pub kind: &'static str,
    /// Its state, when it may be tried again, and how often it was kept away. A composite is active when one of its
    /// endpoints is; otherwise it is in the state that all of them are in, or suspended, and it may be tried again when the
    /// first of them may.
    pub availability: View,
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
    }
}
