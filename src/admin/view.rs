//! What is said of clusters, members and endpoints; the fields are documented in `docs/admin.md` and keep their names.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sinew_core::config::balancer::{BalancerConfiguration, ClusterDefinition};
use tokio::time::Instant;

use super::EndpointView;
use crate::availability::{State, View};
use crate::clusters::{Cluster, Directory, Member, Phase, Source};
use crate::tasks::TaskView;
use crate::telemetry::metrics::{MemberSample, MemberState};
use crate::telemetry::rfc3339;

/// A cluster in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterReport {
    /// `domain`, or `domain/sub-domain`.
    pub cluster: String,
    /// The domain.
    pub domain: String,
    /// The sub-domain; `None` is the default one.
    pub sub_domain: Option<String>,
    /// How many members it has.
    pub members: usize,
    /// How many of them may be chosen for a new client now.
    pub available: usize,
    /// How many members are in each state; states without members are left out.
    pub states: BTreeMap<String, usize>,
    /// Requests that its members have not answered completely.
    pub in_flight: u64,
    /// Who defines it: static, run_time or topology; `None` when the balancer's configuration does not.
    pub layer: Option<String>,
    /// Whether it is out of service.
    pub maintenance: bool,
}

/// A host that requests name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostReport {
    /// Its name, exactly.
    pub host: String,
    /// The service that it belongs to.
    pub service: String,
    /// The clusters that it leads to.
    pub clusters: Vec<HostCluster>,
}

/// A cluster that a host leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostCluster {
    /// The name of the cluster.
    pub cluster: String,
    /// Its tenants, as `tenant_range` writes them.
    pub tenants: String,
    /// Who says so: static, run_time or topology.
    pub layer: String,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberReport {
    /// What it is known by in its cluster: host and port.
    pub id: String,
    /// The cluster it belongs to.
    pub cluster: String,
    /// One word: joining, ready, draining, suspended, unhealthy, passive or gone.
    pub state: String,
    /// Whether it may be chosen for a new client now.
    pub available: bool,
    /// How long it has been joining, ready, draining or gone.
    pub phase_seconds: f64,
    /// Its host name or address.
    pub host: String,
    /// Where to connect to instead.
    pub remote_host: Option<String>,
    /// The port for HTTP.
    pub http_port: Option<u16>,
    /// The port for HTTPS.
    pub https_port: Option<u16>,
    /// Its ports for requests whose `Host` names a port.
    pub port_mappings: BTreeMap<u16, u16>,
    /// How much of the load it gets beside others.
    pub weight: u32,
    /// Never ended by scaling down.
    pub permanent: bool,
    /// False when it is passive.
    pub active: bool,
    /// Where it runs.
    pub zone: Option<String>,
    /// Everything else that was announced.
    pub properties: BTreeMap<String, String>,
    /// What health checks say; true when there are none.
    pub healthy: bool,
    /// Requests that it has not answered completely.
    pub in_flight: u32,
    /// Requests that it answered, with whatever status.
    pub served: u64,
    /// Attempts that it did not answer.
    pub failed: u64,
    /// The average time to the head of an answer.
    pub latency_seconds: Option<f64>,
    /// What failures and operators did to it.
    pub availability: AvailabilityReport,
    /// Who says that it is there, the weightiest last.
    pub sources: Vec<SourceReport>,
}

/// Whether failures or an operator keep something away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AvailabilityReport {
    /// active, timeout, suspended or off.
    pub state: String,
    /// How long until it may be tried again; 0 when it may be tried now, `None` while it is active or off.
    pub retry_in_seconds: Option<f64>,
    /// Suspensions since the start.
    pub suspensions: u64,
    /// Forgiven failures since the start.
    pub timeouts: u64,
    /// Suspensions in a row.
    pub consecutive_suspensions: u64,
    /// Forgiven failures in a row.
    pub consecutive_timeouts: u64,
}

/// Who says that a member is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReport {
    /// static, run_time or topology.
    pub layer: String,
    /// Its name, as `sinew.toml` or `admin`.
    pub name: String,
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndpointReport {
    /// Its name.
    pub endpoint: String,
    /// What failures and operators did to it.
    pub availability: AvailabilityReport,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskReport {
    /// Its name.
    pub task: String,
    /// Its group.
    pub group: String,
    /// Its class as it was written; `None` without one.
    pub class: Option<String>,
    /// When it runs, as `every 5s, 3 times`.
    pub trigger: String,
    /// One word: waiting, running, paused, standby, finished or inactive.
    pub state: String,
    /// Whether it is paused, while its last run may still go on.
    pub paused: bool,
    /// When it is due next; `None` when it never is again.
    pub next_run: Option<String>,
    /// The run that ended last.
    pub last_run: Option<LastRunReport>,
    /// Runs that ended.
    pub runs: u64,
    /// How many of them failed.
    pub failed: u64,
    /// Runs that were due while another went on, and left out.
    pub skipped: u64,
}

/// A run that ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastRunReport {
    /// When it began.
    pub started: String,
    /// How long it took.
    pub duration_seconds: f64,
    /// Why it failed; `None` when it did not.
    pub error: Option<String>,
}

/// A task in words.
pub(super) fn task(task: TaskView) -> TaskReport {
    let last_run = task.last.map(|last| LastRunReport {
        started: rfc3339(last.started.into()),
        duration_seconds: last.duration.as_secs_f64(),
        error: last.error,
    });
    TaskReport {
        task: task.name.to_string(),
        group: task.group.to_string(),
        class: Some(task.class.to_string()).filter(|class| !class.is_empty()),
        trigger: task.trigger,
        state: task.state.as_str().to_owned(),
        paused: task.paused,
        next_run: task.next.map(|next| rfc3339(next.into())),
        last_run,
        runs: task.succeeded.saturating_add(task.failed),
        failed: task.failed,
        skipped: task.skipped,
    }
}

/// The members of all clusters, as metrics show them.
pub fn member_samples(directory: &Directory) -> Vec<MemberSample> {
    let clusters = directory.clusters();
    let samples = clusters.iter().flat_map(|cluster| {
        let name = cluster.key().to_string();
        let snapshot = cluster.snapshot();
        let samples = snapshot.iter().map(|member| MemberSample {
            cluster: name.clone(),
            member: member.key().clone(),
            state: state(member),
            in_flight: member.live().in_flight(),
            served: member.live().served(),
            failed: member.live().failures(),
        });
        samples.collect::<Vec<_>>()
    });
    samples.collect()
}

/// The word for what a member is doing: what keeps it away for longest comes first.
pub(super) fn state(member: &Member) -> MemberState {
    let live = member.live();
    match live.phase() {
        Phase::Gone => MemberState::Gone,
        Phase::Draining => MemberState::Draining,
        _ if !member.definition().active => MemberState::Passive,
        Phase::Joining => MemberState::Joining,
        Phase::Ready if !live.availability.is_active() => MemberState::Suspended,
        Phase::Ready if !live.is_healthy() => MemberState::Unhealthy,
        Phase::Ready => MemberState::Ready,
    }
}

/// The hosts of a configuration by name.
pub(super) fn hosts(configuration: &BalancerConfiguration) -> Vec<HostReport> {
    let mut hosts: BTreeMap<&str, HostReport> = BTreeMap::new();
    for service in &configuration.services {
        for cluster in &service.clusters {
            let Some(tenants) = &cluster.tenants else { continue };
            for host in cluster.hosts.iter() {
                let report = hosts.entry(&host.name).or_insert_with(|| HostReport {
                    host: host.name.to_string(),
                    service: service.name.to_string(),
                    clusters: Vec::new(),
                });
                report.clusters.push(HostCluster {
                    cluster: cluster.key.to_string(),
                    tenants: tenants.ranges.to_string(),
                    layer: host.layer.as_str().to_owned(),
                });
            }
        }
    }
    hosts.into_values().collect()
}

pub(super) fn cluster(
    cluster: &Cluster,
    definition: Option<&ClusterDefinition>,
    now: Instant,
) -> ClusterReport {
    let members = cluster.members();
    let mut states = BTreeMap::new();
    for member in members.iter() {
        *states.entry(state(member).as_str().to_owned()).or_default() += 1;
    }
    let key = cluster.key();
    ClusterReport {
        cluster: key.to_string(),
        domain: key.domain.to_string(),
        sub_domain: key.sub_domain.as_deref().map(str::to_owned),
        members: members.len(),
        available: members.iter().filter(|member| member.is_available(now)).count(),
        states,
        in_flight: members.iter().map(|member| u64::from(member.live().in_flight())).sum(),
        layer: definition.map(|definition| definition.layer.as_str().to_owned()),
        maintenance: definition.is_some_and(|definition| definition.settings.maintenance),
    }
}

pub(super) fn members(directory: &Directory, cluster: &Cluster, now: Instant) -> Vec<MemberReport> {
    cluster.snapshot().iter().map(|one| member(directory, one, now)).collect()
}

pub(super) fn member(directory: &Directory, member: &Member, now: Instant) -> MemberReport {
    let (definition, live) = (member.definition(), member.live());
    let sources = directory.sources(member.cluster(), member.key());
    let text = |text: &std::sync::Arc<str>| text.to_string();
    MemberReport {
        id: member.key().to_string(),
        cluster: member.cluster().to_string(),
        state: state(member).as_str().to_owned(),
        available: member.is_available(now),
        phase_seconds: live.in_phase(now).as_secs_f64(),
        host: definition.host.to_string(),
        remote_host: definition.remote_host.as_ref().map(text),
        http_port: definition.http_port,
        https_port: definition.https_port,
        port_mappings: definition.port_mappings.clone(),
        weight: definition.weight,
        permanent: definition.permanent,
        active: definition.active,
        zone: definition.zone.as_ref().map(text),
        properties: definition.properties.iter().map(|(name, value)| (text(name), text(value))).collect(),
        healthy: live.is_healthy(),
        in_flight: live.in_flight(),
        served: live.served(),
        failed: live.failures(),
        latency_seconds: live.latency().as_ref().map(Duration::as_secs_f64),
        availability: availability(live.availability.view(now)),
        sources: sources.iter().map(source).collect(),
    }
}

pub(super) fn endpoint(endpoint: EndpointView) -> EndpointReport {
    EndpointReport { endpoint: endpoint.name, availability: availability(endpoint.availability) }
}

pub(super) fn source(source: &Source) -> SourceReport {
    SourceReport { layer: source.layer.as_str().to_owned(), name: source.name.to_string() }
}

fn availability(view: View) -> AvailabilityReport {
    AvailabilityReport {
        state: State::as_str(view.state).to_owned(),
        retry_in_seconds: view.next_retry.as_ref().map(Duration::as_secs_f64),
        suspensions: view.counts.suspensions,
        timeouts: view.counts.timeouts,
        consecutive_suspensions: view.counts.consecutive_suspensions,
        consecutive_timeouts: view.counts.consecutive_timeouts,
    }
}
