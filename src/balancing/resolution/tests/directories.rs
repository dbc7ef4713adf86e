//! Files of tenants and aliases, and what is remembered of look-ups.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

#[test]
fn files_are_lines_of_two_words() {
    let text = "# tenants\n\nacme 7; # seven\n  beta\t150;\r\ngamma 900; delta 0;\n";
    let tenants = read("tenants.conf", text, TenantFile::parse);
    let now = Instant::now();
    for (domain, tenant) in
        [("acme", Some(7)), ("beta", Some(150)), ("gamma", Some(900)), ("delta", Some(0)), ("Acme", None)]
    {
        assert_eq!(tenants.tenant(domain, now), Ok(tenant), "{domain}");
    }
    assert_eq!(tenants.len(), 4);

    let mapping = read("m", "\u{feff}WWW.Acme.test shop.example.org.;\n::1 [::2];", MappingFile::parse);
    assert_eq!(mapping.actual_host("www.acme.test").as_deref(), Some("shop.example.org"));
    assert_eq!(mapping.actual_host("[::1]").as_deref(), Some("[::2]"));
}

#[test]
fn mistakes_are_reported_where_they_stand_and_the_rest_counts() {
    let (tenants, problems) = read_with_problems(
        "tenants.conf",
        "acme 7\nbeta;\n;\ngamma 9 0;\ndelta -1;\nepsilon 4294967296;\nzeta 3;\nzeta 4;\neta 5; theta",
        TenantFile::parse,
    );
    assert_eq!(
        problems,
        [
            "tenants.conf:1:6: error[E0803]: the `;` is missing",
            "tenants.conf:2:1: error[E0803]: a name without value",
            "tenants.conf:3:1: error[E0803]: an entry without name and value",
            "tenants.conf:4:9: error[E0803]: more than a name and a value",
            "tenants.conf:5:7: error[E0803]: `-1` is no tenant number",
            "tenants.conf:6:9: error[E0803]: `4294967296` is no tenant number",
            "tenants.conf:8:1: error[E0803]: `zeta` is here twice",
            "tenants.conf:9:8: error[E0803]: the `;` is missing",
        ]
    );
    assert_eq!(tenants.len(), 2);
    assert_eq!(tenants.tenant("zeta", Instant::now()), Ok(Some(3)));

    let (mapping, problems) = read_with_problems(
        "url-mapping.conf",
        "www.acme.test:80 shop.example.org;\na.test http://shop/;\nA.test x.test;\na.TEST y.test;\n",
        MappingFile::parse,
    );
    assert_eq!(
        problems,
        [
            "url-mapping.conf:1:1: error[E0803]: `www.acme.test:80` cannot be a host: it must not have a port",
            "url-mapping.conf:2:8: error[E0803]: `http://shop/` cannot be a host: the host is not a name or an address",
            "url-mapping.conf:4:1: error[E0803]: `a.TEST` is here twice",
        ]
    );
    assert_eq!(mapping.len(), 1);
}

/// The number of look-ups for a row of aliases.
fn look_ups(size_of_cache: usize, aliases: &[&str]) -> usize {
    let source = Counting::knowing(&["m1", "m2", "m3"]);
    let mapping = UrlMapping::new(source.clone(), size_of_cache);
    let now = Instant::now();
    for alias in aliases {
        assert_eq!(mapping.actual_host(alias, now).as_deref(), Some("shop.example.org"));
    }
    source.asked()
}

#[test]
fn cases_068_and_069_the_least_recently_used_alias_goes() {
    assert_eq!(look_ups(2, &["m1", "m2", "m3", "m1"]), 4);
    assert_eq!(look_ups(2, &["m1", "m2", "m1", "m3", "m1"]), 3);
    assert_eq!(look_ups(0, &["m1", "m1"]), 2, "case 69");
}

#[test]
fn aliases_expire_and_unknown_ones_sooner() {
    let source = Counting::knowing(&["m1"]);
    let mapping = UrlMapping::new(source.clone(), 2);
    let start = Instant::now();
    let at = |alias: &str, seconds: u64| {
        let found = mapping.actual_host(alias, start + Duration::from_secs(seconds)).is_some();
        (found, source.asked())
    };
    assert_eq!(at("m1", 0), (true, 1));
    assert_eq!(at("m1", 299), (true, 1), "299 s");
    assert_eq!(at("m1", 300), (true, 2), "300 s");
    assert_eq!(at("none", 300), (false, 3));
    assert_eq!(at("none", 309), (false, 3), "9 s");
    assert_eq!(at("none", 310), (false, 4), "10 s");
}

#[test]
fn a_change_of_the_source_counts_at_once() {
    let mapping = UrlMapping::new(Counting::knowing(&[]), 2);
    let now = Instant::now();
    assert_eq!(mapping.actual_host("m1", now), None);
    let source = Counting::knowing(&["m1"]);
    mapping.replace(source.clone());
    assert!(mapping.actual_host("m1", now).is_some());
    mapping.invalidate();
    assert!(mapping.actual_host("m1", now).is_some());
    assert_eq!(source.asked(), 2);
}

/// Hardening.md §2 row 23: names that a client makes up take no place from real ones.
#[test]
fn a_flood_of_unknown_hosts_pushes_no_alias_out() {
    let source = Counting::knowing(&["m1"]);
    let mapping = UrlMapping::new(source.clone(), 2);
    let now = Instant::now();
    mapping.actual_host("m1", now);
    for number in 0..1000 {
        assert_eq!(mapping.actual_host(&format!("x{number}"), now), None);
    }
    let asked = source.asked();
    assert!(mapping.actual_host("m1", now).is_some());
    assert_eq!(source.asked(), asked);
}

#[test]
fn an_answer_from_before_a_change_is_not_kept() {
    struct Slow {
        mapping: std::sync::OnceLock<Arc<UrlMapping>>,
        asked: AtomicUsize,
    }
    impl MappingSource for Slow {
        fn actual_host(&self, _alias: &str) -> Option<Arc<str>> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            // The change comes while this look-up is on its way.
            self.mapping.get().expect("set").invalidate();
            None
        }
    }
    let source = Arc::new(Slow { mapping: std::sync::OnceLock::new(), asked: AtomicUsize::new(0) });
    let mapping = Arc::new(UrlMapping::new(source.clone(), 2));
    source.mapping.set(mapping.clone()).ok().expect("set once");
    let now = Instant::now();
    mapping.actual_host("m1", now);
    mapping.actual_host("m1", now);
    assert_eq!(source.asked.load(Ordering::Relaxed), 2);
}

#[test]
fn tenants_are_remembered_and_failures_are_not() {
    let source = Counting::knowing(&["acme"]);
    let tenants = CachedTenants::new(source.clone(), 10);
    let now = Instant::now();
    for (domain, tenant, asked) in [
        ("acme", Ok(Some(7)), 1),
        ("acme", Ok(Some(7)), 1),
        ("nosuch", Ok(None), 2),
        ("nosuch", Ok(None), 2),
        ("down", Err(DirectoryError("no answer".to_owned())), 3),
        ("down", Err(DirectoryError("no answer".to_owned())), 4),
    ] {
        assert_eq!(tenants.tenant(domain, now), tenant, "{domain}");
        assert_eq!(source.asked(), asked, "{domain}");
    }
    tenants.invalidate();
    assert_eq!(tenants.tenant("acme", now), Ok(Some(7)));
    assert_eq!(tenants.tenant(&"x".repeat(254), now), Ok(None), "longer than any domain");
    assert_eq!(source.asked(), 5);
}

proptest! {
    /// A row of uses against the plainest cache there is: a list with the last used in front.
    #[test]
    fn the_cache_is_least_recently_used(capacity in 0_usize..4, uses in prop::collection::vec(0_u8..6, 0..40)) {
        let names = ["a", "b", "c", "d", "e", "f"];
        let source = Counting::knowing(&names);
        let mapping = UrlMapping::new(source.clone(), capacity);
        let now = Instant::now();
        let mut list: Vec<u8> = Vec::new();
        let mut expected = 0;
        for used in uses {
            match list.iter().position(|kept| *kept == used) {
                Some(at) => drop(list.remove(at)),
                None => expected += 1,
            }
            list.insert(0, used);
            list.truncate(capacity);
            mapping.actual_host(names[usize::from(used)], now);
            prop_assert_eq!(source.asked(), expected);
        }
    }

    #[test]
    fn any_text_is_read(text in "[a-z0-9;# \\n\\r\\t:.\u{e9}]{0,80}") {
        read_with_problems("t", &text, TenantFile::parse);
        read_with_problems("m", &text, MappingFile::parse);
    }

    #[test]
    fn any_target_has_a_tenant_or_none(target in "\\PC{0,40}|[/t?#;=&%a:]{0,24}") {
        let _ = tenant_domain(&target);
    }
}
