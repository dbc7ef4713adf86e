//! The compiled configuration: what messages are mediated with.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sinew_core::config::Configuration;
use sinew_core::expression::Surroundings;
use sinew_core::mediation::{Endpoint, Environment, FaultHandler, Sequence, SequenceReference};

use super::Routes;
use super::reuse::Compiled;
use crate::clusters::ClusterKey;
use crate::clusters::health::HealthCheck;
use crate::endpoints::StaticMembers;
use crate::membership::Lifecycles;
use crate::tasks::Task;
use crate::telemetry::metrics::ServiceMetrics;

/// Everything that is deployed, immutable. A message keeps the one it started with to its end.
pub struct Deployed {
    /// Counts up with each deployment of this process, from 1.
    pub revision: u64,
    /// What it was compiled from.
    pub configuration: Arc<Configuration>,
    /// Which path leads to which proxy service.
    pub routes: Routes,
    /// Runs for requests that no service claims, and for their responses.
    pub main: Arc<Sequence>,
    /// Runs on faults that nothing else handles.
    pub fault: FaultHandler,
    /// Runs first on every message when it exists (configuration.md §1).
    pub pre_mediate: Option<Arc<Sequence>>,
    /// What is counted for the main sequence.
    pub main_metrics: Arc<ServiceMetrics>,
    /// The proxy services with what they were compiled from, in the order of their names.
    pub(super) compiled: Vec<Compiled>,
    pub(super) sequences: HashMap<Arc<str>, Arc<Sequence>>,
    pub(super) endpoints: HashMap<Arc<str>, Arc<dyn Endpoint>>,
    pub(super) default_endpoint: Arc<dyn Endpoint>,
    /// Where the main sequence sends requests when services are balanced.
    pub balancer: Option<Arc<dyn Endpoint>>,
    /// The members that artifacts name.
    pub members: StaticMembers,
    /// The clusters whose members are asked whether they are well.
    pub health_checks: BTreeMap<ClusterKey, HealthCheck>,
    /// How members of its clusters come and go.
    pub lifecycles: Lifecycles,
    /// What runs by the clock.
    pub tasks: Vec<Arc<Task>>,
}

impl Deployed {
    /// The sequences by name.
    pub fn sequences(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<Sequence>)> {
        self.sequences.iter()
    }
}

impl Environment for Deployed {
    fn sequence(&self, key: &str) -> SequenceReference {
        match self.sequences.get(key) {
            Some(sequence) => SequenceReference::Found(sequence.clone()),
            None => SequenceReference::Missing(key.into()),
        }
    }

    fn endpoint(&self, key: &str) -> Option<Arc<dyn Endpoint>> {
        self.endpoints.get(key).cloned()
    }

    fn default_endpoint(&self) -> Arc<dyn Endpoint> {
        self.default_endpoint.clone()
    }
}

impl Surroundings for Deployed {
    fn local_entry(&self, key: &str) -> Option<Cow<'_, str>> {
        self.configuration.local_entries.get(key).map(|entry| Cow::Borrowed(entry.content.text()))
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Zoned::now()
    }

    fn system_property(&self, name: &str) -> Option<Cow<'_, str>> {
        std::env::var(name).ok().map(Cow::Owned)
    }
}
