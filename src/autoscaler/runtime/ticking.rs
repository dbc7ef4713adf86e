//! The tick: what was seen goes in, and what comes out is carried out beside (elastic-load-balancer.md §4.2).

use std::time::Duration;

use sinew_core::config::balancer::BalancerConfiguration;

use super::super::decision::{Decision, Obstacle, Verdict};
use super::super::instances::Action;
use super::super::policy::measured;
use super::super::tick::{Observation, Rules, Standing, balancers, heal, tick};
use super::books::{Decided, Target};
use super::counters::Counters;
use super::observe::Measured;
use super::shared::{Shared, cluster};
use crate::clusters::ClusterKey;

/// A listing may be so many intervals old when a balancer begins to act.
const FRESH: u32 = 2;

impl Shared {
    /// One tick of everything.
    pub(super) fn tick(&self) {
        let Some(configuration) = self.scaled() else { return };
        let standing = self.standing(&configuration);
        if standing == Standing::Leads {
            self.books().must_heal = false;
        }
        self.tick_balancers(&configuration, standing);
        let others = self.others_see();
        for key in configuration.clusters().into_keys() {
            let measured = self.measure(key, &others);
            self.tick_cluster(&configuration, key, measured, standing);
        }
        if standing != Standing::Follows {
            self.hand_over();
        }
    }

    /// What a tick does but for the load: for a balancer that begins to act, and for what takes too long.
    pub(super) fn heal(&self) {
        let Some(configuration) = self.scaled() else { return };
        let standing = self.standing(&configuration);
        if standing == Standing::Leads {
            self.books().must_heal = false;
        }
        self.tick_balancers(&configuration, standing);
        for (key, definition) in configuration.clusters() {
            let members = self.members_of(key);
            let now = self.now();
            let mut books = self.books();
            let Some(book) = books.clusters.get_mut(key) else { continue };
            let rules = Rules::of(definition, &configuration.balancer.process, &self.rules);
            let rules = Rules { maintenance: rules.maintenance || book.paused, ..rules };
            let seen = Observation { now, round: Default::default(), members: &members, standing };
            let (actions, sanity) = heal(&mut book.state, &rules, &seen);
            book.counters.decided(&sanity);
            drop(books);
            say(&key.to_string(), &sanity);
            self.carry_out(&Target::Cluster(key.clone()), actions);
        }
    }

    /// When something is due without a tick.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let delay = self.scaled()?.balancer.process.server_startup_delay;
        let books = self.books();
        let clusters = books.clusters.values().filter_map(|book| book.state.instances.deadline(delay));
        clusters.chain(books.balancers.instances.deadline(delay)).min()
    }

    /// Whether this balancer decides, and knows enough for it (W52).
    pub(super) fn standing(&self, configuration: &BalancerConfiguration) -> Standing {
        let Some(acting) = self.acting() else {
            self.follow_another();
            return Standing::Follows;
        };
        let (is_new, listed) = {
            let mut books = self.books();
            let is_new = books.leads.replace(acting.epoch) != Some(acting.epoch);
            books.must_heal |= is_new;
            if is_new {
                let recent = configuration.balancer.process.autoscaler_task_interval.saturating_mul(FRESH);
                books.listings_from = self.now().saturating_sub(recent);
            }
            // Who knew once what there is goes on when a provider fails later.
            (is_new, books.listed_since(books.listings_from))
        };
        if is_new {
            tracing::info!(target: "autoscaler", epoch = acting.epoch, "this balancer scales now");
            self.take_over();
            self.look();
        }
        if listed { Standing::Leads } else { Standing::Unlisted }
    }

    /// Another balancer acts. What was measured here is soon out of date; the other one tells what it measures.
    fn follow_another(&self) {
        let mut books = self.books();
        if books.leads.take().is_some() {
            books.must_heal = false;
            books.clusters.values_mut().for_each(|book| book.state.history = Default::default());
            tracing::info!(target: "autoscaler", "this balancer does not scale any more");
        }
    }

    fn tick_cluster(
        &self,
        configuration: &BalancerConfiguration,
        key: &ClusterKey,
        measure: Measured,
        standing: Standing,
    ) {
        let Some(definition) = cluster(configuration, key) else { return };
        let members = self.members_of(key);
        let now = self.now();
        let mut books = self.books();
        let Some(book) = books.clusters.get_mut(key) else { return };
        let round = book.round(measure, now);
        let rules = Rules::of(definition, &configuration.balancer.process, &self.rules);
        let rules = Rules { maintenance: rules.maintenance || book.paused, ..rules };
        book.state.instances.see_members(&members, now);
        let counts = book.state.instances.counts();
        let seen = Observation { now, round, members: &members, standing };
        let outcome = tick(&mut book.state, &rules, &seen);
        let decided = Decided {
            at: now,
            round,
            average: measured(definition.policy, &definition.limits, &book.state.history),
            counts,
            sanity: outcome.sanity.clone(),
            scaling: outcome.scaling.clone(),
        };
        let news = book.decisions.back().is_none_or(|last| last.scaling.verdict != outcome.scaling.verdict);
        if standing != Standing::Follows {
            book.remember(decided);
            book.counters.decided(&outcome.sanity);
            book.counters.decided(&outcome.scaling);
        }
        drop(books);
        let name = key.to_string();
        say(&name, &outcome.sanity);
        match news && outcome.scaling.verdict == Verdict::Hold && standing == Standing::Leads {
            true => {
                tracing::info!(target: "autoscaler", cluster = name, decision = %outcome.scaling, "decided")
            }
            false => say(&name, &outcome.scaling),
        }
        self.carry_out(&Target::Cluster(key.clone()), outcome.actions);
    }

    /// The group of balancers (elastic-load-balancer.md §4.7, cases 191 to 193). Where there is no group nobody could join, and
    /// nothing is launched.
    fn tick_balancers(&self, configuration: &BalancerConfiguration, standing: Standing) {
        let process = &configuration.balancer.process;
        let Some(peers) = self.peers.balancers() else {
            let mut books = self.books();
            if process.instances > 1 && !std::mem::replace(&mut books.balancers.warned, true) {
                tracing::warn!(target: "autoscaler", instances = process.instances, "there shall be several balancers, but this one has no [group] that they could join");
            }
            return;
        };
        let now = self.now();
        let mut books = self.books();
        let book = &mut books.balancers;
        let (actions, decision) = balancers(&mut book.instances, process, &peers, standing, now);
        if standing != Standing::Follows {
            book.counters.decided(&decision);
            book.last = Some((now, decision.clone()));
        }
        drop(books);
        say("balancers", &decision);
        self.carry_out(&Target::Balancers, actions);
    }

    /// Has done what was decided, if this balancer may act still.
    pub(super) fn carry_out(&self, target: &Target, actions: Vec<Action>) {
        for action in actions {
            self.act(target.clone(), action);
        }
    }
}

/// Says what was decided, where that is more than nothing.
fn say(cluster: &str, decision: &Decision) {
    let over = matches!(decision.reason.obstacle, Some(Obstacle::OverMaximum { .. }));
    match decision.verdict {
        Verdict::Hold if !over => tracing::debug!(target: "autoscaler", cluster, %decision, "decided"),
        _ => tracing::info!(target: "autoscaler", cluster, %decision, "decided"),
    }
}

impl Counters {
    pub(super) fn decided(&mut self, decision: &Decision) {
        let count = match decision.verdict {
            Verdict::Launch(_) => &mut self.decided_launch,
            Verdict::Terminate(_) => &mut self.decided_end,
            Verdict::Hold => &mut self.decided_hold,
        };
        *count += 1;
    }
}
