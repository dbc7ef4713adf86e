//! Tenants that two clusters of one host claim (elastic-load-balancer.md §1.8, W41).
//!
//! Most clusters of a service inherit its list of hosts, so their tenants are compared once, and not for every host.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::{ClusterDefinition, Host, Place, ServiceDefinition};
use super::repeats::hosts_of_two_services;
use crate::diagnostics::{Diagnostic, Diagnostics, SourceFile, Span, codes};

/// First and last id, and the cluster that serves them.
type Range<'a> = (u32, u32, &'a ClusterDefinition);

/// The tenants of the clusters that have the same list of hosts.
struct Group<'a> {
    hosts: &'a Arc<[Host]>,
    /// Their ids, ascending.
    ranges: Vec<Range<'a>>,
    /// The clusters for all other tenants.
    defaults: Vec<&'a ClusterDefinition>,
}

/// Reports what is wrong with services beside each other, whichever layer they are of: hosts of two services, and tenants of two
/// clusters. Where two layers contradict each other, it is reported where the less weighty one stands.
pub(in super::super) fn check(services: &[ServiceDefinition], diagnostics: &mut Diagnostics) {
    hosts_of_two_services(services, diagnostics);
    Overlaps { diagnostics, reported: HashSet::new() }.overlapping_tenants(services);
}

/// A place by its file and stretch, cheap to compare.
type Stretch = (*const SourceFile, Span);

/// What looking for overlaps needs.
struct Overlaps<'d> {
    diagnostics: &'d mut Diagnostics,
    /// The places of clusters whose overlap is reported.
    reported: HashSet<(Stretch, Stretch)>,
}

impl Overlaps<'_> {
    /// Reports clusters whose tenants overlap on some host.
    fn overlapping_tenants(&mut self, services: &[ServiceDefinition]) {
        for service in services {
            let groups = groups(service);
            for group in &groups {
                self.overlaps_within(group);
            }
            let mut by_host: HashMap<&str, (&Host, Vec<usize>)> = HashMap::new();
            for (index, group) in groups.iter().enumerate() {
                for host in group.hosts.iter() {
                    by_host.entry(&host.name).or_insert((host, Vec::new())).1.push(index);
                }
            }
            let mut shared: Vec<_> = by_host.into_values().filter(|(_, indices)| indices.len() > 1).collect();
            shared.sort_by_key(|(host, _)| host.place.span);
            let mut compared = HashSet::new();
            for (host, indices) in shared {
                if compared.insert(indices.clone()) {
                    let together = indices.iter().filter_map(|&index| groups.get(index)).collect();
                    self.overlaps_between(together, host);
                }
            }
        }
    }

    /// Reports clusters with the same hosts whose tenants overlap.
    fn overlaps_within(&mut self, group: &Group<'_>) {
        let Some(host) = group.hosts.first() else { return };
        if let Some((first, others)) = group.defaults.split_first() {
            others.iter().for_each(|second| self.overlap(first, second, "all other tenants", host));
        }
        self.sweep(group.ranges.iter(), host);
    }

    /// Reports clusters of different groups whose tenants overlap on a host that the groups share.
    fn overlaps_between(&mut self, mut groups: Vec<&Group<'_>>, host: &Host) {
        let mut defaults = groups.iter().filter_map(|group| group.defaults.first());
        if let Some(first) = defaults.next() {
            defaults.for_each(|second| self.overlap(first, second, "all other tenants", host));
        }
        // The group with the most clusters is usually that of the service, which every host would go through again.
        groups.sort_by_key(|group| group.ranges.len());
        let Some((largest, others)) = groups.split_last() else { return };
        let mut ranges: Vec<&Range<'_>> = others.iter().flat_map(|group| &group.ranges).collect();
        ranges.sort_by_key(|(first, last, _)| (*first, *last));
        for range in &ranges {
            let end = largest.ranges.partition_point(|(first, ..)| *first <= range.1);
            let before = end.checked_sub(1).and_then(|index| largest.ranges.get(index));
            if let Some(before) = before {
                self.compare(before, range, host);
            }
        }
        self.sweep(ranges.into_iter(), host);
    }

    /// Reports overlaps in a list that ascends.
    fn sweep<'r>(&mut self, ranges: impl Iterator<Item = &'r Range<'r>>, host: &Host) {
        let mut furthest: Option<&Range<'_>> = None;
        for range in ranges {
            if let Some(before) = furthest {
                self.compare(before, range, host);
            }
            if furthest.is_none_or(|before| range.1 > before.1) {
                furthest = Some(range);
            }
        }
    }

    fn compare(&mut self, one: &Range<'_>, other: &Range<'_>, host: &Host) {
        let (first, last) = (one.0.max(other.0), one.1.min(other.1));
        if first <= last {
            let tenants = if first == last { first.to_string() } else { format!("{first}-{last}") };
            self.overlap(one.2, other.2, &format!("the tenants {tenants}"), host);
        }
    }

    fn overlap(&mut self, one: &ClusterDefinition, other: &ClusterDefinition, tenants: &str, host: &Host) {
        let order = |cluster: &ClusterDefinition| (std::cmp::Reverse(cluster.layer), cluster.place.span);
        let (one, other) = if order(one) <= order(other) { (one, other) } else { (other, one) };
        let stretch = |place: &Place| (Arc::as_ptr(&place.file), place.span);
        // To one cluster it is all the same; and what several hosts share is said once.
        if one.key == other.key || !self.reported.insert((stretch(&one.place), stretch(&other.place))) {
            return;
        }
        let place = |cluster: &ClusterDefinition| {
            let tenants = cluster.tenants.as_ref().map(|tenants| &tenants.place);
            // What both inherit is at one place, which tells them not apart.
            let own = tenants.filter(|place| place.span.start > cluster.place.span.start);
            own.unwrap_or(&cluster.place).0.clone()
        };
        let message =
            format!("\"{}\" and \"{}\" both serve {tenants} of \"{}\"", one.key, other.key, host.name);
        self.diagnostics.push(
            Diagnostic::error(codes::TENANTS_OVERLAP, message)
                .at(place(other))
                .label(format!("of \"{}\"", other.key))
                .related(place(one), format!("of \"{}\"", one.key)),
        );
    }
}

fn groups(service: &ServiceDefinition) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known: HashMap<*const Host, usize> = HashMap::new();
    for cluster in service.clusters.iter().filter(|cluster| !cluster.hosts.is_empty()) {
        let index = *known.entry(cluster.hosts.as_ptr()).or_insert(groups.len());
        if index == groups.len() {
            groups.push(Group { hosts: &cluster.hosts, ranges: Vec::new(), defaults: Vec::new() });
        }
        let (Some(group), Some(tenants)) = (groups.get_mut(index), &cluster.tenants) else { continue };
        group.ranges.extend(tenants.ranges.intervals().iter().map(|&(first, last)| (first, last, cluster)));
        if tenants.ranges.is_default() {
            group.defaults.push(cluster);
        }
    }
    for group in &mut groups {
        group.ranges.sort_by_key(|(first, last, _)| (*first, *last));
    }
    groups
}
