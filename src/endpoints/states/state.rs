//! The state of one endpoint that sends.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use sinew_core::config::endpoint::SendingDefinition;
use sinew_core::mediation::ErrorCode;
use tokio::time::Instant;

use super::EndpointStatistics;
use crate::availability::{Availability, Rules, View};
use crate::telemetry::metrics::{EndpointMetrics, EndpointOutcome};

/// Whether an endpoint can be sent to, and what was counted. Everybody who reaches the endpoint shares it
/// (endpoints.md §3.4).
#[derive(Debug)]
pub struct EndpointState {
    availability: Availability,
    rules: Rules,
    metrics: Arc<EndpointMetrics>,
    /// How many faults there were of each code.
    faults: Mutex<BTreeMap<u32, u64>>,
    /// Requests that left, wholly or in part, and got no answer.
    unanswered: AtomicU64,
}

impl EndpointState {
    /// An active endpoint, with the rules of its definition.
    pub fn new(definition: &SendingDefinition, metrics: Arc<EndpointMetrics>) -> Self {
        Self {
            availability: Availability::default(),
            rules: Rules::of(definition),
            metrics,
            faults: Mutex::default(),
            unanswered: AtomicU64::new(0),
        }
    }

    /// Whether it can be sent to now.
    pub fn is_ready(&self) -> bool {
        self.availability.is_active() || self.availability.is_ready(Instant::now())
    }

    /// It was asked to send and was not ready.
    pub fn refused(&self) {
        self.metrics.record(EndpointOutcome::Unavailable, Duration::ZERO);
    }

    /// It answered, whatever the status (endpoints.md §3.3, consequence 10).
    pub fn succeeded(&self, status: StatusCode) {
        self.metrics.answered(status.as_u16());
        self.availability.succeeded();
    }

    /// Sending failed with a code; `was_sent` says that something of the request may have left.
    pub fn failed(&self, code: ErrorCode, was_sent: bool) {
        if was_sent {
            self.unanswered.fetch_add(1, Ordering::Relaxed);
        }
        self.availability.failed(code.0, &self.rules, Instant::now());
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let count = faults.entry(code.0).or_default();
        *count = count.saturating_add(1);
    }

    /// Makes it usable at once.
    pub fn switch_on(&self) {
        self.availability.switch_on();
    }

    /// Keeps it away until it is switched on, whatever is in flight (endpoints.md §3.6).
    pub fn switch_off(&self) {
        self.availability.switch_off();
    }

    /// Its state, and when it may be tried again.
    pub fn view(&self) -> View {
        self.availability.view(Instant::now())
    }

    /// What was counted.
    pub fn statistics(&self) -> EndpointStatistics {
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let responses = self.metrics.responses();
        let received = responses.values().sum();
        EndpointStatistics {
            sent: self.unanswered.load(Ordering::Relaxed).saturating_add(received),
            received,
            responses,
            faults,
        }
    }
}

#[cfg(test)]
mod tests {
    use sinew_core::config::endpoint::SuspendOnFailure;

    use super::*;
    use crate::telemetry::metrics::{Build, Metrics};

    /// E14: every failing message in flight applies the rule again (consequence 7).
    #[tokio::test(start_paused = true)]
    async fn e14_failures_at_once_multiply() {
        let definition = SendingDefinition {
            suspend_on_failure: SuspendOnFailure {
                initial: Some(Duration::from_millis(100)),
                factor: 2.0,
                maximum: Some(Duration::from_secs(10)),
                ..SuspendOnFailure::default()
            },
            ..SendingDefinition::default()
        };
        let metrics = Metrics::new(Build { version: "0", revision: "0" }, &[], 1);
        let state = EndpointState::new(&definition, metrics.endpoint("e"));
        assert!((0..3).all(|_| state.is_ready()));
        (0..3).for_each(|_| state.failed(ErrorCode::CONNECTION_FAILED, false));
        assert_eq!(state.view().next_retry, Some(Duration::from_millis(400)));
    }
}
