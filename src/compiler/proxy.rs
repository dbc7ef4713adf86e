//! A compiled proxy service.

use std::sync::Arc;

use sinew_core::config::Transports;
use sinew_core::mediation::{Endpoint, FaultHandler, SequenceReference};

use crate::telemetry::metrics::ServiceMetrics;

/// A proxy service, ready to serve.
pub struct ProxyService {
    /// Its name.
    pub name: Arc<str>,
    /// Which listeners it answers on.
    pub transports: Transports,
    /// False: requests are answered with a fault (configuration.md §7.2).
    pub started: bool,
    /// Runs on requests.
    pub in_sequence: Option<SequenceReference>,
    /// Runs on responses.
    pub out_sequence: Option<SequenceReference>,
    /// Runs on faults; the default fault sequence without it.
    pub fault: Option<FaultHandler>,
    /// Where requests go after the in-sequence.
    pub endpoint: Option<Arc<dyn Endpoint>>,
    /// What is counted for it.
    pub metrics: Arc<ServiceMetrics>,
}
