//! The rules of the election, one function each.

use tokio::time::Instant;

use super::{Election, Minority, OwnTerm, Peer, Promise, usable};
use crate::group::words::{Phase, Stance, Vote};

impl Election {
    /// Takes note of epochs and of how many there are.
    pub(super) fn hear(&mut self, now: Instant, peers: &[Peer]) {
        peers.iter().for_each(|peer| self.learn(&peer.said));
        let there = || peers.iter().filter(|peer| peer.live && peer.said.phase != Phase::Leaving);
        let live = there().count() + 1;
        let said = there().map(|peer| peer.said.card.size).max().unwrap_or_default();
        self.size = self.rules.size.max(said).max(live);
        if live >= self.majority() {
            self.too_few_since = None;
            self.enough_since.get_or_insert(now);
        } else {
            self.enough_since = None;
            self.too_few_since.get_or_insert(now);
        }
    }

    fn majority(&self) -> usize {
        self.size / 2 + 1
    }

    /// Echoes new beats of the candidate that was promised to, and lets go of the promise when it is over.
    pub(super) fn keep_promise(&mut self, now: Instant, peers: &[Peer]) {
        let me = &self.me;
        let Some(promise) = self.promise.as_mut().filter(|promise| promise.vote.candidate != *me) else {
            // What a candidate promised to itself ends with its term.
            return;
        };
        let Promise { vote, heard } = promise;
        let mut over = false;
        if let Some(peer) = peers.iter().find(|peer| peer.node == vote.candidate) {
            let term = peer.said.term.filter(|term| term.epoch <= vote.epoch);
            if let Some(term) = term.filter(|term| term.beat > vote.beat) {
                vote.beat = term.beat;
                *heard = now;
            }
            // It says so itself: it stopped to act before.
            over = term.is_none() || matches!(peer.said.phase, Phase::Draining | Phase::Leaving);
        }
        if over || now >= *heard + self.rules.lease {
            let promise = self.promise.take();
            self.promised = promise.map(|Promise { vote, .. }| vote);
        }
    }

    /// Begins a term, begins it anew, or ends it.
    pub(super) fn stand(&mut self, now: Instant, peers: &[Peer], least: u64) {
        if self.phase != Phase::Active {
            return self.end_term();
        }
        let acting = self.acting(now);
        if let Some(older) = oldest(peers).filter(|peer| peer.node < self.me) {
            let settled = older.active_since.is_some_and(|since| now >= since + self.rules.lease);
            let acts = older.said.term.is_some_and(|term| term.stance.acts());
            let stays = match acting {
                None => false,
                Some(acting) if acting.alone => !settled && !acts,
                Some(_) => !settled,
            };
            if !stays {
                self.end_term();
            }
            return;
        }
        let me = &self.me;
        if self.promise.as_ref().is_some_and(|promise| promise.vote.candidate != *me) {
            return self.end_term();
        }
        let outdated = |term: &OwnTerm| {
            let is_old = now >= term.began + self.rules.lease / 2;
            // Another acted since, or in the same epoch.
            let is_past = self.acting_epoch > term.epoch || self.acting_epoch == term.epoch && !term.acted;
            acting.is_none() && is_past
                || acting.is_none_or(|acting| acting.alone) && self.epoch > term.epoch && is_old
        };
        if self.term.as_ref().is_none_or(outdated) {
            let (alone, granted) = (acting.is_some(), self.granted_until);
            self.end_term();
            self.epoch = self.epoch.saturating_add(1).max(least);
            self.granted_until = granted;
            // One that acts alone goes on to act, in a term that the others can vote for.
            self.term = Some(OwnTerm { alone, acted: alone, ..OwnTerm::begin(self.epoch, now) });
        }
    }

    pub(super) fn end_term(&mut self) {
        let Some(term) = self.term.take() else { return };
        self.promise = None;
        // Of a term in which it did not act there is nothing to be told from later ones.
        if term.acted {
            self.promised = Some(Vote { candidate: self.me.clone(), epoch: term.epoch, beat: term.beat });
        }
        self.granted_until = None;
    }

    /// Votes for itself as a candidate, otherwise for the oldest, if no promise is in the way.
    pub(super) fn vote(&mut self, now: Instant, peers: &[Peer]) {
        if let Some(term) = &self.term {
            let vote = Vote { candidate: self.me.clone(), epoch: term.epoch, beat: term.beat };
            self.promise = Some(Promise { vote, heard: now });
            return;
        }
        if matches!(self.phase, Phase::Starting | Phase::Leaving) || self.promise.is_some() {
            return;
        }
        let Some((candidate, term)) = oldest(peers).and_then(|peer| Some((&peer.node, peer.said.term?)))
        else {
            return;
        };
        // Lower epochs are refused, so that they grow from one coordinator to the next.
        let last = self.promised.as_ref();
        let is_past = last.is_some_and(|last| {
            if last.candidate == *candidate { term.epoch < last.epoch } else { term.epoch <= last.epoch }
        });
        let refused = is_past || term.epoch < self.acting_epoch;
        if refused {
            // The candidate sees it, and begins anew.
            self.epoch = self.epoch.max(term.epoch.saturating_add(1));
            return;
        }
        let vote = Vote { candidate: candidate.clone(), epoch: term.epoch, beat: term.beat };
        // It fell silent and does not count as lost yet: promised to once more, it would hold up the next for another lease.
        let is_silent = |last: &Vote| {
            (&last.candidate, last.epoch) == (&vote.candidate, vote.epoch) && last.beat >= vote.beat
        };
        if last.is_some_and(is_silent) {
            return;
        }
        self.promise = Some(Promise { vote, heard: now });
    }

    /// Counts the votes for our own term.
    pub(super) fn count(&mut self, now: Instant, peers: &[Peer]) {
        let majority = self.majority();
        let due = self.is_due_alone(now);
        let Some(term) = &mut self.term else { return };
        let votes = peers.iter().filter(|peer| peer.said.lease() >= self.rules.lease);
        let votes = votes.filter_map(|peer| peer.said.vote.as_ref());
        let votes = votes.filter(|vote| vote.candidate == self.me && vote.epoch == term.epoch);
        let mut beats: Vec<u64> = votes.map(|vote| vote.beat).chain([term.beat]).collect();
        beats.sort_unstable_by(|one, other| other.cmp(one));
        let issued = beats.get(majority - 1).and_then(|beat| term.issued_at(*beat));
        term.held_until = issued.map(|at| at + usable(self.rules.lease));
        let holds = term.held_until.is_some_and(|until| until > now);
        let allowed = match self.rules.minority {
            Minority::Waits => false,
            Minority::Acts => true,
            Minority::AsksFence => self.granted_until.is_some_and(|until| until > now),
        };
        // Others are there again; they have this long to vote.
        let patience = self.rules.lease * 2;
        let others = self.enough_since.is_some_and(|since| now >= since + patience);
        let rival = peers.iter().any(|peer| {
            let stance = peer.said.term.map(|term| term.stance);
            peer.live
                && (stance == Some(Stance::Acting) || stance == Some(Stance::Alone) && peer.node < self.me)
        });
        term.alone = allowed && !holds && !rival && if term.alone { !others } else { due };
        term.acted |= holds || term.alone;
    }

    /// Whether there have been too few for a majority for long enough.
    pub(super) fn is_due_alone(&self, now: Instant) -> bool {
        self.term.is_some() && self.too_few_since.is_some_and(|since| now >= since + self.rules.takeover)
    }
}

impl OwnTerm {
    fn begin(epoch: u64, now: Instant) -> Self {
        Self {
            epoch,
            began: now,
            beat: 1,
            issued: [(1, now)].into(),
            held_until: None,
            alone: false,
            acted: false,
        }
    }

    /// Issues the next beat, and forgets those that no vote could make last longer.
    pub(super) fn issue(&mut self, now: Instant, lease: std::time::Duration) {
        self.beat += 1;
        self.issued.push_back((self.beat, now));
        while self.issued.front().is_some_and(|(_, at)| now >= *at + lease) {
            self.issued.pop_front();
        }
    }

    fn issued_at(&self, beat: u64) -> Option<Instant> {
        self.issued.iter().find(|(issued, _)| *issued == beat).map(|(_, at)| *at)
    }
}

/// The oldest of the others that could be coordinator.
fn oldest(peers: &[Peer]) -> Option<&Peer> {
    let active = peers.iter().filter(|peer| peer.live && peer.said.phase == Phase::Active);
    active.min_by(|one, other| one.node.cmp(&other.node))
}
