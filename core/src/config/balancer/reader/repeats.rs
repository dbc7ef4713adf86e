//! Hosts of two services, and clusters that are defined twice.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::{ClusterKey, Host, Place, ServiceDefinition};
use super::Reader;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};

/// A host leads to one service (elastic-load-balancer.md §1.6 rule 6).
pub(super) fn hosts_of_two_services(services: &[ServiceDefinition], diagnostics: &mut Diagnostics) {
    let mut owners: HashMap<Arc<str>, (&ServiceDefinition, &Host)> = HashMap::new();
    for service in services {
        for host in distinct(service).into_iter().flatten() {
            let (owner, first) = *owners.entry(host.name.clone()).or_insert((service, host));
            if owner.name != service.name {
                let message = format!(
                    "the host \"{}\" belongs to the services \"{}\" and \"{}\"",
                    host.name, owner.name, service.name
                );
                let (here, there) = match host.layer <= first.layer {
                    true => ((service, host), (owner, first)),
                    false => ((owner, first), (service, host)),
                };
                diagnostics.push(
                    Diagnostic::error(codes::HOST_DUPLICATE, message)
                        .at(here.1.place.0.clone())
                        .label(format!("here of \"{}\"", here.0.name))
                        .related(there.1.place.0.clone(), format!("here of \"{}\"", there.0.name)),
                );
            }
        }
    }
}

impl Reader<'_> {
    /// The last definition of a cluster counts (elastic-load-balancer.md §1.6 rule 7).
    pub(super) fn repeated_clusters(&mut self, services: &[ServiceDefinition]) {
        let mut known: HashMap<&ClusterKey, &Place> = HashMap::new();
        for cluster in services.iter().flat_map(|service| &service.clusters) {
            if let Some(first) = known.insert(&cluster.key, &cluster.place) {
                self.diagnostics.push(
                    Diagnostic::warning(
                        codes::CLUSTER_REPEATED,
                        format!("the cluster \"{}\" is defined again", cluster.key),
                    )
                    .at(cluster.place.0.clone())
                    .label("these settings count")
                    .related(first.0.clone(), "these do not"),
                );
            }
        }
    }
}

/// The lists of hosts of a service, those that its clusters share once.
fn distinct(service: &ServiceDefinition) -> Vec<&[Host]> {
    let mut lists: Vec<&Arc<[Host]>> = service.clusters.iter().map(|cluster| &cluster.hosts).collect();
    lists.dedup_by(|left, right| Arc::ptr_eq(left, right));
    lists.into_iter().map(|list| &**list).collect()
}
