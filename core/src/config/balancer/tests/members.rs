//! Members that the file names (elastic-load-balancer.md §5.2, §5.4).

use super::{clean, cluster, domain, places, reading};

#[test]
fn everything_that_can_be_said_of_a_member() {
    let configuration = clean(&domain(
        "tenant_range *; members {
            m1 { host 10.0.0.1; httpPort 80; httpsPort 443; remoteHost r.test; weight 3; permanent true; zone eu-1;
                 isActive false; port.mapping.8280 9000; portMapping.mapping.8243 9001; instanceId i-1; }
            m2 { host 10.0.0.2; httpPort ${PORT:-8080}; }
        }",
    ));
    let [first, second] = &cluster(&configuration, "d.test").members[..] else { panic!("two members") };
    assert_eq!(
        (&*first.name, &*first.definition.host, first.definition.remote_host.as_deref()),
        ("m1", "10.0.0.1", Some("r.test"))
    );
    assert_eq!(
        (first.definition.http_port, first.definition.https_port, first.definition.weight),
        (Some(80), Some(443), 3)
    );
    assert!(first.definition.permanent && !first.definition.active);
    assert_eq!(first.definition.zone.as_deref(), Some("eu-1"));
    assert_eq!(
        first.definition.port_mappings.clone().into_iter().collect::<Vec<_>>(),
        [(8243, 9001), (8280, 9000)]
    );
    let properties: Vec<(&str, &str)> =
        first.definition.properties.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(properties, [("instanceId", "i-1")]);
    assert_eq!(
        (second.definition.http_port, second.definition.https_port, second.definition.weight),
        (Some(8080), None, 1)
    );
    assert!(!second.definition.permanent && second.definition.active);
    let place = first.place.position();
    assert_eq!((place.line, place.column), (3, 13));
}

#[test]
fn members_of_other_sub_domains_go_there() {
    let configuration = clean(&domain(
        "tenant_range 1; members { m1 { host a; httpPort 1; sub_domain w; } m2 { host b; httpPort 1; sub_domain __$default; } } }
         d.test { tenant_range 2; sub_domain w; members { m3 { host c; httpPort 1; sub_domain w; } }",
    ));
    let hosts = |key: &str| -> Vec<&str> {
        cluster(&configuration, key).members.iter().map(|member| &*member.definition.host).collect()
    };
    assert_eq!((hosts("d.test"), hosts("d.test/w")), (vec!["b"], vec!["c", "a"]));
}

#[test]
fn mistakes() {
    let rows: &[(&str, &[&str])] = &[
        ("m { httpPort 1; }", &["E0904 3:1"]),
        ("m { host a; }", &["E0904 3:1"]),
        ("m { host a; httpPort 0; }", &["E0903 3:22"]),
        ("m { host a; httpPort 65536; }", &["E0903 3:22"]),
        ("m { host a; httpPort 1; weight 0; }", &["E0903 3:32"]),
        ("m { host a; httpPort 1; permanent perhaps; }", &["E0903 3:35"]),
        ("m { host a; port.mapping.x 9; }", &["E0903 3:13"]),
        ("m { host a; port.mapping.80 x; }", &["E0903 3:29"]),
        ("m { host a; httpPort 1; sub_domain nowhere; }", &["E0903 3:36"]),
        ("m { host a; httpPort 1; htpsPort 2; }", &["W0903 3:25"]),
        ("m { host a; httpPort 1; inner { } }", &["W0903 3:25"]),
        ("host a;", &["W0903 3:1"]),
    ];
    for (lines, expected) in rows {
        let found = reading(&domain(&format!("tenant_range *; members {{\n{lines}\n}}"))).1;
        assert_eq!(places(&found), *expected, "{lines}");
    }
}
