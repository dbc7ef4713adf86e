//! The handle of the running autoscaler.

use std::fmt;
use std::sync::Arc;

use sinew_core::config::balancer::BalancerConfiguration;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::books::ClusterBook;
use super::shared::Shared;
use super::{InstanceMembers, Options, Peers, watch};
use crate::clusters::{ClusterKey, Directory};

/// The autoscaler of this balancer. It ends when this is dropped; the instances stay.
pub struct Autoscaler {
    pub(super) shared: Arc<Shared>,
    task: AbortHandle,
}

impl Autoscaler {
    /// Starts it on a runtime. It does nothing before it follows a configuration.
    pub fn start(
        options: Options,
        runtime: &Handle,
        directory: Arc<Directory>,
        peers: Arc<dyn Peers>,
    ) -> Self {
        let shared =
            Arc::new_cyclic(|own| Shared::new(own.clone(), options, runtime.clone(), directory, peers));
        let task = runtime.spawn(watch::run(shared.clone())).abort_handle();
        Self { shared, task }
    }

    /// Follows a configuration from now on; nothing scales where `enable_autoscaler` is off. `by_task` says that a task of the
    /// configuration ticks, instead of the own timer.
    pub fn follow(&self, configuration: Option<Arc<BalancerConfiguration>>, by_task: bool) {
        let shared = &self.shared;
        let scaled = configuration.filter(|configuration| configuration.balancer.process.enable_autoscaler);
        let mut books = shared.books();
        let clusters = scaled.as_deref().map(BalancerConfiguration::clusters).unwrap_or_default();
        books.clusters.retain(|key, book| {
            let stays = clusters.contains_key(key);
            let left = book.state.instances.records().count();
            if !stays && left > 0 {
                tracing::warn!(target: "autoscaler", cluster = %key, instances = left, "the cluster is not scaled any more; its instances stay");
            }
            stays
        });
        for key in clusters.into_keys() {
            let first = shared.clock.first_launch();
            books.clusters.entry(key.clone()).or_insert_with(|| ClusterBook::new(first));
        }
        drop(books);
        shared.by_task.store(Arc::new(by_task));
        let before = shared.configuration.swap(scaled.clone());
        if before.is_none() && scaled.is_some() && shared.options.providers.is_empty() {
            tracing::warn!(target: "autoscaler", "enable_autoscaler is on, but no [[iaas]] of sinew.toml can launch anything");
        }
        shared.members.send_replace(());
        shared.news.notify_one();
    }

    /// What makes instances members; to be started once.
    pub fn members(&self) -> InstanceMembers {
        InstanceMembers { shared: self.shared.clone() }
    }

    /// Looks at the providers, and ticks then: what a task does.
    pub async fn run_now(&self) {
        watch::look_and_tick(&self.shared).await;
    }

    /// Decides nothing any more: the process ends. The instances stay.
    pub fn stop(&self) {
        self.task.abort();
    }

    /// Takes the public address, or makes sure that it leads to this balancer still: what decides who acts when there is no
    /// majority (case 198).
    pub async fn claim_address(&self) -> bool {
        self.shared.claim_address().await
    }

    /// Launches and ends nothing for a cluster, or does so again; whether there is such a cluster.
    pub fn pause(&self, cluster: &ClusterKey, paused: bool) -> bool {
        let mut books = self.shared.books();
        let Some(book) = books.clusters.get_mut(cluster) else { return false };
        if std::mem::replace(&mut book.paused, paused) != paused {
            tracing::info!(target: "autoscaler", %cluster, paused, "paused or resumed by an operator");
        }
        true
    }
}

impl Drop for Autoscaler {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Autoscaler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Autoscaler").field("options", &self.shared.options).finish_non_exhaustive()
    }
}
