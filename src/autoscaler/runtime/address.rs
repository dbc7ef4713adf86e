//! The public address leads to the balancer that acts (elastic-load-balancer.md §4.8, W18, cases 196 and 198 to 201).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Mutex;

use super::shared::Shared;
use crate::iaas::{AddressState, Iaas, IaasError, InstanceId, InstanceState};

/// What is known of the public address.
#[derive(Debug, Default)]
pub(super) struct Address {
    /// It led to this balancer when it was looked at last.
    held: AtomicBool,
    /// Another balancer took it from this one, which does not take it back by itself.
    lost: AtomicBool,
    /// This balancer does not know its instance, and said so.
    complained: AtomicBool,
    /// Only one looks at a time.
    looking: Mutex<()>,
}

/// A provider that keeps the address, and where it leads.
struct Found {
    iaas: Arc<dyn Iaas>,
    state: AddressState,
}

impl Address {
    /// Whether it led to this balancer when it was looked at last.
    pub(super) fn is_held(&self) -> bool {
        self.held.load(Ordering::Relaxed)
    }

    fn hold(&self, held: bool) {
        self.held.store(held, Ordering::Relaxed);
    }
}

impl Shared {
    /// Lets the address lead to this balancer while it acts. In a group, who acts with a majority takes it from whoever has it;
    /// without a group it is only taken when nobody has it, and who has it acts.
    pub(super) async fn keep_address(&self) {
        let (Some(ip), Some(acting)) = (self.elastic_ip(), self.peers.acting()) else {
            self.address.hold(false);
            return;
        };
        let Ok(_looking) = self.address.looking.try_lock() else { return };
        let Some(own) = self.own_instance() else { return };
        let Some(found) = self.find_address(&ip).await else { return };
        let in_group = self.peers.balancers().is_some();
        let may_take = match &found.state {
            AddressState::Instance(id) if id == own => {
                self.address.hold(true);
                if !acting.alone {
                    self.address.lost.store(false, Ordering::Relaxed);
                }
                return;
            }
            AddressState::Free => true,
            AddressState::Instance(_) | AddressState::Taken => in_group && !acting.alone,
        };
        // Another may act since the provider was asked.
        if may_take && self.peers.acting().is_some_and(|now| now.epoch == acting.epoch) {
            self.take_address(&ip, own, &found).await;
        } else if in_group {
            self.address.hold(false);
        }
    }

    /// Takes the address without a majority, or makes sure that it is ours still. One that was taken from this balancer is left
    /// to the other as long as that one's instance is there: so two that do not see each other do not take turns.
    pub(super) async fn claim_address(&self) -> bool {
        let Some(ip) = self.elastic_ip() else { return false };
        let _looking = self.address.looking.lock().await;
        let Some(own) = self.own_instance() else { return false };
        let Some(found) = self.find_address(&ip).await else { return false };
        match &found.state {
            AddressState::Instance(id) if id == own => {
                self.address.hold(true);
                true
            }
            AddressState::Taken => false,
            AddressState::Free => self.take_address(&ip, own, &found).await,
            AddressState::Instance(other) => {
                if self.address.held.swap(false, Ordering::Relaxed) {
                    tracing::warn!(target: "autoscaler", %ip, instance = %other, "another balancer took the public address");
                    self.address.lost.store(true, Ordering::Relaxed);
                }
                let lost = self.address.lost.load(Ordering::Relaxed);
                if lost && self.is_there(&*found.iaas, other).await {
                    return false;
                }
                self.take_address(&ip, own, &found).await
            }
        }
    }

    /// The instance of this balancer. Without it nothing can be done about addresses, which is said once.
    fn own_instance(&self) -> Option<&InstanceId> {
        let own = self.options.instance.as_ref();
        if own.is_none() && !self.address.complained.swap(true, Ordering::Relaxed) {
            tracing::error!(target: "autoscaler", "elasticIP is set, but autoscaler.instance does not say which instance this balancer runs on");
        }
        own
    }

    /// The first provider that keeps addresses says where this one leads.
    async fn find_address(&self, ip: &str) -> Option<Found> {
        for provider in &self.options.providers {
            match provider.iaas.address(ip).await {
                Ok(state) => return Some(Found { iaas: provider.iaas.clone(), state }),
                Err(IaasError::Unsupported(_)) => {}
                Err(IaasError::NotFound(_)) => {
                    tracing::error!(target: "autoscaler", ip, "the elastic IP is not reserved");
                    return None;
                }
                Err(error) => {
                    tracing::warn!(target: "autoscaler", ip, %error, "nobody says where the public address leads");
                    return None;
                }
            }
        }
        if !self.address.complained.swap(true, Ordering::Relaxed) {
            tracing::error!(target: "autoscaler", ip, "elasticIP is set, but no provider can move addresses");
        }
        None
    }

    async fn take_address(&self, ip: &str, own: &InstanceId, found: &Found) -> bool {
        let taken = found.iaas.associate(ip, own).await;
        match &taken {
            Ok(()) => {
                tracing::info!(target: "autoscaler", ip, instance = %own, from = ?found.state, "the public address leads to this balancer");
                self.address.lost.store(false, Ordering::Relaxed);
            }
            Err(error) => {
                tracing::error!(target: "autoscaler", ip, %error, "the public address does not move");
            }
        }
        self.address.hold(taken.is_ok());
        taken.is_ok()
    }

    /// Whether an instance runs, or nobody says that it does not.
    async fn is_there(&self, iaas: &dyn Iaas, id: &InstanceId) -> bool {
        let Ok(instances) = iaas.list(&self.options.owner).await else { return true };
        let found = instances.iter().find(|instance| instance.id == *id);
        found.is_none_or(|one| matches!(one.state, InstanceState::Pending | InstanceState::Running))
    }
}
