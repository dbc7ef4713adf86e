//! The one place that knows every counter.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::SystemTime;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet, text};
use prometheus_client::registry::Registry;

use super::configuration::Configuration;
use super::connection::{self, ConnectionSource, Refusals};
use super::exposition::{family, to_prometheus};
use super::member::{MemberSample, MemberSource};
use super::task::{TaskSample, TaskSource};
use super::{
    ArtifactCount, ConnectionCounts, EndpointMetrics, Exposition, GroupCounts, ListenerLabel,
    MembershipCounts, RefusalReason, ReloadOutcome, ServiceKind, ServiceMetrics, TopologyCounts, endpoint,
    service,
};
use crate::telemetry::access_log::AccessLog;
use crate::telemetry::names;

/// What is running; the labels of `sinew_build_info`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The version of the product.
    pub version: &'static str,
    /// The revision of the source it was built from, or `unknown`.
    pub revision: &'static str,
}

/// Every counter of the process.
#[derive(Debug)]
pub struct Metrics {
    families: Arc<Families>,
    registry: Registry,
}

/// Threads beyond this number share cells; it bounds the memory of each service (about 1.5 KB a cell).
const MAX_SHARDS: usize = 16;

#[derive(Debug)]
struct Families {
    build: Build,
    listeners: Vec<String>,
    shards: usize,
    refusals: Refusals,
    services: Mutex<BTreeMap<(ServiceKind, String), Weak<ServiceMetrics>>>,
    endpoints: Mutex<BTreeMap<String, Weak<EndpointMetrics>>>,
    connections: Mutex<Vec<ConnectionSource>>,
    members: Mutex<MemberSource>,
    membership: Arc<MembershipCounts>,
    tasks: Mutex<TaskSource>,
    group: Arc<GroupCounts>,
    topology: Arc<TopologyCounts>,
    configuration: Mutex<Configuration>,
    access_log: Mutex<Option<AccessLog>>,
}

impl Metrics {
    /// Counters for listeners with these names and for so many worker threads.
    pub fn new(build: Build, listeners: &[&str], threads: usize) -> Metrics {
        let families = Arc::new(Families {
            build,
            listeners: listeners.iter().map(|name| (*name).to_owned()).collect(),
            shards: threads.clamp(1, MAX_SHARDS),
            refusals: Refusals::default(),
            services: Mutex::default(),
            endpoints: Mutex::default(),
            connections: Mutex::default(),
            members: Mutex::default(),
            membership: Arc::default(),
            tasks: Mutex::default(),
            group: Arc::default(),
            topology: Arc::default(),
            configuration: Mutex::default(),
            access_log: Mutex::default(),
        });
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Arc::clone(&families)));
        Metrics { families, registry }
    }

    /// The label of a listener named in [`Metrics::new`].
    pub fn listener(&self, name: &str) -> Option<ListenerLabel> {
        self.families.listeners.iter().position(|known| known == name).map(ListenerLabel)
    }

    /// The counters of a service. The same ones as before, if they are still in use.
    pub fn service(&self, kind: ServiceKind, name: &str) -> Arc<ServiceMetrics> {
        let Families { services, listeners, shards, .. } = &*self.families;
        let mut services = lock(services);
        let entry = services.entry((kind, name.to_owned())).or_default();
        entry.upgrade().unwrap_or_else(|| {
            let service = Arc::new(ServiceMetrics::new(kind, name, listeners.len(), *shards));
            *entry = Arc::downgrade(&service);
            service
        })
    }

    /// The counters of an endpoint. The same ones as before, if they are still in use.
    pub fn endpoint(&self, name: &str) -> Arc<EndpointMetrics> {
        let mut endpoints = lock(&self.families.endpoints);
        let entry = endpoints.entry(name.to_owned()).or_default();
        entry.upgrade().unwrap_or_else(|| {
            let endpoint = Arc::new(EndpointMetrics::new(name, self.families.shards));
            *entry = Arc::downgrade(&endpoint);
            endpoint
        })
    }

    /// A request was answered or cut off before a service saw it.
    pub fn refused(&self, reason: RefusalReason) {
        self.families.refusals.count(reason);
    }

    /// Says where the counts of a listener's connections are kept; replaces what was said before.
    pub fn observe_connections(
        &self,
        listener: &str,
        counts: impl Fn() -> ConnectionCounts + Send + Sync + 'static,
    ) {
        let mut sources = lock(&self.families.connections);
        sources.retain(|source| source.listener() != listener);
        sources.push(ConnectionSource::new(listener, counts));
    }

    /// Says where the members of clusters are known; replaces what was said before. Members that are not named any more
    /// have no series any more.
    pub fn observe_members(&self, samples: impl Fn() -> Vec<MemberSample> + Send + Sync + 'static) {
        *lock(&self.families.members) = MemberSource::new(samples);
    }

    /// Where it is counted how members come and go.
    pub fn membership(&self) -> Arc<MembershipCounts> {
        self.families.membership.clone()
    }

    /// Says where the tasks are known; replaces what was said before. Tasks that are not named any more have no series any
    /// more.
    pub fn observe_tasks(&self, samples: impl Fn() -> Vec<TaskSample> + Send + Sync + 'static) {
        *lock(&self.families.tasks) = TaskSource::new(samples);
    }

    /// Where the group of balancers is counted.
    pub fn group(&self) -> Arc<GroupCounts> {
        self.families.group.clone()
    }

    /// Where it is counted what the topology says.
    pub fn topology(&self) -> Arc<TopologyCounts> {
        self.families.topology.clone()
    }

    /// Says which access log counts the records it leaves out.
    pub fn observe_access_log(&self, log: &AccessLog) {
        *lock(&self.families.access_log) = Some(log.clone());
    }

    /// An attempt to deploy ended.
    pub fn reloaded(&self, outcome: ReloadOutcome, at: SystemTime) {
        lock(&self.families.configuration).reloaded(outcome, at);
    }

    /// This configuration runs now.
    pub fn deployed(&self, revision: u64, artifacts: Vec<ArtifactCount>) {
        lock(&self.families.configuration).deployed(revision, artifacts);
    }

    /// These are the certificates of a listener: name and end of validity.
    pub fn certificates(&self, listener: &str, certificates: Vec<(String, SystemTime)>) {
        lock(&self.families.configuration).certificates(listener, certificates);
    }

    /// Everything as text.
    pub fn encode(&self, format: Exposition) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut text, &self.registry);
        match format {
            Exposition::OpenMetrics => text,
            Exposition::Prometheus => to_prometheus(&text),
        }
    }
}

impl Collector for Families {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> std::fmt::Result {
        let out = &mut encoder;
        let build = [("version", self.build.version), ("revision", self.build.revision)];
        family(out, &names::BUILD_INFO)?.encode_family(&build)?.encode_gauge(&1_u64)?;
        connection::encode(out, &lock(&self.connections))?;
        self.refusals.encode(out)?;
        service::encode(out, &alive(&self.services), &self.listeners)?;
        endpoint::encode(out, &alive(&self.endpoints))?;
        lock(&self.members).encode(out)?;
        self.membership.encode(out)?;
        lock(&self.tasks).encode(out)?;
        self.group.encode(out)?;
        self.topology.encode(out)?;
        lock(&self.configuration).encode(out)?;
        let dropped = lock(&self.access_log).as_ref().map_or(0, AccessLog::dropped);
        family(out, &names::ACCESS_LOG_DROPPED_TOTAL)?.encode_counter::<NoLabelSet, _, u64>(&dropped, None)
    }
}

/// Everything still in use, in order; what is not is forgotten.
fn alive<K: Ord, T>(all: &Mutex<BTreeMap<K, Weak<T>>>) -> Vec<Arc<T>> {
    let mut all = lock(all);
    all.retain(|_, handle| handle.strong_count() > 0);
    all.values().filter_map(Weak::upgrade).collect()
}

/// These locks guard tables that stay whole when a thread panics.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
