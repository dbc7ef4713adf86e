//! Tests of `loadbalancer.conf`: the cases of elastic-load-balancer.md §9.1 and §9.2 by their numbers, and what is around
//! them.

mod cases;
mod dialects;
mod given;
mod inheritance;
mod legacy;
mod members;
mod mistakes;
mod ranges;
mod rendered;
mod scale;
mod texts;

use std::borrow::Cow;

use super::{BalancerConfiguration, ClusterDefinition, Variables, read};
use crate::diagnostics::{Diagnostics, SourceFile, codes, render_short};

/// Fixture F1 (elastic-load-balancer.md §9.0).
const F1: &str = "loadbalancer {
    instances 1; # comment
    enable_autoscaler true;
    autoscaler_task_interval 60000;
    server_startup_delay 60000;
    session_timeout 90000;
    fail_over true;
    size_of_cache 2;
}
services {
    defaults {
        min_app_instances 1;
        max_app_instances 5;
        max_requests_per_second 5;
        alarming_upper_rate 0.7;
        alarming_lower_rate 0.2;
        scale_down_factor 0.25;
        rounds_to_average 2;
        message_expiry_time 60000;
    }
    shop {
        hosts shop.example.org,store.example.org;
        domains {
            shop.a.domain {\u{20}
                tenant_range 1-100;
            }
            shop.b.domain {
                tenant_range 101-200;
                sub_domain worker;
            }
            shop.c.domain {
                tenant_range *;
            }
        }
    }
    esb {
        hosts esb.example.org;
        domains {
            esb.domain {
                tenant_range *;
                min_app_instances 2;
            }
        }
    }
}
";

/// Variables by name: process properties, and the environment.
#[derive(Default)]
struct Known<'a> {
    properties: &'a [(&'a str, &'a str)],
    environment: &'a [(&'a str, &'a str)],
}

impl Variables for Known<'_> {
    fn property(&self, name: &str) -> Option<Cow<'_, str>> {
        find(self.properties, name)
    }

    fn environment(&self, name: &str) -> Option<Cow<'_, str>> {
        find(self.environment, name)
    }
}

fn find<'a>(table: &'a [(&str, &str)], name: &str) -> Option<Cow<'a, str>> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| Cow::Borrowed(*value))
}

/// What is read from a text called `lb.conf`, without variables. That some keys have no effect yet is nobody's mistake, and
/// has tests of its own.
fn reading(text: &str) -> (Option<BalancerConfiguration>, Diagnostics) {
    let (configuration, found) = read(&SourceFile::new("lb.conf", text), &Known::default());
    (configuration, with_effect(found))
}

/// All but what is said of keys without effect.
fn with_effect(found: Diagnostics) -> Diagnostics {
    found.into_vec().into_iter().filter(|diagnostic| diagnostic.code != codes::NO_EFFECT_YET).collect()
}

/// The configuration of a text in which nothing is wrong, whatever is suspicious.
#[track_caller]
fn good(text: &str) -> BalancerConfiguration {
    let (configuration, found) = reading(text);
    configuration.unwrap_or_else(|| panic!("{:#?}", shorts(&found)))
}

/// The same, when nothing is suspicious either.
#[track_caller]
fn clean(text: &str) -> BalancerConfiguration {
    assert_eq!(shorts(&reading(text).1), [""; 0]);
    good(text)
}

/// Every problem in one line.
fn shorts(found: &Diagnostics) -> Vec<String> {
    found.iter().map(render_short).collect()
}

/// Every problem as `CODE line:column`.
fn places(found: &Diagnostics) -> Vec<String> {
    let place = |diagnostic: &crate::diagnostics::Diagnostic| {
        let position = diagnostic.location.as_ref().expect("a place").position();
        format!("{} {}:{}", diagnostic.code, position.line, position.column)
    };
    found.iter().map(place).collect()
}

/// F1 with one text replaced, which it must contain.
#[track_caller]
fn f1(old: &str, new: &str) -> String {
    assert!(F1.contains(old), "{old}");
    F1.replacen(old, new, 1)
}

/// A `loadbalancer` block with these lines, and the least of services.
fn balancer(lines: &str) -> String {
    format!("loadbalancer {{\n{lines}\n}}\nservices {{\n}}\n")
}

/// One service `s` with the host `h.test`, one domain `d.test` and these lines in its block.
fn domain(lines: &str) -> String {
    format!("services {{ s {{ hosts h.test; domains {{ d.test {{\n{lines}\n}} }} }} }}")
}

/// The cluster of a key, written as it is shown.
#[track_caller]
fn cluster<'a>(configuration: &'a BalancerConfiguration, key: &str) -> &'a ClusterDefinition {
    let clusters = configuration.clusters();
    let found = clusters.iter().find(|(known, _)| known.to_string() == key);
    found.unwrap_or_else(|| panic!("{key} in {:?}", clusters.keys())).1
}

/// The cluster that serves a tenant of a host, as §2.4 looks it up.
fn serving(configuration: &BalancerConfiguration, host: &str, tenant: i64) -> Option<String> {
    let has_host = |cluster: &&ClusterDefinition| cluster.hosts.iter().any(|known| *known.name == *host);
    let clusters = configuration.services.iter().flat_map(|service| &service.clusters).filter(has_host);
    let found = |test: &dyn Fn(&super::TenantRanges) -> bool| {
        let mut clusters = clusters.clone();
        clusters.find(|cluster| cluster.tenants.as_ref().is_some_and(|tenants| test(&tenants.ranges)))
    };
    let cluster = found(&|ranges| ranges.contains(tenant)).or_else(|| found(&|ranges| ranges.is_default()));
    cluster.map(|cluster| cluster.key.to_string())
}
