//! A cluster as the configuration wants it treated: how a member is chosen, kept and given up.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use sinew_core::config::balancer::{FailOverSettings, LifecycleSettings, TrafficSettings};
use sinew_core::config::endpoint::SuspendOnFailure;
use tokio::time::Instant;

use crate::availability::Rules;
use crate::balancing::affinity::{AffinityCookie, Routes, Standing};
use crate::balancing::rewriting::KnownHosts;
use crate::balancing::selection::Balancer;
use crate::clusters::{DemandCounter, Member, Members, Phase};
use crate::endpoints::retry::RetryBudget;
use crate::endpoints::sessions::Sessions;
use crate::transport::http::client::Timeouts;

/// A cluster with everything that its requests need. Immutable; a new configuration makes a new one around the same
/// [`Cluster`](crate::clusters::Cluster).
pub struct BalancedCluster {
    /// Chooses its members.
    pub balancer: Balancer,
    /// What happens when a member fails.
    pub fail_over: FailOverSettings,
    /// For how long failures keep a member away.
    pub suspension: Rules,
    /// How long connecting and answering may take.
    pub timeouts: Timeouts,
    /// How members come and go.
    pub lifecycle: LifecycleSettings,
    /// What keeps sessions with their members.
    pub sessions: Option<Sessions>,
    /// The balancer's own cookie.
    pub cookie: Option<AffinityCookie>,
    /// How long a request waits for the first member.
    pub wait_for_member: Duration,
    /// Every request is refused with 503.
    pub maintenance: bool,
    /// How many requests may be sent again.
    pub budget: RetryBudget,
    /// What counts its requests, if it is scaled.
    pub demand: Option<Arc<DemandCounter>>,
    pub(super) view: ArcSwap<View>,
}

/// What is derived from one snapshot of members.
pub(super) struct View {
    pub(super) members: Arc<Members>,
    by_key: HashMap<Arc<str>, usize>,
    pub(super) routes: Option<Routes<Arc<Member>>>,
    /// The hosts of all members, for redirects.
    pub(super) hosts: KnownHosts,
}

impl View {
    /// For a cluster without members.
    pub(super) fn empty() -> Self {
        Self { members: Arc::default(), by_key: HashMap::new(), routes: None, hosts: KnownHosts::default() }
    }

    fn new(members: Arc<Members>, name: &str, cookie: Option<&AffinityCookie>) -> Self {
        let by_key =
            members.iter().enumerate().map(|(index, member)| (member.key().clone(), index)).collect();
        let routes = cookie.map(|cookie| {
            cookie.routes(name, members.iter().map(|member| (member.key().clone(), member.clone())))
        });
        let hosts = KnownHosts::new(members.iter().flat_map(|member| {
            let definition = member.definition();
            [&*definition.host, definition.reached_at()]
        }));
        Self { members, by_key, routes, hosts }
    }

    pub(super) fn member(&self, key: &str) -> Option<&Arc<Member>> {
        self.members.get(*self.by_key.get(key)?)
    }
}

impl BalancedCluster {
    /// A cluster as its settings say.
    pub fn new(
        balancer: Balancer,
        sessions: Option<Sessions>,
        cookie: Option<AffinityCookie>,
        timeouts: Timeouts,
        traffic: &TrafficSettings,
        maintenance: bool,
    ) -> Self {
        let fail_over = traffic.fail_over.clone();
        let suspend = SuspendOnFailure {
            initial: Some(fail_over.suspend_duration),
            // As precise as the original calculates.
            factor: fail_over.suspend_progression as f32,
            maximum: Some(fail_over.suspend_maximum),
            ..SuspendOnFailure::default()
        };
        Self {
            balancer,
            fail_over,
            suspension: Rules { suspend, ..Rules::default() },
            timeouts,
            lifecycle: traffic.lifecycle.clone(),
            sessions,
            cookie,
            wait_for_member: traffic.selection.scale_from_zero_wait,
            maintenance,
            budget: RetryBudget::default(),
            demand: None,
            view: ArcSwap::from_pointee(View::empty()),
        }
    }

    /// The same, with its requests counted.
    pub fn counted_by(self, demand: Option<Arc<DemandCounter>>) -> Self {
        Self { demand, ..self }
    }

    /// Whether a request has somewhere to go, or may wait for it.
    pub(super) fn is_ready(&self, now: Instant) -> bool {
        let members = self.balancer.cluster().members();
        !self.wait_for_member.is_zero() || members.iter().any(|member| member.is_available(now))
    }

    /// The members now, with what is derived from them. It is derived anew when members have come, gone or changed.
    pub(super) fn view(&self) -> Arc<View> {
        let view = self.view.load();
        let members = self.balancer.cluster().members();
        if Arc::ptr_eq(&view.members, &members) {
            return arc_swap::Guard::into_inner(view);
        }
        let members = arc_swap::Guard::into_inner(members);
        let name = self.balancer.cluster().key().to_string();
        let view = Arc::new(View::new(members, &name, self.cookie.as_ref()));
        self.view.store(view.clone());
        view
    }

    /// How a member stands for a client that is bound to it; `None` when it left.
    pub(super) fn standing(&self, member: &Member, now: Instant) -> Option<Standing> {
        let live = member.live();
        match live.phase() {
            Phase::Gone => None,
            Phase::Joining => Some(Standing::Closed),
            Phase::Draining => {
                let left = self.lifecycle.drain_timeout.saturating_sub(live.in_phase(now));
                Some(Standing::Draining { until: now + left })
            }
            // Who was taken out, by itself, an operator or health checks, is taken out for sessions too.
            Phase::Ready if !member.is_open() || live.availability.is_off() => Some(Standing::Closed),
            Phase::Ready if live.availability.is_ready(now) => Some(Standing::Ready),
            Phase::Ready => Some(Standing::Suspended),
        }
    }
}
