//! The cases of elastic-load-balancer.md §9 that are about decisions, by their numbers, and what always holds.

mod accounting;
mod choices;
mod decisions;
mod demand;
mod group;
mod older;
mod policies;
mod properties;
mod schedule;
mod sentences;
mod traces;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sinew_core::config::balancer::{BalancerConfiguration, ClusterDefinition, ClusterKey, NoVariables, read};
use sinew_core::diagnostics::SourceFile;

use super::instances::{Action, Event, InstanceName, LaunchId, MemberFacts};
use super::policy::{Situation, decide};
use super::{
    ClusterState, Counts, Decision, History, Observation, Outcome, Round, Rules, Standing, Verdict, tick,
};

/// The base file of elastic-load-balancer.md §9.0.
const F1: &str = "loadbalancer { instances 1; enable_autoscaler true; autoscaler_task_interval 60000;
    server_startup_delay 60000; session_timeout 90000; fail_over true; size_of_cache 2; }
services {
    defaults { min_app_instances 1; max_app_instances 5; max_requests_per_second 5; alarming_upper_rate 0.7;
        alarming_lower_rate 0.2; scale_down_factor 0.25; rounds_to_average 2; message_expiry_time 60000; }
    shop { hosts shop.example.org,store.example.org; domains {
        shop.a.domain { tenant_range 1-100; }
        shop.b.domain { tenant_range 101-200; sub_domain worker; }
        shop.c.domain { tenant_range *; } } }
    esb { hosts esb.example.org; domains { esb.domain { tenant_range *; min_app_instances 2; } } }
}";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn configuration(text: &str) -> BalancerConfiguration {
    let (configuration, diagnostics) = read(&SourceFile::new("loadbalancer.conf", text), &NoVariables);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    configuration.expect("a configuration")
}

/// A cluster of the base file, with keys added to its domain.
fn cluster_with(domain: &str, keys: &str) -> (BalancerConfiguration, ClusterDefinition) {
    let text = F1.replacen(&format!("{domain} {{"), &format!("{domain} {{ {keys}"), 1);
    let configuration = configuration(&text);
    let cluster = configuration.clusters()[&ClusterKey::domain(domain)].clone();
    (configuration, cluster)
}

fn samples(samples: &[u64]) -> History {
    let mut history = History::default();
    for &in_flight in samples {
        history.record(Round { in_flight, ..Round::default() }, u32::MAX);
    }
    history
}

/// What the rule of a cluster decides, with nothing launched or ended before.
fn decision(cluster: &ClusterDefinition, interval: Duration, counts: Counts, history: &History) -> Decision {
    decide(&Situation {
        policy: cluster.policy,
        limits: &cluster.limits,
        behaviour: &cluster.behaviour,
        interval,
        history,
        counts,
        since_launch: None,
        since_termination: None,
    })
}

fn counts(running: u32, pending: u32, terminating: u32) -> Counts {
    Counts { running, pending, terminating, permanent: 0 }
}

/// A cluster that ticks, with providers and members that do what a test tells them.
struct Scene {
    configuration: BalancerConfiguration,
    cluster: ClusterDefinition,
    state: ClusterState,
    members: Vec<MemberFacts>,
    now: Duration,
}

impl Scene {
    /// A cluster of the base file with added keys; nothing was measured yet, and nobody is there.
    fn new(domain: &str, keys: &str) -> Scene {
        let (configuration, cluster) = cluster_with(domain, keys);
        let state = ClusterState::new(1);
        Scene { configuration, cluster, state, members: Vec::new(), now: seconds(120) }
    }

    /// So many members that were not launched here.
    fn with_members(mut self, count: u32) -> Scene {
        self.members.extend((0..count).map(|number| stranger(&format!("10.9.9.{number}:80"))));
        self
    }

    /// So many members that were launched here, before anything else.
    fn with_instances(mut self, count: u32) -> Scene {
        for _ in 0..count {
            let launch = self.launch();
            self.answer(launch);
            self.join(launch);
        }
        self
    }

    /// A launch that nobody asked for.
    fn launch(&mut self) -> LaunchId {
        let Action::Launch { launch } = self.state.instances.launch(self.now) else { panic!("no launch") };
        launch
    }

    /// The provider has launched the instance.
    fn answer(&mut self, launch: LaunchId) -> Vec<Action> {
        let (instance, addresses) = (name(launch), vec![host(launch)]);
        let tags = BTreeMap::new();
        self.state.apply(Event::Launched { launch, instance, addresses, tags }, self.now)
    }

    /// The instance becomes a member.
    fn join(&mut self, launch: LaunchId) {
        let member = member(launch);
        self.members.push(member.clone());
        assert_eq!(self.state.apply(Event::Joined(member), self.now), []);
    }

    /// A member leaves.
    fn leave(&mut self, key: &str) {
        self.members.retain(|member| *member.key != *key);
        assert_eq!(self.state.apply(Event::Left { member: key.into() }, self.now), []);
    }

    /// A tick that measures so many requests in flight.
    fn tick(&mut self, in_flight: u64) -> Outcome {
        self.tick_as(in_flight, Standing::Leads)
    }

    fn tick_as(&mut self, in_flight: u64, standing: Standing) -> Outcome {
        let round = Round { in_flight, length: seconds(60), ..Round::default() };
        let rules = Rules::of(&self.cluster, &self.configuration.balancer.process, &[]);
        let seen = Observation { now: self.now, round, members: &self.members, standing };
        tick(&mut self.state, &rules, &seen)
    }

    /// What is overdue now.
    fn overdue(&mut self) -> Vec<Action> {
        self.state.instances.overdue(self.configuration.balancer.process.server_startup_delay, self.now)
    }

    /// Some time goes by.
    fn wait(&mut self, time: u64) -> &mut Scene {
        self.now += seconds(time);
        self
    }

    fn counts(&self) -> Counts {
        self.state.instances.counts()
    }
}

/// The launches among actions.
fn launches(actions: &[Action]) -> Vec<LaunchId> {
    let launch = |action: &Action| match action {
        Action::Launch { launch } => Some(*launch),
        _ => None,
    };
    actions.iter().filter_map(launch).collect()
}

/// The launches of instances that are to be ended.
fn ended(actions: &[Action]) -> Vec<LaunchId> {
    let launch = |action: &Action| match action {
        Action::Terminate { launch, .. } => Some(*launch),
        _ => None,
    };
    actions.iter().filter_map(launch).collect()
}

fn name(launch: LaunchId) -> InstanceName {
    InstanceName { provider: "cloud".into(), id: format!("i-{launch}").into() }
}

fn host(launch: LaunchId) -> Arc<str> {
    format!("10.0.0.{launch}").into()
}

/// The member that the instance of a launch becomes.
fn member(launch: LaunchId) -> MemberFacts {
    MemberFacts {
        key: format!("{}:80", host(launch)).into(),
        hosts: vec![host(launch)],
        ..MemberFacts::default()
    }
}

/// A member that nobody launched here.
fn stranger(key: &str) -> MemberFacts {
    MemberFacts { key: key.into(), ..MemberFacts::default() }
}
