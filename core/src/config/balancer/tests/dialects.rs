//! The dialects of elastic-load-balancer.md §1.10.

use super::super::parse;
use super::{clean, cluster, good, places, reading};
use crate::diagnostics::SourceFile;

const OF_2_1: &str = "loadbalancer {
    instances 1;
}
services {
    appserver {
        domains {
            as.domain {
                tenant_range *;
                group_mgt_port 4500;
                max_app_instances 4;
                mgt {
                    hosts mgt.as.test;
                    url_suffix mgt.internal;
                }
                worker {
                    hosts as.test;
                    max_app_instances 9;
                    members { one { host 10.0.0.1; httpPort 80; } }
                }
            }
        }
    }
}
";

#[test]
fn of_2_1_blocks_are_sub_domains() {
    let configuration = clean(OF_2_1);
    assert_eq!(configuration.clusters().len(), 2);
    let (mgt, worker) =
        (cluster(&configuration, "as.domain/mgt"), cluster(&configuration, "as.domain/worker"));
    assert_eq!((&*mgt.hosts[0].name, &*worker.hosts[0].name), ("mgt.as.test", "as.test"));
    assert_eq!((mgt.limits.max_app_instances, worker.limits.max_app_instances), (4, 9));
    assert_eq!((mgt.settings.group_mgt_port, worker.settings.group_mgt_port), (Some(4500), Some(4500)));
    assert_eq!((mgt.members.len(), worker.members.len(), mgt.url_suffixes.len()), (0, 1, 1));
    assert_eq!(mgt.place.position().line, 11);
    // What it is brought into is the form of 2.0.5, and says the same.
    let (tree, _) = parse(&SourceFile::new("lb.conf", OF_2_1));
    let written = tree.expect("a tree").to_string();
    assert!(!written.contains("mgt {") && written.contains("sub_domain\tmgt;"), "{written}");
    assert_eq!(clean(&written), configuration);
}

#[test]
fn of_2_1_a_domain_with_hosts_is_a_cluster_too() {
    let configuration = clean(&OF_2_1.replace("group_mgt_port 4500;", "hosts all.as.test;"));
    let keys: Vec<String> = configuration.clusters().keys().map(ToString::to_string).collect();
    assert_eq!(keys, ["as.domain", "as.domain/mgt", "as.domain/worker"]);
}

#[test]
fn of_2_1_mistakes_are_said_once() {
    let wrong = OF_2_1.replace("max_app_instances 4;", "max_app_instances 0; members { }");
    assert_eq!(places(&reading(&wrong).1), ["E0903 10:35", "E0903 10:38"]);
    let twice = OF_2_1.replace("worker {", "mgt {\n hosts x.test; }\nworker {");
    assert_eq!(places(&reading(&twice).1), ["W0903 15:17"]);
}

#[test]
fn of_2_0_0_the_queue_length() {
    let text =
        "services { defaults { queue_length_per_node 4; rounds_to_average 2; } s { domains { d { } } } }";
    assert_eq!(cluster(&clean(text), "d").policy.to_string(), "queue");
}

#[test]
fn of_4_1_is_refused_with_one_message() {
    for text in [
        "loadbalancer {\n    algorithm: round-robin;\n    failover: true;\n    x\n}\n",
        "# 4.1\nloadbalancer {\n  algorithm:round-robin;\n  services {\n",
    ] {
        let (configuration, found) = reading(text);
        assert_eq!((configuration, found.len()), (None, 1), "{text}");
        let diagnostic = found.iter().next().expect("one");
        assert_eq!(diagnostic.code.as_str(), "E0907", "{text}");
        assert!(diagnostic.help.as_deref().is_some_and(|help| help.contains("2.0.5")), "{text}");
    }
    // A colon in a value or a later key is no other dialect.
    good("loadbalancer { mb_server_url localhost:5672; } services { }");
    assert_eq!(places(&reading("loadbalancer { a:b 1; } services { }").1), ["E0902 1:16"]);
    assert_eq!(
        places(&reading("loadbalancer { instances 1;\nfail_over: true; } services { }").1),
        ["E0901 2:1"]
    );
}
