//! Tenant ranges: the cases 46 to 52 that are about looking up (the text of a range is the configuration's business).

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn table(clusters: &[(TenantRange, &'static str)]) -> ClusterTable<&'static str> {
    ClusterTable::new(clusters.iter().cloned()).expect("no overlap")
}

#[test]
fn cases_046_to_048_and_051_ranges() {
    for (case, range, inside, outside) in [
        (46, only([1..=100]), vec![1, 100], vec![0, 101]),
        (47, only([7..=7]), vec![7], vec![6, 8, 70]),
        (51, only([1..=1, 6..=6, 10..=12]), vec![1, 6, 10, 11, 12], vec![2, 5, 7, 9, 13]),
        (49, only([std::ops::RangeInclusive::new(100, 1)]), vec![], vec![1, 50, 100]),
        (0, only([0xffff_fffe..=u32::MAX]), vec![u32::MAX], vec![1, 0xffff_fffd]),
    ] {
        let table = table(&[(range, "named")]);
        for tenant in inside {
            assert_eq!(table.cluster(tenant), Some(&"named"), "case {case}: {tenant}");
        }
        for tenant in outside {
            assert_eq!(table.cluster(tenant), None, "case {case}: {tenant}");
        }
    }
}

/// `0` is the same as `*`.
#[test]
fn case_048_zero_stands_for_all_others() {
    let table = table(&[(only([0..=0]), "others"), (only([5..=7]), "named")]);
    assert_eq!(table.others(), Some(&"others"));
    assert_eq!(table.cluster(900), Some(&"others"));
    assert_eq!(table.cluster(0), Some(&"others"));
    assert_eq!(table.cluster(5), Some(&"named"));
}

/// Cases 40 and 41: a specific range beats `*`, wherever it stands.
#[test]
fn cases_040_and_041_specific_ranges_win() {
    let tables = table(&[
        (only([7..=7]), "n0"),
        (only([10..=20]), "n1"),
        (only([21..=25]), "n2"),
        (TenantRange::others(), "other"),
    ]);
    for (tenant, cluster) in [(7, "n0"), (10, "n1"), (20, "n1"), (22, "n2"), (30, "other"), (8, "other")] {
        assert_eq!(tables.cluster(tenant), Some(&cluster), "{tenant}");
    }
    let others_first = table(&[(TenantRange::others(), "d1"), (only([5..=7]), "d2")]);
    assert_eq!(others_first.cluster(5), Some(&"d2"));
    assert_eq!(others_first.cluster(8), Some(&"d1"));
    assert_eq!(others_first.clusters(), ["d1", "d2"]);
}

#[test]
fn case_052_overlaps_name_both() {
    let overlap = |clusters: &[(TenantRange, &'static str)]| {
        ClusterTable::new(clusters.iter().cloned()).expect_err("an overlap").to_string()
    };
    assert_eq!(
        overlap(&[(only([1..=10]), "one"), (only([5..=20]), "two")]),
        "both one and two serve tenants 5 to 10"
    );
    assert_eq!(
        overlap(&[(only([5..=20]), "one"), (only([1..=5]), "two")]),
        "both one and two serve tenant 5"
    );
    assert_eq!(
        overlap(&[(only([1..=100]), "wide"), (only([200..=300]), "far"), (only([50..=51]), "inner")]),
        "both wide and inner serve tenants 50 to 51"
    );
    assert_eq!(
        overlap(&[(TenantRange::others(), "one"), (only([3..=4]), "two"), (only([0..=0]), "three")]),
        "both one and three serve all other tenants (*)"
    );
    // Within one cluster it says the same thing twice.
    let table = table(&[(only([1..=10, 5..=20, 2..=3]), "one"), (only([21..=22]), "two")]);
    assert_eq!(table.cluster(20), Some(&"one"));
    assert_eq!(table.cluster(21), Some(&"two"));
}

fn ranges() -> impl Strategy<Value = Vec<(u32, u32)>> {
    prop::collection::vec((1_u32..60, 0_u32..6).prop_map(|(first, more)| (first, first + more)), 0..4)
}

proptest! {
    /// The original's table: one entry a tenant.
    #[test]
    fn look_up_equals_the_materialised_table(
        clusters in prop::collection::vec(ranges(), 0..6),
        others in any::<bool>(),
    ) {
        let mut naive: BTreeMap<u32, usize> = BTreeMap::new();
        let mut overlap = false;
        for (cluster, ranges) in clusters.iter().enumerate() {
            for tenant in ranges.iter().flat_map(|&(first, last)| first..=last) {
                overlap |= naive.insert(tenant, cluster).is_some_and(|before| before != cluster);
            }
        }
        let fallback = others.then_some(clusters.len());
        let only = |ranges: &Vec<(u32, u32)>| {
            TenantRange::only(ranges.iter().map(|&(first, last)| first..=last))
        };
        let entries = clusters.iter().map(only).chain(others.then_some(TenantRange::others()));
        let table = ClusterTable::new(entries.enumerate().map(|(cluster, range)| (range, cluster)));
        prop_assert_eq!(table.is_err(), overlap);
        if let Ok(table) = table {
            for tenant in 0..70 {
                prop_assert_eq!(table.cluster(tenant).copied(), naive.get(&tenant).copied().or(fallback));
            }
        }
    }
}
