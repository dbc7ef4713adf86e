//! The rules of the grammar (elastic-load-balancer.md §1.2) and every row of the validation table (§1.8), with the place
//! of each mistake.

use super::{balancer, clean, domain, good, places, reading};

/// The rule, the text, and every problem with its place.
type Row<'a> = (&'a str, &'a str, &'a [&'a str]);

#[track_caller]
fn check(rows: &[Row<'_>]) {
    for (rule, text, expected) in rows {
        let (configuration, found) = reading(text);
        assert_eq!(places(&found), *expected, "{rule}: {text}");
        assert_eq!(configuration.is_none(), found.has_errors(), "{rule}: {text}");
    }
}

#[test]
fn grammar() {
    let rows: &[Row<'_>] = &[
        ("G2", "services {\n}\nloadbalancer { instances 1 ;# x\n}", &[]),
        ("G3", "services {} loadbalancer { instances 1; }", &[]),
        ("G4", "services { # } } }\n}\nloadbalancer { payload ${A:-x}; }", &[]),
        ("G5", "services {}\nloadbalancer {\n payload ${A:-{x};\n}", &[]),
        ("G6", "services {\nloadbalancer {\n s {\n", &["E0904 2:1", "W0901 3:2", "W0903 3:2"]),
        ("G7", "services {\n}\n}\n", &["W0903 3:1"]),
        ("G9", "services {\n};\nloadbalancer {\n} # end\n", &[]),
        ("G9", "services {};;\n", &[]),
        ("G9", "services {}\nloadbalancer {\n instances 1; and more\n}", &["E0901 3:23"]),
        (
            "G10",
            "services {}\nloadbalancer {\n instances 1 # one\n fail_over true\n}",
            &["E0901 3:13", "E0901 4:16"],
        ),
        ("G10", "services {}\nloadbalancer { instances 1 }", &["E0901 2:27"]),
        ("G10", "services {}\nloadbalancer { instances 1", &["W0901 2:1", "E0901 2:27"]),
        ("G11", "services {}\nloadbalancer {\n instances;\n fail_over ;\n}", &["E0901 3:2", "E0901 4:2"]),
        ("G12", "instances 1;\nservices {}", &["W0903 1:1"]),
        ("G13", "services {}\nloadbalancer {\n instances 1;\n instances 2;\n}", &["W0902 4:2"]),
        ("G15", "services # all\n\n# of them\n{\n}", &[]),
        ("G15", "services {}\n {\n}", &["E0901 2:2"]),
        ("G15", "services {}\n${load\n{\n}", &["E0901 2:7", "E0901 3:1"]),
        ("G15", "services {}\nload balancer\n{\n}", &["E0901 2:14", "E0901 3:1"]),
        ("G16", "services { s { hosts h.test; domains { d { tenant_range *; } } } }", &[]),
        ("G17", "services {\r\n}\r\nloadbalancer {\r\n instances 1;\r\n}\r\n", &[]),
        ("G18", "services {}\nloadbalancer { payload /a b:c,*/$d; }", &[]),
        ("XML", "services {\n<s {\ndomains { d { } } } }", &["E0901 2:1"]),
        ("BOM", "\u{feff}services {\n}", &[]),
    ];
    check(rows);
    assert_eq!(
        good("\u{feff}services {}\nloadbalancer { payload /a b:c,*/$d ; }").balancer.instance.payload,
        "/a b:c,*/$d".into()
    );
}

#[test]
fn nesting_has_a_limit() {
    let deep = format!("services {{}}\n{}", "a {\n".repeat(100));
    let expected = ["W0903 2:1", "W0901 65:1", "E0104 66:1"];
    assert_eq!(places(&reading(&deep).1), expected);
}

#[test]
fn validation_table() {
    let service = |lines: &str| format!("services {{\n s {{\n  {lines}\n }}\n}}");
    let long_cookie = balancer(&format!("affinity_cookie {};", "c".repeat(65)));
    let owned: Vec<(&str, String, Vec<&str>)> = vec![
        ("no services", String::new(), vec!["E0904 1:1"]),
        ("no domains", service("hosts h.test;"), vec!["E0904 2:2"]),
        ("empty domains", service("domains {}"), vec!["E0904 3:3"]),
        (
            "duplicate host",
            "services {\n s { hosts h.test; domains { d { tenant_range *; } } }\n \
             t { hosts i.test, H.test; domains { e { tenant_range *; } } }\n}"
                .to_owned(),
            vec!["E0905 3:20"],
        ),
        ("max", domain("tenant_range *;\nmax_app_instances 0;"), vec!["E0903 3:19"]),
        ("max", domain("tenant_range *;\nmax_app_instances -1;"), vec!["E0903 3:19"]),
        ("per scale up", domain("tenant_range *;\ninstances_per_scale_up 0;"), vec!["E0903 3:24"]),
        ("expiry", domain("tenant_range *;\nmessage_expiry_time 0;"), vec!["E0903 3:21"]),
        ("upper rate", domain("tenant_range *;\nalarming_upper_rate 1.01;"), vec!["W0904 3:21"]),
        ("lower rate", domain("tenant_range *;\nalarming_lower_rate -1;"), vec!["W0904 3:21"]),
        ("factor", domain("tenant_range *;\nscale_down_factor NaN;"), vec!["W0904 3:19"]),
        ("rate", domain("tenant_range *;\nalarming_lower_rate low;"), vec!["E0903 3:21"]),
        ("min > max", domain("tenant_range *;\nmin_app_instances 4;"), vec!["W0907 3:19"]),
        (
            "min > max",
            domain("tenant_range *; min_app_instances 4;\nmax_app_instances 3;"),
            vec!["W0907 2:35"],
        ),
        ("rounds", domain("tenant_range *;\nrounds_to_average 0;"), vec!["E0903 3:19"]),
        ("overlap", domain("tenant_range 1-9; } e {\ntenant_range 9;"), vec!["E0906 3:14"]),
        ("two *", domain("tenant_range *; } e {\ntenant_range 0;"), vec!["E0906 3:14"]),
        ("unknown key", domain("tenant_range *;\nmin_ap_instances 4;"), vec!["E0902 3:1"]),
        ("unknown key", balancer("strict false;\nfoo 1;"), vec!["W0903 3:1"]),
        (
            "unknown key",
            format!("loadbalancer {{ strict false; }} {}", domain("tenant_range *;\nfoo 1;")),
            vec!["W0903 3:1"],
        ),
        ("negative min", domain("tenant_range *;\nmin_app_instances -1;"), vec!["E0903 3:19"]),
        ("no range", domain(""), vec!["E0904 1:40"]),
        ("reversed range", domain("tenant_range 5-1;"), vec!["E0903 2:14"]),
        ("number", balancer("session_timeout soon;"), vec!["E0903 2:17"]),
        ("number", balancer("autoscaler_task_interval 0;"), vec!["E0903 2:26"]),
        ("number", balancer("instances 99999999999;"), vec!["E0903 2:11"]),
        ("algorithm", balancer("algorithm Fastest;"), vec!["E0903 2:11"]),
        ("task", balancer("autoscaler_task org.example.Mine;"), vec!["E0903 2:17"]),
        ("remote", balancer("use_embedded_autoscaler false;"), vec!["E0904 2:25"]),
        ("switch", balancer("tls_verify yes;"), vec!["E0903 2:12"]),
        ("network", balancer("trusted_proxies 10.0.0.0/33;"), vec!["E0903 2:17"]),
        ("status", balancer("health_check_status 200-99;"), vec!["E0903 2:21"]),
        ("hash", balancer("hash_on header;"), vec!["E0903 2:9"]),
        ("cookie", balancer("affinity_cookie a=b;"), vec!["E0903 2:17"]),
        ("cookie", long_cookie, vec!["E0903 2:17"]),
        ("buffer", balancer("fail_over_replay_buffer 64q;"), vec!["E0903 2:25"]),
        ("policy", domain("tenant_range *;\nsignal load_average; policy rps;"), vec!["E0903 3:29"]),
        ("policy", domain("tenant_range *;\npolicy queue;"), vec!["E0904 3:8"]),
        ("policy", domain("tenant_range *;\npolicy target;"), vec!["E0904 3:8"]),
        ("policy", domain("tenant_range *;\npolicy fastest;"), vec!["E0903 3:8"]),
        ("load", domain("tenant_range *;\nload_average_lower_limit 6;"), vec!["E0903 3:26"]),
        ("wrong block", balancer("min_app_instances 1;"), vec!["E0902 2:1"]),
        ("wrong block", domain("tenant_range *;\ninstances 1;"), vec!["E0902 3:1"]),
        ("other blocks", "services {}\nother {\n}".to_owned(), vec!["W0903 2:1"]),
        ("other blocks", "services {}\nservices {\n x 1; }".to_owned(), vec!["W0903 2:1"]),
    ];
    let rows: Vec<Row<'_>> =
        owned.iter().map(|(rule, text, expected)| (*rule, text.as_str(), expected.as_slice())).collect();
    check(&rows);
}

/// Everything that is wrong is said in one go, each thing once.
#[test]
fn all_mistakes_in_one_reading() {
    let text = "loadbalancer {\n instances two;\n foo 1;\n fail_over\n}\nservices {\n s {\n  max_app_instances 0;\n  \
                domains {\n   a { tenant_range 5-; }\n   b { }\n  }\n }\n t { }\n}\n";
    let expected = ["E0903 2:12", "E0902 3:2", "E0901 4:11", "E0903 8:21", "E0903 10:21", "E0904 14:2"];
    assert_eq!(places(&reading(text).1), expected);
}

#[test]
fn a_cluster_without_hosts_needs_no_tenants() {
    let configuration = clean("services { s { domains { d { } } } }");
    assert!(configuration.services[0].clusters[0].hosts.is_empty());
    assert_eq!(configuration.services[0].clusters[0].tenants, None);
}
