//! What is shown of the autoscaler.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sinew_core::config::balancer::ScalingPolicy;

use super::super::decision::Verdict;
use super::super::instances::{Record, State};
use super::super::policy::thresholds;
use super::Autoscaler;
use super::books::{ClusterBook, Decided};
use super::clock::written;
use super::counters::Counters;
use super::shared::{Shared, cluster};
use crate::clusters::ClusterKey;

/// The autoscaler as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Whether anything is scaled: `enable_autoscaler`.
    pub enabled: bool,
    /// Whether this balancer decides; otherwise another one does.
    pub acting: bool,
    /// The clusters that are scaled.
    pub clusters: Vec<ClusterView>,
    /// The group of balancers.
    pub balancers: BalancersView,
    /// The providers.
    pub providers: Vec<ProviderView>,
}

/// A cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClusterView {
    /// Its domain, and its sub-domain after a slash unless that is the default one.
    pub cluster: String,
    /// Its rule.
    pub policy: String,
    /// Whether an operator paused it.
    pub paused: bool,
    /// Whether it is under maintenance.
    pub maintenance: bool,
    /// How many instances there are at least.
    pub min: u32,
    /// How many load launches at most.
    pub max: u32,
    /// Members.
    pub running: u32,
    /// Launched and not yet members.
    pub pending: u32,
    /// Chosen to leave.
    pub terminating: u32,
    /// Members that nobody ends.
    pub permanent: u32,
    /// Requests in flight at the last rounds, the oldest first.
    pub samples: Vec<u64>,
    /// What the rule compared at the last tick.
    pub average: Option<f64>,
    /// Above this load for all together instances are launched.
    pub upper: Option<f64>,
    /// Below this load for all together one is ended.
    pub lower: Option<f64>,
    /// What was counted since the start.
    pub launches: u64,
    /// Instances that were ended.
    pub terminations: u64,
    /// Launches that failed.
    pub launch_failures: u64,
    /// Ends that failed.
    pub termination_failures: u64,
    /// How often it was decided to launch, to end, and to do nothing.
    pub decided: [u64; 3],
    /// The instances.
    pub instances: Vec<InstanceView>,
    /// The last decisions, the newest first.
    pub decisions: Vec<DecisionView>,
}

/// An instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstanceView {
    /// Provider and name; nothing until the provider answers.
    pub instance: Option<String>,
    /// What it is about.
    pub state: State,
    /// The member that it is.
    pub member: Option<String>,
    /// Whether nobody ends it.
    pub permanent: bool,
    /// When it was launched.
    pub launched: String,
    /// Since when it is in its state.
    pub since: String,
}

/// A tick.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionView {
    /// When.
    pub at: String,
    /// The same in seconds since 1970.
    pub seconds: f64,
    /// Requests in flight.
    pub in_flight: u64,
    /// Requests that came in a second, since the tick before.
    pub requests_per_second: f64,
    /// The mean of the load averages that members told.
    pub load_average: Option<f64>,
    /// What the rule compared.
    pub average: Option<f64>,
    /// Instances before anything was done.
    pub running: u32,
    /// Launched and not yet members, before anything was done.
    pub pending: u32,
    /// Chosen to leave, before anything was done.
    pub terminating: u32,
    /// `launch`, `terminate` or `hold`.
    pub verdict: String,
    /// How many.
    pub count: u32,
    /// Why, because of the minimum.
    pub sanity: String,
    /// Why, because of the load.
    pub scaling: String,
}

/// The group of balancers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BalancersView {
    /// How many there shall be.
    pub wanted: u32,
    /// How many there are, this one included.
    pub running: u32,
    /// How many are on their way.
    pub pending: u32,
    /// Those that were launched.
    pub instances: Vec<InstanceView>,
    /// The last decision.
    pub decision: Option<String>,
    /// The public address.
    pub address: Option<String>,
    /// Whether it leads to this balancer.
    pub address_held: bool,
}

/// A provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProviderView {
    /// Its name.
    pub provider: String,
    /// When it last said what there is.
    pub listed: Option<String>,
    /// Why it did not, since then.
    pub error: Option<String>,
    /// Launches that it has not answered.
    pub launching: u32,
}

impl Autoscaler {
    /// How it is now.
    pub fn view(&self) -> View {
        let shared = &*self.shared;
        let enabled = shared.scaled().is_some();
        let keys: Vec<ClusterKey> = shared.books().clusters.keys().cloned().collect();
        let clusters = keys.iter().filter_map(|key| self.cluster(key)).collect();
        let acting = shared.acting().is_some();
        let books = shared.books();
        let providers = books.providers.iter().map(|(name, book)| ProviderView {
            provider: name.to_string(),
            listed: book.listed_at.map(written),
            error: book.error.clone(),
            launching: book.launching,
        });
        let providers = providers.collect();
        drop(books);
        View { enabled, acting: enabled && acting, clusters, balancers: balancers(shared), providers }
    }

    /// One cluster, if it is scaled.
    pub fn cluster(&self, key: &ClusterKey) -> Option<ClusterView> {
        let configuration = self.shared.scaled()?;
        let definition = cluster(&configuration, key)?;
        let interval = configuration.balancer.process.autoscaler_task_interval;
        let books = self.shared.books();
        let book = books.clusters.get(key)?;
        let counts = book.state.instances.counts();
        let limits = &definition.limits;
        let thresholds = thresholds(definition.policy, limits, interval, counts.running);
        let Counters { launched, ended, launch_failures, end_failures, .. } = book.counters;
        let decided = [book.counters.decided_launch, book.counters.decided_end, book.counters.decided_hold];
        let finite = |number: f64| number.is_finite().then_some(number);
        Some(ClusterView {
            cluster: key.to_string(),
            policy: definition.policy.to_string(),
            paused: book.paused,
            maintenance: definition.settings.maintenance,
            min: limits.min_app_instances,
            max: limits.max_app_instances,
            running: counts.running,
            pending: counts.pending,
            terminating: counts.terminating,
            permanent: counts.permanent,
            samples: samples(book, definition.policy),
            average: book.decisions.back().and_then(|decided| decided.average),
            upper: finite(thresholds.upper),
            lower: finite(thresholds.lower),
            launches: launched,
            terminations: ended,
            launch_failures,
            termination_failures: end_failures,
            decided,
            instances: book.state.instances.records().map(instance).collect(),
            decisions: book.decisions.iter().rev().map(decision).collect(),
        })
    }
}

fn samples(book: &ClusterBook, policy: ScalingPolicy) -> Vec<u64> {
    let of = |round: &super::super::history::Round| match policy {
        ScalingPolicy::Arrivals => round.arrivals,
        _ => round.in_flight,
    };
    book.state.history.rounds().map(of).collect()
}

fn balancers(shared: &Shared) -> BalancersView {
    let wanted = shared.scaled().map_or(0, |configuration| configuration.balancer.process.instances);
    let books = shared.books();
    let counts = books.balancers.instances.counts();
    BalancersView {
        wanted,
        running: counts.running.saturating_add(1),
        pending: counts.pending,
        instances: books.balancers.instances.records().map(instance).collect(),
        decision: books.balancers.last.as_ref().map(|(_, decision)| decision.to_string()),
        address: shared.elastic_ip().map(|ip| ip.to_string()),
        address_held: shared.address.is_held(),
    }
}

fn instance(record: &Record) -> InstanceView {
    InstanceView {
        instance: record.instance.as_ref().map(ToString::to_string),
        state: record.state,
        member: record.member.as_ref().map(|member| member.to_string()),
        permanent: record.permanent,
        launched: written(record.launched_at),
        since: written(record.since),
    }
}

fn decision(decided: &Decided) -> DecisionView {
    let (verdict, count) = match (decided.sanity.verdict, decided.scaling.verdict) {
        (Verdict::Launch(one), Verdict::Launch(other)) => ("launch", one.saturating_add(other)),
        (Verdict::Launch(count), _) | (_, Verdict::Launch(count)) => ("launch", count),
        (_, Verdict::Terminate(count)) => ("terminate", count),
        _ => ("hold", 0),
    };
    DecisionView {
        at: written(decided.at),
        seconds: Duration::as_secs_f64(&decided.at),
        in_flight: decided.round.in_flight,
        requests_per_second: decided.round.arrivals_per_second(),
        load_average: decided.round.load.map(|load| load.mean),
        average: decided.average.filter(|average| average.is_finite()),
        running: decided.counts.running,
        pending: decided.counts.pending,
        terminating: decided.counts.terminating,
        verdict: verdict.to_owned(),
        count,
        sanity: decided.sanity.to_string(),
        scaling: decided.scaling.to_string(),
    }
}
