//! What holds: in each step, and when all is well.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sinew::group::{NodeId, Phase, View};

use super::{Member, World, key};
use crate::balancer::{MEMBER_LEASE, Running};
use crate::bounds::GOSSIP_INTERVAL;

/// In so many steps everything is looked at once.
const LOOK: u64 = 4;

impl World {
    /// Whether all that run see each other and nobody else.
    pub(crate) fn sees(&self) -> Result<(), String> {
        let there: BTreeSet<NodeId> = self.running().map(|(_, one)| one.view().me.clone()).collect();
        for (index, running) in self.running() {
            let view = running.view();
            let mut seen: BTreeSet<NodeId> = view.live().map(|other| other.node.clone()).collect();
            seen.insert(view.me.clone());
            if seen != there {
                return Err(format!("lb{index} sees {seen:?} of {there:?}"));
            }
        }
        Ok(())
    }

    /// Whether the oldest acts and everybody knows it; nobody does without a majority.
    pub(crate) fn follows(&self) -> Result<(), String> {
        if let Some((index, _)) = self.running().find(|(_, one)| one.view().phase != Phase::Active) {
            return Err(format!("lb{index} is not active yet"));
        }
        let acting = self.acting();
        let oldest = self.running().map(|(index, one)| (one.view().me.clone(), index)).min();
        let majority = self.running().count() > self.balancers.len() / 2;
        let expected = oldest.filter(|_| majority).map(|(node, index)| (index, node));
        if acting.map(|(index, _)| index) != expected.as_ref().map(|(index, _)| *index) {
            return Err(format!("{acting:?} acts, not {expected:?}"));
        }
        let Some((acting, (_, node))) = acting.zip(expected) else { return Ok(()) };
        for (index, running) in self.running() {
            let coordinator = running.view().coordinator.clone();
            if coordinator != Some((node.clone(), acting.1)) {
                return Err(format!("lb{index} believes in {coordinator:?}, and lb{} acts", acting.0));
            }
        }
        Ok(())
    }

    /// Whether everybody knows the members that reach any balancer, and no others.
    pub(crate) fn knows(&self) -> Result<(), String> {
        let reached = |one: &&(usize, &Member)| {
            one.1.is_there && one.1.homes.iter().any(|home| self.balancers[*home].running.is_some())
        };
        let members: Vec<(usize, &Member)> = self.members.iter().enumerate().collect();
        let there: BTreeMap<String, bool> =
            members.iter().filter(reached).map(|(number, _)| (key(*number), true)).collect();
        for (index, running) in self.running() {
            let known = running.members();
            if known != there {
                return Err(format!("lb{index} knows {known:?} of {there:?}"));
            }
        }
        Ok(())
    }

    /// Who acts now, with the epoch.
    pub(crate) fn acting(&self) -> Option<(usize, u64)> {
        let mut acting = self.balancers.iter().filter_map(|one| Some((one.index, one.acting(self.now)?)));
        let first = acting.next();
        if let Some(second) = acting.next() {
            self.fail(&format!("two act at the same time: {first:?} and {second:?}"));
        }
        first
    }

    /// Looks at what must hold after each step.
    pub(super) fn look(&mut self) {
        self.look_who_acts();
        self.look_at_views();
        if self.is_watched && self.steps.is_multiple_of(LOOK) {
            self.look_at_epochs();
            self.look_at_all();
        }
    }

    /// Epochs grow from one that acts to the next.
    fn look_who_acts(&mut self) {
        let (acting, now) = (self.acting(), self.now);
        if acting == self.acted {
            return;
        }
        self.tell(match acting {
            Some((index, epoch)) => format!("lb{index} acts with epoch {epoch}"),
            None => "nobody acts".to_owned(),
        });
        self.acted = acting;
        let Some((index, epoch)) = acting else { return };
        let Some(node) = self.balancers[index].running.as_ref().map(|one| one.view().me.clone()) else {
            return;
        };
        if let Err(why) = self.epochs.act(index, &node, now, epoch) {
            self.fail(&why);
        }
    }

    /// Who hears another knows what that one knows.
    fn look_at_epochs(&mut self) {
        let (now, limit) = (self.now, self.bounds.seen());
        for from in 0..self.balancers.len() {
            for to in 0..self.balancers.len() {
                if from != to && self.clear_for(from, to) > limit {
                    self.epochs.share(from, to, (now - limit, now));
                }
            }
        }
    }

    /// Takes note of what balancers see.
    fn look_at_views(&mut self) {
        let mut told = Vec::new();
        for (index, seen) in self.seen.iter_mut().enumerate() {
            let Some(running) = &self.balancers[index].running else { continue };
            let view = running.view();
            if seen.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, &view)) {
                continue;
            }
            let names = |view: &View| -> Vec<String> {
                view.live().map(|other| format!("{}@{}", other.node, other.node.generation)).collect()
            };
            let summary = (
                names(&view),
                view.phase,
                view.coordinator.as_ref().map(|(node, epoch)| (node.to_string(), *epoch)),
            );
            told.push(format!(
                "lb{index} sees {} others {:?}, is {:?}, follows {:?}",
                summary.0.len(),
                summary.0,
                summary.1,
                summary.2
            ));
            if let Some((_, epoch)) = view.coordinator {
                self.epochs.hear(index, self.now, epoch);
            }
            *seen = Some(view);
        }
        told.into_iter().for_each(|what| self.tell(what));
    }

    fn look_at_all(&self) {
        let well: Vec<(usize, &Running)> = self.running().filter(|(_, one)| one.still.is_none()).collect();
        let views: BTreeMap<usize, Arc<View>> =
            well.iter().map(|(index, one)| (*index, one.view())).collect();
        for (index, view) in &views {
            for other in view.live() {
                let died = self.dead.get(&other.node).copied();
                // One that stands still, and one that has just woken up, have not looked yet.
                let is_awake = self.clear_for(*index, *index) > GOSSIP_INTERVAL;
                if is_awake && died.is_some_and(|died| self.now > died + self.bounds.buried()) {
                    self.fail(&format!("lb{index} sees {:?}, which died at {died:?}", other.node));
                }
            }
            for (number, other) in &views {
                let is_clear = self.clear_for(*index, *number) > self.bounds.seen();
                if is_clear && number != index && !view.live().any(|one| one.node == other.me) {
                    self.fail(&format!("lb{index} does not see lb{number}"));
                }
            }
        }
        self.look_at_members(&well);
        self.look_for_a_coordinator(&well);
    }

    /// No member is lost while any balancer reaches it; none is known for long that nobody reaches.
    fn look_at_members(&self, well: &[(usize, &Running)]) {
        for (index, running) in well {
            let known = running.members();
            for (number, member) in self.members.iter().enumerate() {
                let key = key(number);
                let held = member.held_since.iter().any(|(home, since)| {
                    let limit = self.bounds.seen() + self.bounds.told();
                    self.now - *since > limit && (home == index || self.clear_for(*home, *index) > limit)
                });
                if held && known.get(&key) != Some(&true) {
                    self.fail(&format!("lb{index} lost member {key}: {:?}", known.get(&key)));
                }
                let gone = member.gone_since.filter(|_| !member.is_there);
                let gone = gone.is_some_and(|since| self.now > since + self.bounds.forgotten(MEMBER_LEASE));
                // One that was cut off may have heard of it late, and one that stood still hears late of everything.
                let was_well = well
                    .iter()
                    .all(|(other, _)| self.clear_for(*other, *index) > self.bounds.forgotten(MEMBER_LEASE));
                if gone && was_well && known.contains_key(&key) {
                    self.fail(&format!(
                        "lb{index} knows member {key}, which is gone since {:?}",
                        member.gone_since
                    ));
                }
            }
        }
    }

    /// When a majority hear each other and nothing changes, one acts, unless others can only be heard and not hear.
    fn look_for_a_coordinator(&self, well: &[(usize, &Running)]) {
        if self.one_way || self.acted.is_some() || self.now <= self.disturbed + self.bounds.acting() {
            return;
        }
        for (first, _) in well {
            let side = well.iter().filter(|(index, _)| !self.clear_for(*first, *index).is_zero()).count();
            if side > self.balancers.len() / 2 {
                self.fail("a majority hear each other, and none acts");
            }
        }
    }
}
