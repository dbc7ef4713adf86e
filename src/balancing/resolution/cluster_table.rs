//! The clusters of one host by tenant (elastic-load-balancer.md §1.7, §2.4).

use std::ops::RangeInclusive;

/// The tenants that a cluster serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantRange {
    /// `*`: those that no other cluster of the host names, and requests without a tenant.
    pub others: bool,
    /// The tenants with numbers in these intervals. One that holds 0 stands for `*` besides, because 0 is what
    /// requests without a tenant have (case 48).
    pub intervals: Vec<RangeInclusive<u32>>,
}

impl TenantRange {
    /// `*`.
    pub fn others() -> Self {
        Self { others: true, intervals: Vec::new() }
    }

    /// The tenants in these intervals.
    pub fn only(intervals: impl IntoIterator<Item = RangeInclusive<u32>>) -> Self {
        Self { others: false, intervals: intervals.into_iter().collect() }
    }

    /// Adds the tenants of another range.
    pub fn add(&mut self, other: Self) {
        self.others |= other.others;
        self.intervals.extend(other.intervals);
    }

    fn holds_others(&self) -> bool {
        self.others || self.intervals.iter().any(|interval| interval.contains(&0))
    }
}

/// Which cluster of a host serves which tenant. Built once per configuration, then only read.
#[derive(Clone, Debug)]
pub struct ClusterTable<T> {
    clusters: Box<[T]>,
    /// In the order of tenants, without overlap.
    intervals: Box<[Interval]>,
    others: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Interval {
    first: u32,
    last: u32,
    cluster: usize,
}

/// Two clusters of one host claim the same tenants.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("both {first} and {second} serve {}", describe(.tenants))]
pub struct Overlap<T> {
    /// The one that was named first.
    pub first: T,
    /// The other.
    pub second: T,
    /// What both claim; `None` is `*`.
    pub tenants: Option<RangeInclusive<u32>>,
}

fn describe(tenants: &Option<RangeInclusive<u32>>) -> String {
    match tenants {
        None => "all other tenants (*)".to_owned(),
        Some(one) if one.start() == one.end() => format!("tenant {}", one.start()),
        Some(several) => format!("tenants {} to {}", several.start(), several.end()),
    }
}

impl<T: Clone> ClusterTable<T> {
    /// The table of these clusters. Intervals that end before they start hold nobody.
    ///
    /// # Errors
    ///
    /// When two clusters serve the same tenant, or both serve all others (case 52, W41).
    pub fn new(clusters: impl IntoIterator<Item = (TenantRange, T)>) -> Result<Self, Overlap<T>> {
        let clusters: Vec<(TenantRange, T)> = clusters.into_iter().collect();
        let overlap =
            |one: &T, other: &T, tenants| Err(Overlap { first: one.clone(), second: other.clone(), tenants });
        let mut others: Option<(usize, &T)> = None;
        let mut claims: Vec<(Interval, &T)> = Vec::new();
        for (cluster, (range, value)) in clusters.iter().enumerate() {
            if range.holds_others()
                && let Some((_, before)) = others.replace((cluster, value))
            {
                return overlap(before, value, None);
            }
            for interval in range.intervals.iter().filter(|interval| !interval.is_empty()) {
                let (first, last) = (*interval.start(), *interval.end());
                claims.push((Interval { first, last, cluster }, value));
            }
        }
        // The sort is stable: of two that start together, the one that was named first comes first.
        claims.sort_by_key(|(interval, _)| interval.first);
        let mut disjoint: Vec<(Interval, &T)> = Vec::with_capacity(claims.len());
        for (next, value) in claims {
            match disjoint.last_mut() {
                Some((before, _)) if next.first <= before.last && next.cluster == before.cluster => {
                    before.last = before.last.max(next.last);
                }
                Some((before, other)) if next.first <= before.last => {
                    let shared = Some(next.first..=before.last.min(next.last));
                    let in_order = before.cluster < next.cluster;
                    let (first, second) = if in_order { (*other, value) } else { (value, *other) };
                    return overlap(first, second, shared);
                }
                _ => disjoint.push((next, value)),
            }
        }
        let intervals = disjoint.into_iter().map(|(interval, _)| interval).collect();
        let others = others.map(|(cluster, _)| cluster);
        Ok(Self { intervals, others, clusters: clusters.into_iter().map(|(_, value)| value).collect() })
    }
}

impl<T> ClusterTable<T> {
    /// The cluster of a tenant: the one that names it, else the one for all others.
    pub fn cluster(&self, tenant: u32) -> Option<&T> {
        let behind = self.intervals.partition_point(|interval| interval.first <= tenant);
        let candidate = behind.checked_sub(1).and_then(|at| self.intervals.get(at));
        match candidate.filter(|interval| tenant <= interval.last) {
            Some(interval) => self.clusters.get(interval.cluster),
            None => self.others(),
        }
    }

    /// The cluster for requests without a tenant, or with one that nobody knows.
    pub fn others(&self) -> Option<&T> {
        self.others.and_then(|cluster| self.clusters.get(cluster))
    }

    /// Every cluster in the order in which they were named.
    pub fn clusters(&self) -> &[T] {
        &self.clusters
    }
}
