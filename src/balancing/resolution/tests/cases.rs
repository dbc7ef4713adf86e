//! Cases 54 to 76: which cluster a request goes to.

use super::*;

const A: &str = "shop.a.domain";
const B: &str = "shop.b.domain/worker";
const C: &str = "shop.c.domain";
const ESB: &str = "esb.domain";

#[test]
fn cases_054_to_060_063_and_070_to_075() {
    let f1 = Fixture::f1();
    for (case, host, target, cluster) in [
        (54, "shop.example.org", "/", C),
        (55, "shop.example.org:8280", "/t/acme/x", A),
        (56, "store.example.org", "/t/beta/", B),
        (57, "shop.example.org", "/t/gamma/x", C),
        (58, "shop.example.org", "/t/nosuch/x", C),
        (59, "eu.shop.example.org", "/", C),
        (60, "a.b.c.esb.example.org", "/", ESB),
        (63, "SHOP.Example.ORG", "/t/acme/", A),
        (63, "shop.example.org.", "/t/acme/", A),
        (66, "www.acme.test", "/t/acme/", A),
        (70, "shop.example.org", "/acs?tenantDomain=acme", A),
        (71, "shop.example.org", "/acs?x=1&tenantDomain=acme", A),
        (72, "shop.example.org", "/acs?teantDomain=acme", A),
        (73, "shop.example.org", "/x?u=/t/acme/", C),
        (74, "shop.example.org", "/t/acme", A),
        (74, "shop.example.org", "/t/acme?x=1", A),
        (75, "shop.example.org", "/t/beta/", B),
    ] {
        assert_eq!(f1.cluster(host, target), Ok(cluster), "case {case}: {host} {target}");
    }
}

/// Cases 61, 65 and 76; the code is that of §3.6.
#[test]
fn cases_061_065_and_076_unknown_hosts() {
    let f1 = Fixture::f1();
    for (case, host, text) in [
        (61, "example.org", "invalid host name : example.org"),
        (65, "[2001:db8::1]:8280", "invalid host name : [2001:db8::1]"),
        (76, "Nobody.test:80", "invalid host name : nobody.test"),
    ] {
        assert_eq!(f1.cluster(host, "/"), Err((404, text.to_owned())), "case {case}");
    }
}

#[test]
fn case_062_the_longest_suffix_wins() {
    let mut f1 = Fixture::f1();
    let parent = ClusterTable::new([(TenantRange::others(), "parent")]).expect("no overlap");
    f1.hosts.insert("example.org", parent).expect("a new host");
    assert_eq!(f1.cluster("foo.example.org", "/"), Ok("parent"));
    assert_eq!(f1.cluster("shop.example.org", "/"), Ok(C));
    assert_eq!(f1.cluster("eu.shop.example.org", "/"), Ok(C));
}

#[test]
fn case_064_no_host_is_a_bad_request() {
    let error = Fixture::f1().resolve(None, "/").expect_err("no host");
    assert_eq!(error, ResolutionError::BadHost(HostError::Missing));
    assert_eq!((error.code().0, error.status().as_u16()), (400, 400));
}

/// §2.6: a port that is no number is 400.
#[test]
fn hosts_that_are_none_are_bad_requests() {
    let f1 = Fixture::f1();
    for host in ["shop.example.org:http", "shop.example.org:", "shop example", "a:1:2", ""] {
        let (code, _) = f1.cluster(host, "/").expect_err(host);
        assert_eq!(code, 400, "{host}");
    }
}

/// Case 53 of §9.2, and the code of §1.10: "tenant not subscribed".
#[test]
fn case_053_a_tenant_that_nobody_serves() {
    let mut f1 = Fixture::f1();
    f1.hosts = HostTable::new();
    let clusters = ClusterTable::new([(only([1..=100]), A)]).expect("no overlap");
    f1.hosts.insert("shop.example.org", clusters).expect("a new host");
    let refused = |tenant: &str| Err((403, format!("no cluster of shop.example.org serves {tenant}")));
    assert_eq!(f1.cluster("shop.example.org", "/t/gamma/"), refused("tenant 900"));
    assert_eq!(f1.cluster("shop.example.org", "/t/nosuch/"), refused("an unknown tenant"));
    assert_eq!(f1.cluster("shop.example.org", "/"), refused("no tenant"));
    assert_eq!(f1.cluster("shop.example.org", "/t/acme/"), Ok(A));
}

/// Case 66: selection goes on with the actual host and the request's port; the alias is remembered.
#[test]
fn case_066_an_alias_is_mapped() {
    let f1 = Fixture::f1();
    let resolution = f1.resolve(Some("WWW.acme.test:8280"), "/").expect("a cluster");
    assert_eq!(resolution.cluster, C);
    assert_eq!(resolution.host.as_written(), "shop.example.org:8280");
    assert_eq!(resolution.host.port(), Some(8280));
    let alias = resolution.mapped_from.expect("an alias");
    assert_eq!((alias.name(), alias.as_written()), ("www.acme.test", "WWW.acme.test:8280"));

    let direct = f1.resolve(Some("shop.example.org"), "/").expect("a cluster");
    assert_eq!(direct.mapped_from, None);
}

/// An alias of a host that nobody serves is an unknown host, by the name that the client used.
#[test]
fn an_alias_must_lead_somewhere() {
    let mut f1 = Fixture::f1();
    let mapping = read("m", "lost.test gone.example.test; loop.test loop.test;", MappingFile::parse);
    f1.mapping = UrlMapping::new(Arc::new(mapping), 2);
    for host in ["lost.test", "loop.test"] {
        assert_eq!(f1.cluster(host, "/"), Err((404, format!("invalid host name : {host}"))));
    }
}

/// Rules T1 to T5 of §2.3.
#[test]
fn tenants_are_read_from_path_and_query() {
    for (target, domain) in [
        ("/", None),
        ("/t", None),
        ("/t/", None),
        ("/t//x", None),
        ("/t/acme", Some("acme")),
        ("/t/acme;v=1/x", Some("acme")),
        ("/t;v=1/acme", Some("acme")),
        ("/t/acme#top", Some("acme")),
        ("/services/t/acme/Echo", Some("acme")),
        ("/at/acme", None),
        ("/t/t/acme", Some("t")),
        ("/t/acme%2Eorg/x", Some("acme.org")),
        ("/%74/acme", Some("acme")),
        ("/t/%ff/x", None),
        ("http://shop.example.org/t/acme/", Some("acme")),
        ("http://t/acme/", None),
        ("http://shop.example.org?tenantDomain=acme", Some("acme")),
        ("/x?u=http://h/t/acme/", None),
        ("/x?tenantDomain=", None),
        ("/x?tenantDomain", None),
        ("/x?tenantDomain=&tenantDomain=acme", Some("acme")),
        ("/x?tenantDomain=one&teantDomain=two", Some("one")),
        ("/x?xtenantDomain=acme", None),
        ("/x?tenant%44omain=ac%6De", Some("acme")),
        ("/x?tenantDomain=a+b%2Bc", Some("a b+c")),
        ("/x?tenantDomain=acme#tenantDomain=other", Some("acme")),
        ("/t/one/x?tenantDomain=two", Some("one")),
    ] {
        assert_eq!(tenant_domain(target).as_deref(), domain, "{target}");
    }
}

/// T2 and T4: the query is asked when the path named nobody, or the directory failed; T5: not when it named a stranger.
#[test]
fn the_query_counts_when_the_path_led_to_no_tenant() {
    let hosts = Fixture::f1().hosts;
    let directory = Counting::knowing(&["acme"]);
    let tables = Tables { hosts: &hosts, tenants: &*directory, mapping: None };
    let host = HeaderValue::from_static("shop.example.org");
    for (target, tenant, cluster) in [
        ("/x?tenantDomain=acme", Tenant::Known(7), A),
        ("/t/down/x?tenantDomain=acme", Tenant::Known(7), A),
        ("/t/nosuch/x?tenantDomain=acme", Tenant::Unknown, C),
        ("/t/down/x", Tenant::None, C),
        ("/x?tenantDomain=nosuch", Tenant::Unknown, C),
    ] {
        let resolution = resolve(Some(&host), target, &tables, Instant::now()).expect("a cluster");
        assert_eq!((resolution.tenant, resolution.cluster), (tenant, cluster), "{target}");
    }
}
