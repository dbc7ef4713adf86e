//! The cases of elastic-load-balancer.md §9.11 as far as they are about what counts, by their numbers.

use std::sync::Arc;

use super::super::{
    BalancerConfiguration, ClusterKey, Layer, NoVariables, Place, Property, TrafficSettings, parse, read,
};
use super::{Change, Changes, ClusterChange, NotPossible};
use crate::diagnostics::{Diagnostics, Location, SourceFile, Span, codes, render_short};

const FILE: &str = "loadbalancer { algorithm least_requests; }
services {
    defaults { max_app_instances 5; }
    shop {
        hosts shop.example.org;
        domains {
            shop.a.domain { tenant_range 1-100; members { a { host 10.0.1.1; httpPort 80; } } }
            shop.c.domain { tenant_range *; min_app_instances 2; }
        }
    }
}";

const SHOP_A: &str = "shop.a.domain";
const SHOP_C: &str = "shop.c.domain";

fn file() -> Arc<BalancerConfiguration> {
    let (configuration, found) = read(&SourceFile::new("lb.conf", FILE), &NoVariables);
    assert!(found.is_empty(), "{found:?}");
    Arc::new(configuration.expect("a configuration"))
}

fn key(text: &str) -> ClusterKey {
    ClusterKey::parse(text)
}

fn put(cluster: &str, hosts: Option<&[&str]>, keys: &[(&str, &str)]) -> Change {
    let file = SourceFile::new("body", " ".repeat(100));
    let mut at = 0;
    let mut span = || {
        at += 1;
        Span::point(at)
    };
    let property = |(key, value): &(&str, &str)| Property {
        key: (*key).to_owned(),
        key_span: span(),
        value: (*value).to_owned(),
        value_span: span(),
    };
    let service = keys.iter().find(|(key, _)| *key == "serviceName").map(|(_, value)| Arc::from(*value));
    let properties = keys.iter().filter(|(key, _)| *key != "serviceName").map(property).collect();
    Change::PutCluster {
        cluster: key(cluster),
        definition: ClusterChange { file, span: Span::point(0), service, properties },
        hosts: hosts.map(|hosts| hosts.iter().map(|host| Arc::from(*host)).collect()),
    }
}

fn put_host(host: &str, cluster: &str) -> Change {
    let place = Place(Location::new(SourceFile::new("body", ""), Span::point(0)));
    Change::PutHost { host: host.into(), cluster: key(cluster), place }
}

fn remove_host(host: &str, cluster: Option<&str>) -> Change {
    Change::RemoveHost { host: host.into(), cluster: cluster.map(key) }
}

fn topology(text: &str) -> Change {
    let (tree, found) = parse(&SourceFile::new("topology", text));
    assert!(!found.has_errors(), "{found:?}");
    Change::Topology(Arc::new(tree.expect("a tree")))
}

/// A file and what is said above it.
struct Site {
    file: Option<Arc<BalancerConfiguration>>,
    changes: Changes,
}

impl Site {
    fn new() -> Self {
        Self { file: Some(file()), changes: Changes::default() }
    }

    fn now(&self) -> (Option<Arc<BalancerConfiguration>>, Diagnostics) {
        self.changes.over(self.file.as_ref())
    }

    /// Tries a change, and keeps it when nothing is wrong then; otherwise what is wrong, in one line each.
    fn apply(&mut self, change: Change) -> Result<(), Vec<String>> {
        let (now, _) = self.now();
        let mut changes = self.changes.clone();
        changes.apply(change, now.as_deref()).map_err(|error| vec![error.to_string()])?;
        let (_, found) = changes.over(self.file.as_ref());
        if found.has_errors() {
            return Err(found.iter().map(render_short).collect());
        }
        self.changes = changes;
        Ok(())
    }

    #[track_caller]
    fn good(&mut self, change: Change) {
        if let Err(problems) = self.apply(change) {
            panic!("{problems:?}");
        }
    }

    /// Which clusters serve a tenant of a host, by their names.
    fn clusters(&self, host: &str, tenant: i64) -> Vec<String> {
        let (now, found) = self.now();
        assert!(!found.has_errors(), "{found:?}");
        let now = now.expect("a configuration");
        let clusters = now.services.iter().flat_map(|service| &service.clusters);
        let serves = clusters.filter(|cluster| {
            let tenants = cluster.tenants.as_ref().map(|tenants| &tenants.ranges);
            cluster.hosts.iter().any(|known| *known.name == *host)
                && tenants.is_some_and(|ranges| ranges.is_default() || ranges.contains(tenant))
        });
        let mut names: Vec<String> = serves.map(|cluster| cluster.key.to_string()).collect();
        names.dedup();
        names
    }

    fn limits(&self, cluster: &str) -> Option<(u32, u32, Layer)> {
        let (now, _) = self.now();
        let now = now?;
        let clusters = now.clusters();
        let found = clusters.get(&key(cluster))?;
        Some((found.limits.min_app_instances, found.limits.max_app_instances, found.layer))
    }
}

#[test]
fn nothing_said_is_the_file() {
    let file = file();
    let (now, found) = Changes::default().over(Some(&file));
    assert!(now.is_some_and(|now| Arc::ptr_eq(&now, &file)) && found.is_empty());
    assert_eq!(Changes::default().over(None).0, None);
}

#[test]
fn case_228_a_cluster_is_added_with_its_limits() {
    for with_file in [true, false] {
        let mut site = Site { file: with_file.then(file), changes: Changes::default() };
        let keys = [("tenant_range", "*"), ("min_app_instances", "1"), ("max_app_instances", "3")];
        site.good(put("php.domain", Some(&["php.example.org"]), &keys));
        assert_eq!(site.clusters("php.example.org", 7), ["php.domain"]);
        assert_eq!(site.limits("php.domain"), Some((1, 3, Layer::RunTime)));
    }
}

/// What is not said is inherited from the blocks around services, also when the file changes.
#[test]
fn clusters_inherit_from_the_file() {
    let mut site = Site::new();
    site.good(put("php.domain", Some(&[]), &[]));
    assert_eq!(site.limits("php.domain"), Some((1, 5, Layer::RunTime)));
    let algorithm = |site: &Site| {
        let (now, _) = site.now();
        let now = now.expect("a configuration");
        let traffic: TrafficSettings = now.clusters()[&key("php.domain")].traffic.clone();
        traffic.selection.algorithm
    };
    assert_eq!(algorithm(&site), "least_requests".parse().expect("an algorithm"));
    let text = FILE.replace("max_app_instances 5", "max_app_instances 9").replace("least_requests", "random");
    site.file = read(&SourceFile::new("lb.conf", text), &NoVariables).0.map(Arc::new);
    assert_eq!(site.limits("php.domain"), Some((1, 9, Layer::RunTime)));
    assert_eq!(algorithm(&site), "random".parse().expect("an algorithm"));
}

#[test]
fn case_229_a_new_cluster_needs_hosts() {
    let mut site = Site::new();
    let problems = site.apply(put("php.domain", None, &[("tenant_range", "*")])).expect_err("no hosts");
    assert!(problems[0].contains("`hosts` is missing"), "{problems:?}");
    let problems = site.apply(put("php.domain", Some(&["php.example.org"]), &[])).expect_err("no tenants");
    assert!(problems[0].contains("no \"tenant_range\""), "{problems:?}");
    assert_eq!(site.changes, Changes::default());
    // One that the file has gets other limits without either.
    site.good(put(SHOP_C, None, &[("max_app_instances", "8")]));
    assert_eq!(site.limits(SHOP_C), Some((1, 8, Layer::RunTime)), "its definition is replaced");
    assert_eq!(site.clusters("shop.example.org", 900), [SHOP_C], "its host stays");
}

#[test]
fn case_230_the_whole_grammar_of_ranges() {
    for (range, tenant, serves) in
        [("1-5", 3, true), ("1-5", 6, false), ("1, 6, 10-12", 11, true), ("0-5", 900, true), ("*", 900, true)]
    {
        let mut site = Site::new();
        site.good(put("q", Some(&["q.example.org"]), &[("tenant_range", range)]));
        assert_eq!(site.clusters("q.example.org", tenant).len(), usize::from(serves), "{range}");
    }
    for range in ["5-", "5-1", "a", "-5", "*,1"] {
        let problems = Site::new().apply(put("q", Some(&["q.test"]), &[("tenant_range", range)]));
        assert!(problems.expect_err(range)[0].contains("wrong tenant_range"), "{range}");
    }
}

#[test]
fn case_231_hosts_are_exact() {
    let mut site = Site::new();
    let before = site.clusters("shop.example.org", 7);
    site.good(put("q", Some(&["x.shop.example.org"]), &[("tenant_range", "*")]));
    assert_eq!(site.clusters("x.shop.example.org", 7), ["q"]);
    assert_eq!(site.clusters("shop.example.org", 7), before);
}

#[test]
fn case_232_one_of_two_clusters_that_share_a_host_is_removed() {
    for removal in [Change::RemoveCluster(key("q1")), remove_host("q.example.org", Some("q1"))] {
        let mut site = Site::new();
        site.good(put("q1", Some(&["q.example.org"]), &[("tenant_range", "1-5")]));
        site.good(put("q2", Some(&["q.example.org"]), &[("tenant_range", "*")]));
        assert_eq!(site.clusters("q.example.org", 3), ["q1", "q2"]);
        site.good(removal);
        assert_eq!(site.clusters("q.example.org", 3), ["q2"]);
    }
}

#[test]
fn cases_233_and_234_the_topology_removes_what_it_added() {
    let mut site = Site::new();
    let t1 = "services { t { domains { t1 { hosts t.example.org; tenant_range *; } } } }";
    site.good(topology(t1));
    assert_eq!(site.clusters("t.example.org", 7), ["t1"]);
    assert_eq!(site.clusters("shop.example.org", 900), [SHOP_C], "the file stays");
    site.good(put("q", Some(&["q.example.org"]), &[("tenant_range", "*")]));
    site.good(topology("services { t { domains { t2 { hosts u.example.org; tenant_range *; } } } }"));
    assert_eq!((site.clusters("t.example.org", 7).len(), site.limits("t1")), (0, None));
    assert_eq!(site.clusters("u.example.org", 7), ["t2"]);
    assert_eq!(site.clusters("q.example.org", 7), ["q"], "so do operators' clusters");
    assert_eq!(site.clusters("shop.example.org", 900), [SHOP_C]);
}

/// The topology weighs more than operators, and they more than the file; what is below comes back.
#[test]
fn layers_override_each_other() {
    let mut site = Site::new();
    site.good(put(SHOP_C, None, &[("max_app_instances", "8")]));
    let above = "services { shop { domains { shop.c.domain { tenant_range *; max_app_instances 12; } } } }";
    site.good(topology(above));
    assert_eq!(site.limits(SHOP_C), Some((1, 12, Layer::Topology)));
    site.good(topology("services { }"));
    assert_eq!(site.limits(SHOP_C), Some((1, 8, Layer::RunTime)));
    site.good(Change::RemoveCluster(key(SHOP_C)));
    assert_eq!(site.limits(SHOP_C), Some((2, 5, Layer::Static)));
    // A service of another name makes no difference to which definition counts.
    site.good(put(SHOP_C, None, &[("serviceName", "another"), ("max_app_instances", "8")]));
    assert_eq!(site.limits(SHOP_C), Some((1, 8, Layer::RunTime)));
}

#[test]
fn members_are_those_of_all_layers() {
    let mut site = Site::new();
    let above = "services { shop { domains { shop.a.domain { tenant_range 1-100; members {
        a { host 10.0.1.1; httpPort 80; weight 3; } b { host 10.0.1.2; httpPort 80; } } } } } }";
    site.good(topology(above));
    let (now, _) = site.now();
    let now = now.expect("a configuration");
    let members = &now.clusters()[&key(SHOP_A)].members;
    let found: Vec<_> = members.iter().map(|one| (&*one.definition.host, one.definition.weight)).collect();
    assert_eq!(found, [("10.0.1.1", 3), ("10.0.1.2", 1)]);
}

#[test]
fn case_236_saying_it_again_changes_nothing() {
    let mut site = Site::new();
    let text = "services { t { domains { t1 { hosts t.example.org; tenant_range *; } } } }";
    site.good(topology(text));
    site.good(put("q", Some(&["q.test"]), &[("tenant_range", "*")]));
    site.good(put_host("q2.test", "q"));
    let before = site.changes.clone();
    site.good(topology("services {\n  t { domains {\n t1 { tenant_range *;\n hosts t.example.org; } } }\n}"));
    site.good(put_host("q2.test", "q"));
    site.good(Change::Maintenance { cluster: key("q"), on: false });
    assert_eq!(site.changes, before);
    site.good(put("q", Some(&["q.test", "q2.test"]), &[("tenant_range", "*")]));
    assert_eq!(site.changes, before);
}

/// Everything that the reader refuses in one file it refuses across layers; nothing changes then.
#[test]
fn what_contradicts_another_layer_is_refused() {
    let rows: [(&str, Change, &str, &str); 8] = [
        ("tenants", put("q", Some(&["shop.example.org"]), &[("tenant_range", "100-200")]), "E0906", "100"),
        ("all others", put("q", Some(&["shop.example.org"]), &[("tenant_range", "*")]), "E0906", SHOP_C),
        (
            "two services",
            put("q", Some(&["shop.example.org"]), &[("tenant_range", "300"), ("serviceName", "q")]),
            "E0905",
            "\"q\"",
        ),
        ("a key", put("q", Some(&[]), &[("max_app_instance", "3")]), "E0902", "max_app_instance"),
        ("a value", put("q", Some(&[]), &[("max_app_instances", "0")]), "E0903", "max_app_instances"),
        (
            "the topology's tenants",
            topology("services { shop { hosts shop.example.org; domains { t { tenant_range 50; } } } }"),
            "E0906",
            "50",
        ),
        (
            "the topology's hosts",
            topology("services { t { hosts shop.example.org; domains { t { tenant_range 300; } } } }"),
            "E0905",
            "\"t\"",
        ),
        ("the topology's keys", topology("services { t { domains { t { bogus 1; } } } }"), "E0902", "bogus"),
    ];
    for (what, change, code, words) in rows {
        let mut site = Site::new();
        let problems = site.apply(change).expect_err(what);
        assert!(
            problems.iter().any(|line| line.contains(code) && line.contains(words)),
            "{what}: {problems:?}"
        );
        assert_eq!(site.changes, Changes::default(), "{what}");
    }
    // What fits beside what is there is taken.
    Site::new().good(put("q", Some(&["shop.example.org"]), &[("tenant_range", "300")]));
}

/// A file that contradicts what was said above it is wrong itself, so that its last good version stays in service.
#[test]
fn a_contradiction_is_reported_in_the_file() {
    let mut site = Site::new();
    site.good(put("q", Some(&["q.example.org"]), &[("tenant_range", "*")]));
    let text = FILE.replace("hosts shop.example.org", "hosts shop.example.org, q.example.org");
    site.file = read(&SourceFile::new("lb.conf", text), &NoVariables).0.map(Arc::new);
    let (now, found) = site.now();
    let places: Vec<_> =
        found.iter().filter_map(|one| one.location.as_ref()).map(|place| place.file.name()).collect();
    assert_eq!(places, ["lb.conf"]);
    assert!(now.is_some_and(|now| Arc::ptr_eq(&now, site.file.as_ref().expect("a file"))));
}

#[test]
fn only_who_added_removes() {
    let mut site = Site::new();
    site.good(topology("services { t { domains { t1 { hosts t.example.org; tenant_range *; } } } }"));
    site.good(put_host("extra.example.org", SHOP_A));
    assert_eq!(site.clusters("extra.example.org", 7), [SHOP_A]);
    for (change, error) in [
        (
            Change::RemoveCluster(key(SHOP_A)),
            NotPossible::Elsewhere { what: format!("the cluster {SHOP_A}"), layer: Layer::Static },
        ),
        (
            Change::RemoveCluster(key("t1")),
            NotPossible::Elsewhere { what: "the cluster t1".to_owned(), layer: Layer::Topology },
        ),
        (Change::RemoveCluster(key("nobody")), NotPossible::UnknownCluster(key("nobody"))),
        (put_host("h.test", "nobody"), NotPossible::UnknownCluster(key("nobody"))),
        (
            Change::Maintenance { cluster: key("nobody"), on: true },
            NotPossible::UnknownCluster(key("nobody")),
        ),
        (
            remove_host("shop.example.org", None),
            NotPossible::Elsewhere { what: "the host shop.example.org".to_owned(), layer: Layer::Static },
        ),
        (
            remove_host("extra.example.org", Some(SHOP_C)),
            NotPossible::UnknownHost { host: "extra.example.org".into(), cluster: Some(key(SHOP_C)) },
        ),
        (
            remove_host("nowhere.test", None),
            NotPossible::UnknownHost { host: "nowhere.test".into(), cluster: None },
        ),
    ] {
        assert_eq!(site.apply(change), Err(vec![error.to_string()]));
    }
    site.good(remove_host("extra.example.org", None));
    assert_eq!(site.clusters("extra.example.org", 7).len(), 0);
}

/// A host waits for a cluster that is no more.
#[test]
fn a_host_outlives_its_cluster() {
    let mut site = Site::new();
    let t1 = "services { t { domains { t1 { hosts t.example.org; tenant_range *; } } } }";
    site.good(topology(t1));
    site.good(put_host("extra.example.org", "t1"));
    site.good(topology("services { }"));
    let codes: Vec<_> = site.now().1.iter().map(|found| found.code).collect();
    assert_eq!(codes, [codes::BALANCER_IGNORED]);
    site.good(topology(t1));
    assert_eq!(site.clusters("extra.example.org", 7), ["t1"]);
}

#[test]
fn maintenance_at_run_time() {
    let mut site = Site::new();
    let is_on = |site: &Site| {
        let (now, _) = site.now();
        let now = now.expect("a configuration");
        now.clusters()[&key(SHOP_A)].settings.maintenance
    };
    for on in [true, false] {
        site.good(Change::Maintenance { cluster: key(SHOP_A), on });
        assert_eq!(is_on(&site), on);
    }
    let text = FILE.replace("tenant_range 1-100;", "tenant_range 1-100; maintenance on;");
    site.file = read(&SourceFile::new("lb.conf", text), &NoVariables).0.map(Arc::new);
    assert!(!is_on(&site), "operators weigh more than the file");
}
