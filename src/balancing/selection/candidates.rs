//! The members of a cluster as an algorithm sees them for one request.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use super::balancer::{Attempt, Settings};
use super::slow_start::{Lot, Lots, share};
use crate::balancing::algorithms::{Edition, Pool, fraction};
use crate::clusters::{Cluster, Member, Members};

/// What an attempt may choose from.
pub(super) struct Candidates<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) members: &'a Arc<Members>,
    pub(super) attempt: &'a Attempt<'a>,
    pub(super) settings: &'a Settings,
    pub(super) lots: &'a Lots,
    /// What keeps the request beside others of its kind.
    pub(super) affinity: Option<u64>,
    pub(super) lot: Lot,
    /// Members that failures keep away are candidates too.
    pub(super) is_panic: bool,
}

impl Candidates<'_> {
    /// Members that serve such requests and that nobody took out: failures may keep them away, and they may have been tried.
    pub(super) fn open(&self) -> impl Iterator<Item = &Arc<Member>> {
        self.members.iter().filter(|member| self.serves(member) && !self.is_off(member))
    }

    fn serves(&self, member: &Member) -> bool {
        member.is_open()
            && member.definition().weight > 0
            && member.target(self.attempt.scheme, self.attempt.port).is_some()
    }

    /// Whether somebody switched it off: it is neither available nor waiting to be.
    fn is_off(&self, member: &Member) -> bool {
        !self.is_available(member) && member.live().availability.next_retry().is_none()
    }

    pub(super) fn is_available(&self, member: &Member) -> bool {
        member.live().availability.is_ready(self.attempt.now)
    }

    pub(super) fn was_tried(&self, member: &Member) -> bool {
        self.attempt.tried.iter().any(|tried| Arc::ptr_eq(tried.live(), member.live()))
    }

    /// Whether the request may go to a member, its share apart.
    fn may(&self, member: &Member) -> bool {
        let is_available = self.is_available(member) || self.is_panic && !self.is_off(member);
        is_available && self.serves(member) && !self.was_tried(member)
    }

    /// Nobody took part: shares count relative to the greatest.
    pub(super) fn lower_lot(&self) {
        let may = self.members.iter().filter(|member| self.may(member));
        let greatest = may.map(|member| self.share_of(member)).fold(0.0, f64::max);
        self.lot.lower(greatest);
    }

    fn share_of(&self, member: &Member) -> f64 {
        share(member, self.settings.slow_start, self.attempt.now)
    }

    /// Requests that are to stay together are admitted together, so that each moves to a new member once.
    fn draw(&self) -> f64 {
        match self.affinity {
            Some(number) => fraction(number),
            None => self.lots.draw(),
        }
    }
}

impl Pool for Candidates<'_> {
    fn len(&self) -> usize {
        self.members.len()
    }

    fn is_open(&self, index: usize) -> bool {
        self.members
            .get(index)
            .is_some_and(|member| self.may(member) && self.lot.admits(self.share_of(member), || self.draw()))
    }

    fn weight(&self, index: usize) -> u32 {
        self.members.get(index).map_or(1, |member| member.definition().weight)
    }

    fn weight_limits(&self, index: usize) -> (u32, u32) {
        let weight = self.weight(index);
        let property = |name| {
            let properties = &self.members.get(index)?.definition().properties;
            properties.get(name)?.trim().parse::<u32>().ok()
        };
        (
            property("loadbalance.weight.min").unwrap_or(weight.saturating_sub(2)),
            property("loadbalance.weight.max").unwrap_or(weight.saturating_add(2)),
        )
    }

    fn in_flight(&self, index: usize) -> u32 {
        self.members.get(index).map_or(0, |member| member.live().in_flight())
    }

    fn latency(&self, index: usize) -> Option<Duration> {
        self.members.get(index)?.live().expected_latency(self.attempt.now)
    }

    fn share(&self, index: usize) -> f64 {
        self.members.get(index).map_or(1.0, |member| self.share_of(member))
    }

    fn name(&self, index: usize) -> &str {
        self.members.get(index).map_or("", |member| member.key())
    }

    fn edition(&self) -> Edition {
        Edition::of(self.members)
    }

    fn is_edition(&self, edition: &Edition) -> bool {
        edition.is(self.members)
    }

    fn cursor(&self) -> &AtomicUsize {
        &self.cluster.cursor
    }
}
