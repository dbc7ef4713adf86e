//! What the parts of the autoscaler share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use sinew_core::config::balancer::{BalancerConfiguration, ClusterDefinition};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};

use super::super::choice::ProviderRules;
use super::books::Books;
use super::clock::Clock;
use super::{Leadership, Options, Peers};
use crate::clusters::{ClusterKey, Directory};
use crate::iaas::Provider;

/// The running autoscaler, as its parts see it.
pub(super) struct Shared {
    /// Itself, for what goes on beside.
    pub(super) own: Weak<Shared>,
    pub(super) runtime: Handle,
    pub(super) options: Options,
    pub(super) directory: Arc<Directory>,
    pub(super) peers: Arc<dyn Peers>,
    pub(super) clock: Clock,
    pub(super) rules: Vec<ProviderRules>,
    /// What scales, if anything does.
    pub(super) configuration: ArcSwapOption<BalancerConfiguration>,
    /// What instances become members, as [`super::InstanceMembers`] is to say.
    pub(super) members: watch::Sender<()>,
    /// The next tick is to be computed anew.
    pub(super) news: Notify,
    /// Whether a task ticks instead of the own timer.
    pub(super) by_task: ArcSwap<bool>,
    /// Wakes who waits for providers to answer.
    pub(super) listed: Notify,
    pub(super) address: super::address::Address,
    books: Mutex<Books>,
}

impl Shared {
    pub(super) fn new(
        own: Weak<Shared>,
        options: Options,
        runtime: Handle,
        directory: Arc<Directory>,
        peers: Arc<dyn Peers>,
    ) -> Self {
        let clock = Clock::new();
        let signed = |order: u32| i32::try_from(order).unwrap_or(i32::MAX);
        let rules = options.providers.iter().map(|provider| ProviderRules {
            name: provider.name.clone(),
            scale_up_order: signed(provider.scale_up_order),
            scale_down_order: signed(provider.scale_down_order),
            max_instances: provider.max_instances,
        });
        let rules = rules.collect();
        let names = options.providers.iter().map(|provider| provider.name.clone());
        let books = Mutex::new(Books::new(names, clock.first_launch()));
        Self {
            own,
            runtime,
            options,
            directory,
            peers,
            clock,
            rules,
            configuration: ArcSwapOption::empty(),
            members: watch::Sender::new(()),
            news: Notify::new(),
            by_task: ArcSwap::from_pointee(false),
            listed: Notify::new(),
            address: super::address::Address::default(),
            books,
        }
    }

    /// Every change leaves the books in order before it can panic.
    pub(super) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// What scales: nothing unless `enable_autoscaler` is on.
    pub(super) fn scaled(&self) -> Option<Arc<BalancerConfiguration>> {
        self.configuration.load_full()
    }

    pub(super) fn provider(&self, name: &str) -> Option<&Provider> {
        self.options.providers.iter().find(|provider| *provider.name == *name)
    }

    /// The right to act now. Where there is no group, and a public address, whoever has the address acts (cases 199 to 201).
    pub(super) fn acting(&self) -> Option<Leadership> {
        let acting = self.peers.acting()?;
        let by_address = self.peers.balancers().is_none() && self.elastic_ip().is_some();
        (!by_address || self.address.is_held()).then_some(acting)
    }

    pub(super) fn elastic_ip(&self) -> Option<Arc<str>> {
        self.scaled().and_then(|configuration| configuration.balancer.process.elastic_ip.clone())
    }

    /// Does something beside, unless the autoscaler has ended.
    pub(super) fn beside<F>(&self, work: impl FnOnce(Arc<Shared>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        if let Some(shared) = self.own.upgrade() {
            self.runtime.spawn(work(shared));
        }
    }
}

/// What a configuration says of a cluster.
pub(super) fn cluster<'c>(
    configuration: &'c BalancerConfiguration,
    key: &ClusterKey,
) -> Option<&'c ClusterDefinition> {
    configuration.clusters().get(key).copied()
}
