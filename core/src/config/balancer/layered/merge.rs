//! Layers put on top of each other.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::reader::{check, read_services};
use super::super::{
    BalancerConfiguration, ClusterDefinition, ClusterKey, Host, Layer, NoVariables, Place, ServiceDefinition,
};
use super::{Changes, ClusterChange};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};

/// What counts, and what is wrong with it. What the file says by itself is not reported again.
///
/// Of several definitions of a cluster the weightiest says how it is treated; its members are those of all of them, and the hosts
/// of each lead to it for the tenants that this one names. One that names no tenants serves those of the others.
pub(super) fn merge(
    changes: &Changes,
    file: Option<&BalancerConfiguration>,
) -> (BalancerConfiguration, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let mut merged = file.cloned().unwrap_or_default();
    if let Some(tree) = &changes.topology {
        let inherited = &merged.inheritance;
        let services = read_services(tree, Layer::Topology, inherited, &NoVariables, &mut diagnostics);
        services.into_iter().for_each(|service| append(&mut merged.services, service));
    }
    for (cluster, change) in &changes.clusters {
        let hosts = hosts_of(changes, cluster);
        let service = service_of(&merged.services, cluster, change, &hosts);
        let tree = change.tree(cluster, &service);
        let inherited = &merged.inheritance;
        let mut services = read_services(&tree, Layer::RunTime, inherited, &NoVariables, &mut diagnostics);
        let defined = services.iter_mut().flat_map(|service| &mut service.clusters);
        defined.for_each(|definition| definition.hosts = hosts.clone());
        services.into_iter().for_each(|service| append(&mut merged.services, service));
    }
    settle(changes, &mut merged.services, &mut diagnostics);
    check(&merged.services, &mut diagnostics);
    diagnostics.sort();
    let mut list = diagnostics.into_vec();
    // What several clusters inherit is wrong once.
    list.dedup();
    (merged, list.into_iter().collect())
}

/// Adds a service; blocks of one name are one service.
fn append(services: &mut Vec<ServiceDefinition>, service: ServiceDefinition) {
    match services.iter_mut().find(|other| other.name == service.name) {
        Some(other) => other.clusters.extend(service.clusters),
        None => services.push(service),
    }
}

/// The hosts that operators gave a cluster.
fn hosts_of(changes: &Changes, cluster: &ClusterKey) -> Arc<[Host]> {
    let own = changes.hosts.iter().filter(|((_, of), _)| of == cluster);
    own.map(|((host, _), place)| by_operators(host, place)).collect()
}

fn by_operators(host: &Arc<str>, place: &Place) -> Host {
    Host { name: host.clone(), place: place.clone(), layer: Layer::RunTime }
}

/// The service that a cluster of operators is of: the one they name, that of other definitions of the cluster, that of its
/// hosts, or one of its own.
fn service_of(
    services: &[ServiceDefinition],
    cluster: &ClusterKey,
    change: &ClusterChange,
    hosts: &[Host],
) -> Arc<str> {
    let defines = |service: &&ServiceDefinition| service.clusters.iter().any(|other| other.key == *cluster);
    let has_host = |service: &&ServiceDefinition| {
        let mut listed = service.clusters.iter().flat_map(|other| other.hosts.iter());
        listed.any(|listed| hosts.iter().any(|host| host.name == listed.name))
    };
    let found = || {
        let service = services.iter().find(defines).or_else(|| services.iter().find(has_host))?;
        Some(service.name.clone())
    };
    change.service.clone().or_else(found).unwrap_or_else(|| cluster.domain.clone())
}

/// Where a definition is: the number of its service, and its own in that.
type At = (usize, usize);

/// Gives every cluster that is defined more than once what all definitions say of it, and clusters of other layers the hosts and
/// the maintenance that operators want.
fn settle(changes: &Changes, services: &mut [ServiceDefinition], diagnostics: &mut Diagnostics) {
    let mut places: HashMap<ClusterKey, Vec<At>> = HashMap::new();
    for (number, service) in services.iter().enumerate() {
        for (own, cluster) in service.clusters.iter().enumerate() {
            places.entry(cluster.key.clone()).or_default().push((number, own));
        }
    }
    for (cluster, definitions) in &mut places {
        // The weightiest last, and of one layer the last one.
        definitions.sort_by_key(|at| find(services, *at).map(|definition| definition.layer));
        let Some((last, others)) = definitions.split_last() else { continue };
        if !others.is_empty() {
            unite(services, *last, others);
        }
        if let Some(on) = changes.maintenance.get(cluster)
            && let Some(definition) = find_mut(services, *last)
        {
            definition.settings.maintenance = *on;
        }
    }
    for ((host, cluster), place) in &changes.hosts {
        if changes.clusters.contains_key(cluster) {
            continue;
        }
        let last = places.get(cluster).and_then(|definitions| definitions.last());
        match last.and_then(|at| find_mut(services, *at)) {
            Some(definition) => add_host(definition, by_operators(host, place)),
            None => diagnostics.push(
                Diagnostic::warning(
                    codes::BALANCER_IGNORED,
                    format!("the host {host} was given to the cluster {cluster}, which is no more"),
                )
                .at(place.0.clone())
                .label("waits until the cluster is there again"),
            ),
        }
    }
    let clusters = services.iter().flat_map(|service| &service.clusters);
    // One that is given and wrong has been reported.
    let is_given = |key: &ClusterKey| changes.clusters.get(key).is_some_and(ClusterChange::names_tenants);
    for cluster in clusters.filter(|cluster| cluster.tenants.is_none() && !is_given(&cluster.key)) {
        if let Some(host) = cluster.hosts.iter().find(|host| host.layer == Layer::RunTime) {
            diagnostics.push(
                Diagnostic::error(
                    codes::BALANCER_VALUE_MISSING,
                    format!("the cluster \"{}\" has hosts, but no \"tenant_range\"", cluster.key),
                )
                .at(host.place.0.clone())
                .label("`*` serves all tenants"),
            );
        }
    }
}

/// Gives the definition that counts the members of the others, and their tenants when it names none.
fn unite(services: &mut [ServiceDefinition], last: At, others: &[At]) {
    let others: Vec<&ClusterDefinition> = others.iter().filter_map(|at| find(services, *at)).collect();
    let tenants = others.iter().rev().find_map(|other| other.tenants.clone());
    let members: Vec<_> = others.iter().flat_map(|other| other.members.iter().cloned()).collect();
    let Some(definition) = find_mut(services, last) else { return };
    definition.tenants = definition.tenants.take().or(tenants);
    let own = std::mem::take(&mut definition.members);
    let is_own = |key: &Arc<str>| own.iter().any(|member| member.definition.key() == *key);
    let inherited = members.into_iter().filter(|member| !is_own(&member.definition.key()));
    definition.members = inherited.collect();
    definition.members.extend(own);
}

fn add_host(definition: &mut ClusterDefinition, host: Host) {
    if !definition.hosts.iter().any(|known| known.name == host.name) {
        definition.hosts = definition.hosts.iter().cloned().chain([host]).collect();
    }
}

fn find(services: &[ServiceDefinition], (service, cluster): At) -> Option<&ClusterDefinition> {
    services.get(service)?.clusters.get(cluster)
}

fn find_mut(services: &mut [ServiceDefinition], (service, cluster): At) -> Option<&mut ClusterDefinition> {
    services.get_mut(service)?.clusters.get_mut(cluster)
}
