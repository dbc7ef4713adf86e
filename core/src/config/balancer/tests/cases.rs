//! Cases 1 to 45 of elastic-load-balancer.md §9.1, but for those of reloading (43, 44), which the reader has no part in
//! beyond giving no configuration.

use std::time::Duration;

use super::super::{HashSource, ScalingPolicy, parse, read};
use super::{F1, Known, balancer, clean, cluster, domain, f1, good, places, reading, serving, with_effect};
use crate::diagnostics::SourceFile;

fn instances(text: &str) -> u32 {
    good(text).balancer.process.instances
}

#[test]
fn f1_is_clean() {
    let configuration = clean(F1);
    let names: Vec<&str> = configuration.services.iter().map(|service| &*service.name).collect();
    assert_eq!(names, ["shop", "esb"]);
    let keys: Vec<String> = configuration.clusters().keys().map(ToString::to_string).collect();
    assert_eq!(keys, ["esb.domain", "shop.a.domain", "shop.b.domain/worker", "shop.c.domain"]);
    assert_eq!(configuration.balancer.process.autoscaler_task_interval, Duration::from_secs(60));
    assert_eq!(configuration.balancer.traffic.affinity.session_timeout, Some(Duration::from_secs(90)));
    let esb = cluster(&configuration, "esb.domain");
    assert_eq!((esb.limits.min_app_instances, esb.limits.max_app_instances), (2, 5));
    assert_eq!((esb.limits.max_requests_per_second, esb.limits.rounds_to_average), (5, 2));
    assert_eq!(esb.policy, ScalingPolicy::InFlight);
}

#[test]
fn case_001_the_last_brace_may_be_missing() {
    let text = F1.trim_end().strip_suffix('}').expect("a brace");
    assert_eq!(good(text), good(F1));
    assert_eq!(places(&reading(text).1), ["W0901 10:1"]);
}

#[test]
fn cases_002_to_007_lines() {
    let rows = [
        (2, "instances 3; # three", 3),
        (3, "# instances 3;", 1),
        (4, "instances\t\t2;", 2),
        (6, "instances 1;\ninstances 4;", 4),
        (7, "instances 2; fail_over true;", 2),
    ];
    for (case, lines, expected) in rows {
        assert_eq!(instances(&balancer(lines)), expected, "{case}");
    }
    let fail_over = |lines: &str| good(&balancer(lines)).balancer.traffic.fail_over.enabled;
    assert!(fail_over("fail_over TRUE;"), "5");
    assert!(!fail_over("fail_over yes;"), "5");
    assert_eq!(places(&reading(&balancer("fail_over yes;")).1), ["W0904 2:11"], "5");
    assert!(!fail_over("instances 2; fail_over false;"), "7");
    assert_eq!(places(&reading(&balancer("instances 1;\ninstances 4;")).1), ["W0902 3:1"], "6");
}

#[test]
fn cases_008_to_011_mistakes_in_lines() {
    let rows = [
        (8, "  instances 2", "E0901 2:14"),
        (9, "  instances;", "E0901 2:3"),
        (10, "  bogus 1;", "E0902 2:3"),
        (11, "  instances two;", "E0903 2:13"),
    ];
    for (case, lines, expected) in rows {
        let (configuration, found) = reading(&balancer(lines));
        assert_eq!((configuration, places(&found)), (None, vec![expected.to_owned()]), "{case}");
    }
}

#[test]
fn cases_012_to_014_variables() {
    let environment = &[("EIP", "203.0.113.9"), ("A", "m1"), ("B", "large")][..];
    let both = Known { properties: &[("EIP", "198.51.100.1")], environment };
    let only_environment = Known { environment, ..Known::default() };
    let read = |lines: &str, known: &Known<'_>| {
        let (configuration, found) = read(&SourceFile::new("lb.conf", balancer(lines)), known);
        let balancer = configuration.expect("a configuration").balancer;
        let address = balancer.process.elastic_ip.map(|text| text.to_string());
        (
            address.unwrap_or_default(),
            balancer.instance.instance_type.to_string(),
            places(&with_effect(found)),
        )
    };
    let elastic = "elasticIP ${EIP};";
    assert_eq!(read(elastic, &only_environment).0, "203.0.113.9", "12");
    let unset = read(elastic, &Known::default());
    assert_eq!((&*unset.0, unset.2), ("${EIP}", vec!["W0905 2:11".to_owned()]), "12");
    assert_eq!(read(elastic, &both).0, "198.51.100.1", "13");
    assert_eq!(read("elasticIP ${env:EIP};", &both).0, "203.0.113.9", "1.3");
    assert_eq!(read("elasticIP ${NO:-10.0.0.1};", &both).0, "10.0.0.1", "1.3");
    assert_eq!(read("instance_type ${A}.${B};", &both).1, "m1.large", "14");
    assert_eq!(read("instance_type ${A}.${NO}.${;", &both).1, "m1.${NO}.${", "1.3");
}

#[test]
fn cases_015_to_019_blocks() {
    let expected = good(F1);
    let rows = [
        (15, f1("services {", "services { # all of them")),
        (16, f1("services {", "services\n{")),
        (18, f1("hosts esb.example.org;", "# open { brace\n hosts esb.example.org;")),
        (18, f1("hosts esb.example.org;", "hosts esb.example.org; # close } brace")),
    ];
    for (case, text) in rows {
        assert_eq!(clean(&text), expected, "{case}");
    }
    let one_line = f1("    shop {", "    defaults { min_app_instances 0; }\n    shop {");
    let without = one_line.split_once("    defaults {\n").expect("the long block");
    let (_, rest) = without.1.split_once("    }\n").expect("its end");
    let configuration = clean(&format!("{}{rest}", without.0));
    assert_eq!(configuration.services.len(), 2, "17");
    assert_eq!(cluster(&configuration, "shop.a.domain").limits.min_app_instances, 0, "17");
    assert_eq!(cluster(&configuration, "esb.domain").limits.min_app_instances, 2, "17");
    let payload = f1("sub_domain worker;", "payload ${DIR}/p.zip; sub_domain worker;");
    let configuration = good(&payload);
    assert_eq!(&*cluster(&configuration, "shop.b.domain/worker").instance.payload, "${DIR}/p.zip", "19");
    assert_eq!(configuration.services.len(), 2, "19");
}

#[test]
fn cases_020_and_021_equal_blocks_and_equal_domains() {
    let block = "shop.c.domain {\n                tenant_range *;\n            }";
    let twice = f1(block, &format!("{block}\n{block}"));
    assert_eq!(clean(&twice), good(F1), "20");
    let two = domain("tenant_range 1; sub_domain x; } d.test { tenant_range 2; sub_domain y;");
    let keys: Vec<String> = clean(&two).clusters().keys().map(ToString::to_string).collect();
    assert_eq!(keys, ["d.test/x", "d.test/y"], "21");
    let again =
        domain("tenant_range 1; max_app_instances 4; } d.test { tenant_range 2; max_app_instances 6;");
    let configuration = good(&again);
    assert_eq!(cluster(&configuration, "d.test").limits.max_app_instances, 6, "rule 7");
    assert_eq!(places(&reading(&again).1), ["W0906 2:40"], "rule 7");
    assert_eq!(serving(&configuration, "h.test", 1), Some("d.test".to_owned()), "rule 7");
}

#[test]
fn cases_022_to_026_what_must_be_there() {
    let (_, services) = F1.split_once("services").expect("services");
    let configuration = clean(&format!("services{services}"));
    assert_eq!(configuration.balancer, super::super::BalancerSettings::default(), "22");
    let rows = [
        (23, "loadbalancer {\n}\n", "E0904 1:1"),
        (24, "services {\n  shop {\n    hosts a.test;\n  }\n}", "E0904 2:3"),
        (25, "services {\n  shop {\n    domains { }\n  }\n}", "E0904 3:5"),
    ];
    for (case, text, expected) in rows {
        let (configuration, found) = reading(text);
        assert_eq!((configuration, places(&found)), (None, vec![expected.to_owned()]), "{case}");
    }
    let info = f1("        domains {", "        info {\n        }\n        domains {");
    assert_eq!(good(&info), good(F1), "26");
    assert_eq!(places(&reading(&info).1), ["W0903 23:9"], "26");
}

#[test]
fn cases_027_to_030_hosts() {
    let (configuration, found) =
        reading(&f1("hosts esb.example.org;", "hosts esb.example.org,shop.example.org;"));
    assert_eq!((configuration, places(&found)), (None, vec!["E0905 37:31".to_owned()]), "27");
    let message = &found.iter().next().expect("one").message;
    assert!(message.contains("\"shop\"") && message.contains("\"esb\""), "27: {message}");

    let shared = clean(F1);
    let names = |key: &str| -> Vec<String> {
        cluster(&shared, key).hosts.iter().map(|host| host.name.to_string()).collect()
    };
    assert_eq!(names("shop.a.domain"), names("shop.c.domain"), "28");

    let blanks = clean(&f1("shop.example.org,store.example.org", "a.example.org, b.example.org"));
    assert_eq!(serving(&blanks, "b.example.org", 7), Some("shop.a.domain".to_owned()), "29");

    let only = clean(&f1("sub_domain worker;", "sub_domain worker; hosts only.example.org;"));
    assert_eq!(serving(&only, "only.example.org", 150), Some("shop.b.domain/worker".to_owned()), "30");
    assert_eq!(serving(&only, "only.example.org", 7), None, "30");
    assert_eq!(serving(&only, "shop.example.org", 150), Some("shop.c.domain".to_owned()), "30");

    let spelt = clean(&f1("esb.example.org", "ESB.Example.ORG.,esb.example.org"));
    assert_eq!(serving(&spelt, "esb.example.org", 1), Some("esb.domain".to_owned()), "2.2");
    assert_eq!(cluster(&spelt, "esb.domain").hosts.len(), 1, "2.2");
}

#[test]
fn cases_031_to_035_values_and_inheritance() {
    assert_eq!(places(&reading(&domain("tenant_range *;\nmax_app_instances 0;")).1), ["E0903 3:19"], "31");

    let rate = |value: &str| {
        let text =
            f1("        hosts shop", &format!("        alarming_upper_rate {value};\n        hosts shop"));
        let (configuration, found) = reading(&text);
        let configuration = configuration.expect("a configuration");
        (cluster(&configuration, "shop.a.domain").limits.alarming_upper_rate, places(&found))
    };
    assert_eq!(rate("1.5"), (0.7, vec!["W0904 22:29".to_owned()]), "32");
    assert_eq!(rate("0"), (0.7, vec!["W0904 22:29".to_owned()]), "32");
    assert_eq!(rate("1.0"), (1.0, vec![]), "32");

    let text = f1("        hosts shop", "        max_app_instances 7;\n        hosts shop");
    let text = text.replace("tenant_range 1-100;", "tenant_range 1-100; max_app_instances 9;");
    let configuration = clean(&text);
    let maximum = |key: &str| cluster(&configuration, key).limits.max_app_instances;
    let found = ["shop.a.domain", "shop.b.domain/worker", "shop.c.domain", "esb.domain"].map(maximum);
    assert_eq!(found, [9, 7, 7, 5], "33");

    let text = "services {\n defaults { tenant_range *; }\n s { hosts h.test; domains {\n d.test {\n} } } }";
    let (configuration, found) = reading(text);
    assert_eq!(configuration, None, "34");
    assert_eq!(places(&found), ["W0903 2:13", "E0904 4:2"], "34");

    let sub_domain =
        clean(&f1("        rounds_to_average 2;", "        rounds_to_average 2; sub_domain worker;"));
    assert_eq!(&*cluster(&sub_domain, "shop.c.domain/worker").key.domain, "shop.c.domain", "35");
}

#[test]
fn cases_036_and_037_url_suffixes() {
    let read = |lines: &str| {
        let text = format!("services {{ s {{\n{lines}\ndomains {{ d.test {{ tenant_range *; }} }} }} }}");
        let (configuration, found) = reading(&text);
        let configuration = configuration.expect("a configuration");
        let pairs = &cluster(&configuration, "d.test").url_suffixes;
        let pairs: Vec<String> = pairs.iter().map(|pair| format!("{}={}", pair.host, pair.suffix)).collect();
        (pairs, places(&found))
    };
    let good = read("hosts a.test, b.test;\nurl_suffix a.internal, b.internal;");
    assert_eq!(good, (vec!["a.test=a.internal".to_owned(), "b.test=b.internal".to_owned()], vec![]));
    assert_eq!(
        read("hosts a.test,b.test;\nurl_suffix a.internal;"),
        (vec![], vec!["W0904 3:12".to_owned()]),
        "36"
    );
    assert_eq!(read("url_suffix a.internal;\nhosts a.test;"), (vec![], vec!["W0904 2:12".to_owned()]), "37");
}

#[test]
fn case_038_the_rule_of_2_0_0() {
    let queue = clean(&domain("tenant_range *; queue_length_per_node 4;"));
    let found = cluster(&queue, "d.test");
    assert_eq!((found.policy, found.limits.queue_length_per_node), (ScalingPolicy::Queue, Some(4)));
    let both = clean(&domain("tenant_range *; queue_length_per_node 4; max_requests_per_second 7;"));
    assert_eq!(cluster(&both, "d.test").policy, ScalingPolicy::InFlight);
}

#[test]
fn case_039_round_trip() {
    let (tree, _) = parse(&SourceFile::new("lb.conf", F1));
    let written = tree.as_ref().expect("a tree").to_string();
    assert!(written.starts_with("loadbalancer {\n\tinstances\t1;\n"), "{written}");
    let (again, _) = parse(&SourceFile::new("again", written.clone()));
    assert_eq!(again, tree);
    assert_eq!(clean(&written), clean(F1));
}

#[test]
fn cases_040_and_041_tenants_to_clusters() {
    let service = "services { appserver { hosts as.test; domains {
        one.domain { tenant_range 7; }
        two.domain { sub_domain n1; tenant_range 10-20; }
        two.domain { sub_domain n2; tenant_range 21-25; }
        other.domain { tenant_range *; }
    } } }";
    let configuration = clean(service);
    let ids =
        (1..1000).filter(|&id| serving(&configuration, "as.test", id).as_deref() != Some("other.domain"));
    // With that of `*` it is 18 entries.
    assert_eq!(ids.count(), 17, "40");
    let rows = [
        (7, "one.domain"),
        (22, "two.domain/n2"),
        (30, "other.domain"),
        (-1, "other.domain"),
        (0, "other.domain"),
    ];
    for (tenant, expected) in rows {
        assert_eq!(serving(&configuration, "as.test", tenant).as_deref(), Some(expected), "40: {tenant}");
    }
    let two =
        clean("services { s { hosts h.test; domains { d1 { tenant_range *; } d2 { tenant_range 5-7; } } } }");
    assert_eq!(serving(&two, "h.test", 5).as_deref(), Some("d2"), "41");
    assert_eq!(serving(&two, "h.test", 8).as_deref(), Some("d1"), "41");
}

#[test]
fn case_042_a_topology_source() {
    let process = clean(&balancer("mb_server_url localhost:5672;")).balancer.process;
    assert_eq!(process.mb_server_url.as_deref(), Some("localhost:5672"));
    assert_eq!(good(F1).balancer.process.mb_server_url, None);
}

#[test]
fn case_045_rounds_to_average() {
    assert_eq!(places(&reading(&domain("tenant_range *;\nrounds_to_average 0;")).1), ["E0903 3:19"]);
}

#[test]
fn new_keys_are_read() {
    let configuration = clean(&balancer(
        "algorithm org.apache.synapse.endpoints.algorithms.WeightedRRLCAlgorithm; hash_on header:X-User;\n\
         fail_over_replay_buffer 1m; trusted_proxies 10.0.0.0/8, 2001:db8::/32; forwarded_headers off;\n\
         health_check http; health_check_status 200-204,301; health_check_path /up; affinity_cookie LB;\n\
         endpoint_timeout 15000; tls_verify false; sticky failover; rewrite_location on; panic_threshold 0;",
    ));
    let (process, traffic) = (configuration.balancer.process, configuration.balancer.traffic);
    assert_eq!(traffic.selection.algorithm.name(), "weighted_rrlc");
    assert_eq!(traffic.selection.hash_on, HashSource::Header(http::HeaderName::from_static("x-user")));
    assert_eq!(traffic.selection.panic_threshold, 0);
    assert_eq!(traffic.fail_over.replay_buffer, 1024 * 1024);
    assert_eq!(traffic.connection.endpoint_timeout, Some(Duration::from_secs(15)));
    assert!(!traffic.connection.tls_verify && !process.forwarded_headers);
    let trusted = |address: &str| process.trusted_proxies.contains(address.parse().expect("an address"));
    assert!(trusted("10.255.0.1") && trusted("2001:db8::9") && trusted("::ffff:10.1.2.3"));
    assert!(!trusted("11.0.0.1") && !trusted("2001:db9::1"));
    let status = &traffic.health_check.status;
    assert_eq!([199, 200, 204, 205, 301].map(|code| status.contains(code)), [false, true, true, false, true]);
}
