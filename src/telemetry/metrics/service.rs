//! What is counted for each API, each proxy service and the main sequence.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use http::{Method, StatusCode};
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use sinew_core::mediation::ErrorCode;

use super::exposition::family;
use super::histogram::{Histogram, Total};
use super::label::{CODE_CLASSES, METHODS, code_class_index, method_index};
use super::{ListenerLabel, ServiceKind};
use crate::telemetry::names;
use crate::telemetry::shards::Sharded;

/// The counters of one service.
#[derive(Debug)]
pub struct ServiceMetrics {
    kind: ServiceKind,
    name: String,
    shards: Sharded<Arc<Shard>>,
}

/// An exchange that has begun: counted as in flight until it is dropped.
///
/// It belongs into whatever lives as long as the exchange, which is the body of the answer once that is being sent.
/// Dropped without [`finish`](InFlight::finish) it counts as an exchange without status.
#[derive(Debug)]
#[must_use = "an exchange that is dropped at once is not in flight"]
pub struct InFlight {
    shard: Arc<Shard>,
    /// The first cell of its listener and method.
    request: usize,
    finished: bool,
}

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// The status sent, when one was.
    pub status: Option<StatusCode>,
    /// From the head of the request to the end of the answer.
    pub duration: Duration,
    /// Bytes of the request's body that were received.
    pub request_bytes: u64,
    /// Bytes of the answer's body that were sent.
    pub response_bytes: u64,
}

/// The counters of one thread. The alignment keeps those of two threads off a common cache line.
#[derive(Debug)]
#[repr(align(128))]
struct Shard {
    in_flight: AtomicI64,
    request_bytes: AtomicU64,
    response_bytes: AtomicU64,
    duration: Histogram,
    faults: [AtomicU64; ERROR_CODES.len() + 1],
    /// By listener, then method, then class of the status.
    requests: Box<[AtomicU64]>,
}

/// The documented error codes (configuration.md §9.5), in order; all others count together.
const ERROR_CODES: [u32; 29] = [
    0, 101_000, 101_001, 101_500, 101_501, 101_503, 101_504, 101_505, 101_506, 101_507, 101_508, 101_509,
    101_510, 102_510, 111_503, 303_000, 303_001, 303_002, 303_003, 305_100, 309_001, 309_002, 309_003,
    401_000, 401_001, 401_002, 401_003, 500_000, 601_000,
];

const CELLS_PER_LISTENER: usize = METHODS.len() * CODE_CLASSES.len();

// === impl ServiceMetrics ===

impl ServiceMetrics {
    pub(super) fn new(kind: ServiceKind, name: &str, listeners: usize, shards: usize) -> ServiceMetrics {
        let shards = Sharded::new(shards, || Arc::new(Shard::new(listeners)));
        ServiceMetrics { kind, name: name.to_owned(), shards }
    }

    /// An exchange begins.
    pub fn begin(&self, listener: ListenerLabel, method: &Method) -> InFlight {
        let shard = Arc::clone(self.shards.local());
        shard.in_flight.fetch_add(1, Ordering::Relaxed);
        let request = (listener.0 * METHODS.len() + method_index(method)) * CODE_CLASSES.len();
        InFlight { shard, request, finished: false }
    }

    /// A fault was raised.
    pub fn fault(&self, code: ErrorCode) {
        let index = ERROR_CODES.binary_search(&code.0).unwrap_or(ERROR_CODES.len());
        if let Some(faults) = self.shards.local().faults.get(index) {
            faults.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Exchanges that have begun and not ended.
    pub fn in_flight(&self) -> u64 {
        let sum = self.shards.iter().map(|shard| shard.in_flight.load(Ordering::Relaxed)).sum::<i64>();
        // While one thread counts up what another counts down, a sum may be short for a moment.
        u64::try_from(sum).unwrap_or(0)
    }

    fn sum(&self, counter: impl Fn(&Shard) -> u64) -> u64 {
        self.shards.iter().fold(0, |sum, shard| sum.wrapping_add(counter(shard)))
    }

    fn labels(&self) -> [(&'static str, &str); 2] {
        [("kind", self.kind.as_str()), ("service", &self.name)]
    }
}

// === impl InFlight ===

impl InFlight {
    /// The exchange ended.
    pub fn finish(mut self, ended: &Ended) {
        self.finished = true;
        self.shard.duration.observe(ended.duration);
        self.shard.request_bytes.fetch_add(ended.request_bytes, Ordering::Relaxed);
        self.shard.response_bytes.fetch_add(ended.response_bytes, Ordering::Relaxed);
        self.count(ended.status);
    }

    fn count(&self, status: Option<StatusCode>) {
        if let Some(requests) = self.shard.requests.get(self.request + code_class_index(status)) {
            requests.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.shard.in_flight.fetch_sub(1, Ordering::Relaxed);
        if !self.finished {
            self.count(None);
        }
    }
}

// === impl Shard ===

impl Shard {
    fn new(listeners: usize) -> Shard {
        let cells = listeners.saturating_mul(CELLS_PER_LISTENER);
        Shard {
            in_flight: AtomicI64::new(0),
            request_bytes: AtomicU64::new(0),
            response_bytes: AtomicU64::new(0),
            duration: Histogram::default(),
            faults: Default::default(),
            requests: std::iter::repeat_with(AtomicU64::default).take(cells).collect(),
        }
    }
}

// === exposition ===

/// Writes the families of all services. Counters that are still zero are left out where labels multiply.
pub(super) fn encode(
    encoder: &mut DescriptorEncoder<'_>,
    services: &[Arc<ServiceMetrics>],
    listeners: &[String],
) -> std::fmt::Result {
    encode_requests(encoder, services, listeners)?;
    let mut out = family(encoder, &names::REQUESTS_IN_FLIGHT)?;
    for service in services {
        out.encode_family(&service.labels())?.encode_gauge(&service.in_flight())?;
    }
    let mut out = family(encoder, &names::REQUEST_DURATION_SECONDS)?;
    for service in services {
        let mut total = Total::default();
        service.shards.iter().for_each(|shard| total.add(&shard.duration));
        total.encode(out.encode_family(&service.labels())?)?;
    }
    let mut out = family(encoder, &names::REQUEST_BODY_BYTES_TOTAL)?;
    for service in services {
        let bytes = service.sum(|shard| shard.request_bytes.load(Ordering::Relaxed));
        out.encode_family(&service.labels())?.encode_counter::<NoLabelSet, _, u64>(&bytes, None)?;
    }
    let mut out = family(encoder, &names::RESPONSE_BODY_BYTES_TOTAL)?;
    for service in services {
        let bytes = service.sum(|shard| shard.response_bytes.load(Ordering::Relaxed));
        out.encode_family(&service.labels())?.encode_counter::<NoLabelSet, _, u64>(&bytes, None)?;
    }
    encode_faults(encoder, services)
}

fn encode_requests(
    encoder: &mut DescriptorEncoder<'_>,
    services: &[Arc<ServiceMetrics>],
    listeners: &[String],
) -> std::fmt::Result {
    let mut out = family(encoder, &names::REQUESTS_TOTAL)?;
    let cells = listeners
        .iter()
        .flat_map(|listener| METHODS.iter().map(move |method| (listener, method)))
        .flat_map(|(listener, method)| CODE_CLASSES.iter().map(move |class| (listener, method, class)));
    for service in services {
        for (cell, (listener, method, class)) in cells.clone().enumerate() {
            let count =
                |shard: &Shard| shard.requests.get(cell).map_or(0, |cell| cell.load(Ordering::Relaxed));
            let requests = service.sum(count);
            if requests > 0 {
                let [kind, name] = service.labels();
                let labels =
                    [("listener", listener.as_str()), kind, name, ("method", method), ("code_class", class)];
                out.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&requests, None)?;
            }
        }
    }
    Ok(())
}

fn encode_faults(encoder: &mut DescriptorEncoder<'_>, services: &[Arc<ServiceMetrics>]) -> std::fmt::Result {
    let mut out = family(encoder, &names::MEDIATION_FAULTS_TOTAL)?;
    let codes: Vec<String> = ERROR_CODES.iter().map(u32::to_string).chain(["other".to_owned()]).collect();
    for service in services {
        for (index, code) in codes.iter().enumerate() {
            let count =
                |shard: &Shard| shard.faults.get(index).map_or(0, |cell| cell.load(Ordering::Relaxed));
            let faults = service.sum(count);
            if faults > 0 {
                let [kind, name] = service.labels();
                let labels = [kind, name, ("code", code.as_str())];
                out.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&faults, None)?;
            }
        }
    }
    Ok(())
}
