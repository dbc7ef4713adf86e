//! Everything that is said above the file.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::tree::Tree;
use super::super::{BalancerConfiguration, ClusterKey, Layer, Place};
use super::merge::merge;
use super::{Change, ClusterChange, NotPossible};
use crate::diagnostics::Diagnostics;

/// What operators and the topology say of clusters and hosts. Two are equal when they say the same, so that saying it again
/// changes nothing (case 236).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    pub(super) clusters: BTreeMap<ClusterKey, ClusterChange>,
    pub(super) hosts: BTreeMap<(Arc<str>, ClusterKey), Place>,
    pub(super) maintenance: BTreeMap<ClusterKey, bool>,
    pub(super) topology: Option<Arc<Tree>>,
}

impl Changes {
    /// The clusters that operators defined.
    pub fn clusters(&self) -> impl Iterator<Item = (&ClusterKey, &ClusterChange)> {
        self.clusters.iter()
    }

    /// The hosts that operators gave clusters.
    pub fn hosts(&self) -> impl Iterator<Item = (&Arc<str>, &ClusterKey)> {
        self.hosts.keys().map(|(host, cluster)| (host, cluster))
    }

    /// The clusters that operators took out of service or brought back, with true for the former.
    pub fn maintenance(&self) -> impl Iterator<Item = (&ClusterKey, bool)> {
        self.maintenance.iter().map(|(cluster, on)| (cluster, *on))
    }

    /// What was said before, in an earlier life of the process.
    pub fn restored(
        clusters: BTreeMap<ClusterKey, ClusterChange>,
        hosts: BTreeMap<(Arc<str>, ClusterKey), Place>,
        maintenance: BTreeMap<ClusterKey, bool>,
    ) -> Self {
        Self { clusters, hosts, maintenance, topology: None }
    }

    /// What counts: these changes above what the file says. With an error among the diagnostics it is what the file says alone.
    pub fn over(
        &self,
        file: Option<&Arc<BalancerConfiguration>>,
    ) -> (Option<Arc<BalancerConfiguration>>, Diagnostics) {
        let nothing = self.clusters.is_empty() && self.topology.is_none();
        if nothing && (file.is_none() || self.hosts.is_empty() && self.maintenance.is_empty()) {
            return (file.cloned(), Diagnostics::default());
        }
        let (merged, diagnostics) = merge(self, file.map(|file| &**file));
        match diagnostics.has_errors() {
            true => (file.cloned(), diagnostics),
            false => (Some(Arc::new(merged)), diagnostics),
        }
    }

    /// Makes a change. `now` is what counts at the moment, as [`Changes::over`] has said. Whether the change fits together with
    /// everything else, `over` says then.
    ///
    /// # Errors
    /// It cannot be made; nothing is changed.
    pub fn apply(&mut self, change: Change, now: Option<&BalancerConfiguration>) -> Result<(), NotPossible> {
        match change {
            Change::PutCluster { cluster, definition, hosts } => {
                let is_known = layer_of(now, &cluster).is_some();
                if hosts.is_none() && !is_known {
                    return Err(NotPossible::HostsMissing(cluster));
                }
                if let Some(hosts) = hosts {
                    self.hosts.retain(|(_, of), _| *of != cluster);
                    let place = definition.place();
                    let entry = |host| ((host, cluster.clone()), place.clone());
                    self.hosts.extend(hosts.into_iter().map(entry));
                }
                self.clusters.insert(cluster, definition);
            }
            Change::RemoveCluster(cluster) => {
                if self.clusters.remove(&cluster).is_none() {
                    return Err(match layer_of(now, &cluster) {
                        Some(layer) => {
                            NotPossible::Elsewhere { what: format!("the cluster {cluster}"), layer }
                        }
                        None => NotPossible::UnknownCluster(cluster),
                    });
                }
                self.hosts.retain(|(_, of), _| *of != cluster);
                self.maintenance.remove(&cluster);
            }
            Change::PutHost { host, cluster, place } => {
                known(now, &cluster)?;
                self.hosts.insert((host, cluster), place);
            }
            Change::RemoveHost { host, cluster } => {
                let before = self.hosts.len();
                let is_meant = |of: &ClusterKey| cluster.as_ref().is_none_or(|cluster| cluster == of);
                self.hosts.retain(|(name, of), _| *name != host || !is_meant(of));
                if self.hosts.len() == before {
                    return Err(match layer_of_host(now, &host, is_meant) {
                        Some(layer) => NotPossible::Elsewhere { what: format!("the host {host}"), layer },
                        None => NotPossible::UnknownHost { host, cluster },
                    });
                }
            }
            Change::Maintenance { cluster, on } => {
                known(now, &cluster)?;
                let is_on = now
                    .and_then(|now| now.clusters().get(&cluster).map(|found| found.settings.maintenance))
                    .unwrap_or_default();
                if is_on != on || self.maintenance.contains_key(&cluster) {
                    self.maintenance.insert(cluster, on);
                }
            }
            Change::Topology(tree) => self.topology = Some(tree),
        }
        Ok(())
    }
}

fn known(now: Option<&BalancerConfiguration>, cluster: &ClusterKey) -> Result<(), NotPossible> {
    match layer_of(now, cluster) {
        Some(_) => Ok(()),
        None => Err(NotPossible::UnknownCluster(cluster.clone())),
    }
}

/// Who defines a cluster.
fn layer_of(now: Option<&BalancerConfiguration>, cluster: &ClusterKey) -> Option<Layer> {
    now?.clusters().get(cluster).map(|found| found.layer)
}

/// Who says that a host leads to one of these clusters.
fn layer_of_host(
    now: Option<&BalancerConfiguration>,
    host: &str,
    is_meant: impl Fn(&ClusterKey) -> bool,
) -> Option<Layer> {
    let clusters = now?.services.iter().flat_map(|service| &service.clusters);
    let mut hosts = clusters.filter(|found| is_meant(&found.key)).flat_map(|found| found.hosts.iter());
    hosts.find(|found| *found.name == *host).map(|found| found.layer)
}
