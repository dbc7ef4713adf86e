//! The simulated world: providers that answer at once, and instances that take their time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sinew_core::config::balancer::{ClusterDefinition, ProcessSettings, ScalingPolicy};

use super::super::history::{LoadAverages, Round};
use super::super::instances::{Action, Event, InstanceName, LaunchId, MemberFacts, Termination};
use super::super::policy::{measured, thresholds};
use super::super::schedule::{first_tick, next_tick};
use super::super::tick::{ClusterState, Observation, Rules, Standing, tick};
use super::options::{Impossible, Options};
use super::run::{Point, Run, Summary, TickRecord};
use super::trace::{Column, Traffic};

/// How many ticks a simulation has at most.
const MOST_TICKS: u128 = 1_000_000;

/// How many instances a simulation begins with at most.
const MOST_INSTANCES: u32 = 100_000;

/// Replays the traffic of a cluster from its first row to its last. The balancer starts with the first row, so its first
/// tick is two intervals later. The demand is that of the trace, however many instances there are.
///
/// # Errors
/// The trace does not have what the policy measures, or the simulation would be too large.
pub fn replay(
    cluster: &ClusterDefinition,
    process: &ProcessSettings,
    traffic: &Traffic,
    options: &Options,
) -> Result<Run, Impossible> {
    let column = column(cluster.policy);
    if !traffic.has(column) {
        return Err(Impossible::Column { policy: cluster.policy.to_string(), column });
    }
    let (start, end) = (traffic.start(), traffic.end());
    let interval = process.autoscaler_task_interval;
    let ticks = (end - start).as_nanos() / interval.as_nanos().max(1);
    if ticks > MOST_TICKS {
        return Err(Impossible::TooLong { ticks, most: MOST_TICKS });
    }
    let running = options.running.unwrap_or(cluster.limits.min_app_instances);
    if running > MOST_INSTANCES {
        return Err(Impossible::TooMany { most: MOST_INSTANCES });
    }
    let mut world = World::new(cluster, process, traffic, options, column);
    world.begin(running);
    let mut at = first_tick(start, interval);
    while at <= end {
        world.advance(at);
        world.tick(at);
        at = next_tick(start, interval, at);
    }
    world.advance(end);
    Ok(world.end())
}

/// The column that a policy looks at.
fn column(policy: ScalingPolicy) -> Column {
    match policy {
        ScalingPolicy::InFlight | ScalingPolicy::Queue | ScalingPolicy::Target => Column::InFlight,
        ScalingPolicy::Arrivals => Column::Arrivals,
        ScalingPolicy::LoadAverageMean | ScalingPolicy::LoadAverageMaximum => Column::Load,
    }
}

/// What happens to an instance by itself.
#[derive(Clone, Debug)]
enum Happening {
    Joins(LaunchId),
    Leaves(Arc<str>),
}

struct World<'a> {
    cluster: &'a ClusterDefinition,
    process: &'a ProcessSettings,
    traffic: &'a Traffic,
    options: &'a Options,
    state: ClusterState,
    members: BTreeMap<Arc<str>, MemberFacts>,
    /// By time, and in the order in which it was caused.
    coming: BTreeMap<(Duration, u64), Happening>,
    caused: u64,
    next_row: usize,
    last_tick: Duration,
    run: Run,
}

impl<'a> World<'a> {
    fn new(
        cluster: &'a ClusterDefinition,
        process: &'a ProcessSettings,
        traffic: &'a Traffic,
        options: &'a Options,
        column: Column,
    ) -> World<'a> {
        let limits = (cluster.limits.min_app_instances, cluster.limits.max_app_instances);
        let run = Run {
            cluster: cluster.key.clone(),
            policy: cluster.policy,
            column,
            limits,
            ticks: Vec::new(),
            line: Vec::new(),
            summary: Summary::default(),
        };
        World {
            cluster,
            process,
            traffic,
            options,
            state: ClusterState::new(1),
            members: BTreeMap::new(),
            coming: BTreeMap::new(),
            caused: 0,
            next_row: 0,
            last_tick: traffic.start(),
            run,
        }
    }

    /// Those that run at the beginning: the members that the file names, and instances for the rest.
    fn begin(&mut self, running: u32) {
        let start = self.traffic.start();
        for member in &self.cluster.members {
            self.join(MemberFacts::of(&member.definition, true, 0), start);
        }
        let named = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
        for _ in named..running {
            if let Action::Launch { launch } = self.state.instances.launch(start) {
                self.answer(launch, start);
                self.join(member(launch), start);
            }
        }
        self.point(start);
    }

    /// Lets everything happen that comes up to a time.
    fn advance(&mut self, to: Duration) {
        loop {
            let happening = self.coming.first_key_value().map(|((at, _), _)| *at).filter(|at| *at <= to);
            let row = self.traffic.time(self.next_row).filter(|at| *at <= to);
            let Some(at) = happening.into_iter().chain(row).min() else { break };
            if happening == Some(at)
                && let Some((_, happening)) = self.coming.pop_first()
            {
                self.happen(happening, at);
            } else {
                self.next_row += 1;
            }
            self.point(at);
        }
        self.point(to);
    }

    fn happen(&mut self, happening: Happening, now: Duration) {
        match happening {
            Happening::Joins(launch) => self.join(member(launch), now),
            Happening::Leaves(key) => {
                self.members.remove(&key);
                self.state.apply(Event::Left { member: key }, now);
            }
        }
    }

    fn tick(&mut self, now: Duration) {
        let counts = self.state.instances.counts();
        let members: Vec<MemberFacts> = self.members.values().cloned().collect();
        let round = self.round(now, counts.running);
        let rules = Rules::of(self.cluster, self.process, &[]);
        let seen = Observation { now, round, members: &members, standing: Standing::Leads };
        let outcome = tick(&mut self.state, &rules, &seen);
        self.last_tick = now;
        for action in &outcome.actions {
            self.act(action, now);
        }
        self.run.ticks.push(TickRecord {
            at: now,
            load: self.traffic.value(self.run.column, now),
            average: measured(self.cluster.policy, &self.cluster.limits, &self.state.history),
            counts,
            sanity: outcome.sanity,
            scaling: outcome.scaling,
            actions: outcome.actions,
        });
        self.point(now);
    }

    /// What the balancer would measure.
    fn round(&self, now: Duration, running: u32) -> Round {
        let load = self.traffic.value(Column::Load, now) / f64::from(running.max(1));
        let arrived = |at| self.traffic.arrived(at).floor();
        Round {
            in_flight: self.traffic.value(Column::InFlight, now) as u64,
            arrivals: (arrived(now) - arrived(self.last_tick)) as u64,
            length: now - self.last_tick,
            load: LoadAverages::of((running > 0).then_some(load)),
        }
    }

    fn act(&mut self, action: &Action, now: Duration) {
        match action {
            Action::Launch { launch } => {
                self.run.summary.launched += 1;
                self.answer(*launch, now);
                self.cause(now.saturating_add(self.options.boot), Happening::Joins(*launch));
            }
            Action::Terminate { launch, member, why, .. } => {
                match why {
                    Termination::ScaleDown => self.run.summary.ended += 1,
                    Termination::NeverJoined => self.run.summary.never_joined += 1,
                    Termination::NeverLeft | Termination::Again | Termination::Unasked => {}
                }
                self.coming.retain(|_, one| !matches!(one, Happening::Joins(coming) if coming == launch));
                self.state.apply(Event::Ended { launch: *launch }, now);
                if let Some(member) = member {
                    self.cause(now.saturating_add(self.options.leave), Happening::Leaves(member.clone()));
                }
            }
            Action::Alarm { .. } => {}
        }
    }

    fn cause(&mut self, at: Duration, happening: Happening) {
        self.caused += 1;
        self.coming.insert((at, self.caused), happening);
    }

    /// The provider has launched an instance.
    fn answer(&mut self, launch: LaunchId, now: Duration) {
        let instance = InstanceName { provider: "simulated".into(), id: name(launch) };
        let event = Event::Launched { launch, instance, addresses: Vec::new(), tags: BTreeMap::new() };
        self.state.apply(event, now);
    }

    fn join(&mut self, member: MemberFacts, now: Duration) {
        self.members.insert(member.key.clone(), member.clone());
        self.state.apply(Event::Joined(member), now);
    }

    /// Writes down how it is from now on, and adds up how it was until now.
    fn point(&mut self, now: Duration) {
        let counts = self.state.instances.counts();
        let load = self.traffic.value(self.run.column, now);
        let (policy, limits) = (self.run.policy, &self.cluster.limits);
        let interval = self.process.autoscaler_task_interval;
        let thresholds = thresholds(policy, limits, interval, counts.running);
        let point = Point { at: now, load, counts, thresholds };
        match self.run.line.last_mut() {
            Some(last) if last.at == now => *last = point,
            Some(last) if last.load == load && last.counts == counts && now < self.traffic.end() => {}
            _ => self.run.line.push(point),
        }
    }

    fn end(mut self) -> Run {
        let summary = &mut self.run.summary;
        let running = || self.run.line.iter().map(|point| point.counts.running);
        summary.fewest = running().min().unwrap_or(0);
        summary.most = running().max().unwrap_or(0);
        for (point, next) in self.run.line.iter().zip(self.run.line.iter().skip(1)) {
            let time = next.at - point.at;
            summary.instance_time =
                summary.instance_time.saturating_add(time.saturating_mul(point.counts.running));
            if point.load_of_one(self.run.column) > point.thresholds.upper {
                summary.overloaded += time;
            }
        }
        self.run
    }
}

fn name(launch: LaunchId) -> Arc<str> {
    format!("instance-{launch}").into()
}

/// The member that an instance becomes, which announces what it is.
fn member(launch: LaunchId) -> MemberFacts {
    MemberFacts { key: name(launch), instance_id: Some(name(launch)), ..MemberFacts::default() }
}
