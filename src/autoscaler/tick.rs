//! One tick of one cluster: what was seen goes in, what was decided and what is to be done comes out
//! (elastic-load-balancer.md §4.2).
//!
//! The simulator and the server call the same functions, so what was simulated is what runs.

use std::time::Duration;

use serde::Serialize;
use sinew_core::config::balancer::{
    ClusterDefinition, ProcessSettings, ScalingBehaviour, ScalingLimits, ScalingPolicy,
};

use super::choice::{ProviderRules, VictimRules, victims};
use super::counts::Counts;
use super::decision::{Decision, Finding, Obstacle, Verdict};
use super::history::{History, Round};
use super::instances::{Action, Event, Instances, MemberFacts};
use super::policy::{self, Situation};
use super::sanity;

/// What is remembered of a cluster from tick to tick, by the balancer that leads.
#[derive(Clone, Debug)]
pub struct ClusterState {
    /// What was measured.
    pub history: History,
    /// The instances.
    pub instances: Instances,
    last_launch: Option<Duration>,
    last_termination: Option<Duration>,
}

/// How a cluster is scaled, as it is configured at this tick (W32).
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The rule.
    pub policy: ScalingPolicy,
    /// Its limits.
    pub limits: &'a ScalingLimits,
    /// Its behaviour.
    pub behaviour: &'a ScalingBehaviour,
    /// `autoscaler_task_interval`.
    pub interval: Duration,
    /// `server_startup_delay`.
    pub startup_delay: Duration,
    /// Nothing is launched or ended: `maintenance` of the cluster (elastic-load-balancer.md §5.8).
    pub maintenance: bool,
    /// Where instances may come from.
    pub providers: &'a [ProviderRules],
}

/// What was seen of a cluster.
#[derive(Clone, Copy, Debug)]
pub struct Observation<'a> {
    /// The time, counted from any origin that stays the same.
    pub now: Duration,
    /// What was measured since the tick before.
    pub round: Round,
    /// All its members.
    pub members: &'a [MemberFacts],
    /// Whether this balancer decides.
    pub standing: Standing,
}

/// Whether a balancer decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It does.
    Leads,
    /// It leads, and does not know yet which instances there are (W52): it measures only.
    Unlisted,
    /// Another one does (case 197).
    Follows,
}

/// What came out of a tick.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// What is to be done, in this order.
    pub actions: Vec<Action>,
    /// What was decided because of the minimum.
    pub sanity: Decision,
    /// What was decided because of the load.
    pub scaling: Decision,
    /// How many instances there are after both.
    pub counts: Counts,
}

impl ClusterState {
    /// Nothing measured and nothing launched yet; for `first_launch` see [`Instances::new`].
    pub fn new(first_launch: u64) -> ClusterState {
        ClusterState::with(History::default(), Instances::new(first_launch))
    }

    /// What a leader hands over (elastic-load-balancer.md §4.8), with instances as membership and providers tell (W52).
    pub fn with(history: History, instances: Instances) -> ClusterState {
        ClusterState { history, instances, last_launch: None, last_termination: None }
    }

    /// Something happened between ticks.
    pub fn apply(&mut self, event: Event, now: Duration) -> Vec<Action> {
        self.instances.apply(event, now)
    }

    /// When an instance was launched last, by load or by healing. One that was refused counts: a provider that fails is not
    /// asked more often.
    pub fn last_launch(&self) -> Option<Duration> {
        self.last_launch
    }

    /// When an instance was ended last because there were too many.
    pub fn last_termination(&self) -> Option<Duration> {
        self.last_termination
    }
}

impl<'a> Rules<'a> {
    /// The rules that the configuration gives.
    pub fn of(
        cluster: &'a ClusterDefinition,
        process: &ProcessSettings,
        providers: &'a [ProviderRules],
    ) -> Rules<'a> {
        Rules {
            policy: cluster.policy,
            limits: &cluster.limits,
            behaviour: &cluster.behaviour,
            interval: process.autoscaler_task_interval,
            startup_delay: process.server_startup_delay,
            maintenance: cluster.settings.maintenance,
            providers,
        }
    }
}

/// One tick: members are counted, what takes too long is dealt with, the minimum is kept up, the round is recorded and the
/// rule decides, in this order.
pub fn tick(state: &mut ClusterState, rules: &Rules<'_>, seen: &Observation<'_>) -> Outcome {
    let (mut actions, sanity) = look(state, rules, seen);
    if seen.standing != Standing::Follows {
        state.history.record(seen.round, rules.limits.rounds_to_average);
    }
    let scaling = match idle(rules, seen.standing) {
        Some(finding) => Decision::hold(finding),
        None => scale(state, rules, seen.now, &mut actions),
    };
    Outcome { actions, sanity, scaling, counts: state.instances.counts() }
}

/// What a tick does but for the load: for a balancer that just became the leader, which heals at once (§4.8), and for the
/// time that [`Instances::deadline`] tells.
pub fn heal(state: &mut ClusterState, rules: &Rules<'_>, seen: &Observation<'_>) -> (Vec<Action>, Decision) {
    look(state, rules, seen)
}

/// The tick of the group of balancers: `peers` are those that are alive, without this one. Balancers that are missing are
/// launched, none is ever ended (elastic-load-balancer.md §4.7, W24).
pub fn balancers(
    instances: &mut Instances,
    process: &ProcessSettings,
    peers: &[MemberFacts],
    standing: Standing,
    now: Duration,
) -> (Vec<Action>, Decision) {
    instances.see_members(peers, now);
    match standing {
        Standing::Follows => return (Vec::new(), Decision::hold(Finding::Following)),
        Standing::Unlisted => return (Vec::new(), Decision::hold(Finding::Unlisted)),
        Standing::Leads => {}
    }
    let mut actions = instances.overdue(process.server_startup_delay, now);
    let counts = instances.counts();
    let with_this_one = Counts { running: counts.running.saturating_add(1), ..counts };
    let decision = sanity::balancers(with_this_one, process.instances);
    if let Verdict::Launch(count) = decision.verdict {
        actions.extend((0..count).map(|_| instances.launch(now)));
    }
    (actions, decision)
}

/// Why nothing is decided, if nothing is.
fn idle(rules: &Rules<'_>, standing: Standing) -> Option<Finding> {
    match standing {
        Standing::Follows => Some(Finding::Following),
        Standing::Unlisted => Some(Finding::Unlisted),
        Standing::Leads => rules.maintenance.then_some(Finding::Maintenance),
    }
}

fn look(state: &mut ClusterState, rules: &Rules<'_>, seen: &Observation<'_>) -> (Vec<Action>, Decision) {
    let now = seen.now;
    state.instances.see_members(seen.members, now);
    let mut actions = match seen.standing {
        Standing::Leads => state.instances.overdue(rules.startup_delay, now),
        Standing::Unlisted | Standing::Follows => Vec::new(),
    };
    let decision = match idle(rules, seen.standing) {
        Some(finding) => Decision::hold(finding),
        None => sanity::application(rules.policy, rules.limits, state.instances.counts()),
    };
    launch(state, &decision, now, &mut actions);
    (actions, decision)
}

fn scale(state: &mut ClusterState, rules: &Rules<'_>, now: Duration, actions: &mut Vec<Action>) -> Decision {
    let since = |time: Option<Duration>| time.map(|time| now.saturating_sub(time));
    let decision = policy::decide(&Situation {
        policy: rules.policy,
        limits: rules.limits,
        behaviour: rules.behaviour,
        interval: rules.interval,
        history: &state.history,
        counts: state.instances.counts(),
        since_launch: since(state.last_launch),
        since_termination: since(state.last_termination),
    });
    launch(state, &decision, now, actions);
    match decision.verdict {
        Verdict::Terminate(count) => end(state, rules, decision, count, now, actions),
        Verdict::Launch(_) | Verdict::Hold => decision,
    }
}

fn launch(state: &mut ClusterState, decision: &Decision, now: Duration, actions: &mut Vec<Action>) {
    if let Verdict::Launch(count) = decision.verdict {
        actions.extend((0..count).map(|_| state.instances.launch(now)));
        state.last_launch = Some(now);
    }
}

/// Ends as many as may go, and corrects the decision when they are fewer.
fn end(
    state: &mut ClusterState,
    rules: &Rules<'_>,
    decision: Decision,
    count: u32,
    now: Duration,
    actions: &mut Vec<Action>,
) -> Decision {
    let choice = VictimRules {
        victim: rules.behaviour.victim,
        preserve_oldest: rules.limits.preserve_oldest_instance,
        providers: rules.providers,
    };
    let chosen = victims(&state.instances, &choice, count);
    let ended: Vec<Action> =
        chosen.into_iter().filter_map(|launch| state.instances.terminate(launch, now)).collect();
    let finding = decision.reason.finding;
    match u32::try_from(ended.len()).unwrap_or(u32::MAX) {
        0 => Decision::held_by(finding, Obstacle::NobodyToEnd),
        ended_count => {
            state.last_termination = Some(now);
            actions.extend(ended);
            Decision { verdict: Verdict::Terminate(ended_count), ..decision }
        }
    }
}
