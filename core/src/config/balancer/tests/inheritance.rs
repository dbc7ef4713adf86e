//! What comes from which block (elastic-load-balancer.md §1.6).

use std::time::Duration;

use super::super::{Algorithm, ScalingPolicy, Signal};
use super::{clean, cluster};

const ALL: &str = "loadbalancer {
    algorithm least_requests; connect_timeout 1000; slow_start 1; victim oldest; payload lb.zip; drain_timeout 1;
    autoscaler_task org.wso2.carbon.mediator.autoscale2.LoadAverageBasedEC2LoadAnalyzerTask;
}
services {
    one { domains {
        a { algorithm random; slow_start 4; }
        b { serviceName x; domain renamed; }
    } algorithm peak_ewma; connect_timeout 3000; slow_start 3; public_ip 192.0.2.1; maintenance on; signal in_flight; }
    two { serviceName second; domains { c { } } }
    defaults { connect_timeout 2000; slow_start 2; payload defaults.zip; victim least_loaded; sub_domain w; }
}
";

#[test]
fn the_innermost_block_counts() {
    let configuration = super::good(ALL);
    let names: Vec<&str> = configuration.services.iter().map(|service| &*service.name).collect();
    assert_eq!(names, ["one", "second"]);
    let [a, b, c] = ["a/w", "renamed/w", "c/w"].map(|key| cluster(&configuration, key));
    let algorithms = [a, b, c].map(|cluster| cluster.traffic.selection.algorithm);
    assert_eq!(algorithms, [Algorithm::Random, Algorithm::PeakEwma, Algorithm::LeastRequests]);
    let milliseconds = |time: Duration| time.as_millis();
    let timeouts = [a, b, c].map(|cluster| milliseconds(cluster.traffic.connection.connect_timeout));
    assert_eq!(timeouts, [3000, 3000, 2000]);
    assert_eq!([a, b, c].map(|cluster| milliseconds(cluster.traffic.selection.slow_start)), [4, 3, 2]);
    assert_eq!([a, b, c].map(|cluster| milliseconds(cluster.traffic.lifecycle.drain_timeout)), [1; 3]);
    assert_eq!([a, b, c].map(|cluster| cluster.behaviour.victim.to_string()), ["least_loaded"; 3]);
    assert_eq!([a, b, c].map(|cluster| cluster.settings.maintenance), [true, true, false]);
    let policies = [a, b, c].map(|cluster| cluster.policy);
    assert_eq!(policies, [ScalingPolicy::InFlight, ScalingPolicy::InFlight, ScalingPolicy::LoadAverageMean]);
    assert_eq!(configuration.balancer.process.autoscaler_task, Signal::LoadAverage);
    // What instances of the balancer are launched with is no business of members.
    assert_eq!(&*configuration.balancer.instance.payload, "lb.zip");
    assert_eq!([a, b, c].map(|cluster| &*cluster.instance.payload), ["defaults.zip"; 3]);
    let without = clean("loadbalancer { payload lb.zip; } services { s { domains { d { } } } }");
    assert_eq!(&*cluster(&without, "d").instance.payload, "resources/cluster_node.zip");
}

#[test]
fn a_suspension_is_as_long_as_it_is_said() {
    let times = |lines: &str| {
        let fail_over = clean(&super::balancer(lines)).balancer.traffic.fail_over;
        (fail_over.suspend_duration.as_millis(), fail_over.suspend_maximum.as_millis())
    };
    assert_eq!(times(""), (10_000, 10_000));
    assert_eq!(times("member_suspend_duration 30000;"), (30_000, 30_000));
    assert_eq!(times("member_suspend_duration 1000;"), (1000, 10_000));
}

#[test]
fn the_sub_domain_without_a_name() {
    let configuration =
        clean("services { defaults { sub_domain w; } s { domains { d { sub_domain __$default; } } } }");
    assert_eq!(cluster(&configuration, "d").key.sub_domain, None);
}

#[test]
fn definitions_are_equal_wherever_they_stand() {
    let text = "services { s { hosts a.test; domains { d { tenant_range *; } } } }";
    assert_eq!(clean(text), clean(&format!("# moved\n\n   {text}")));
    assert_ne!(clean(text), clean(&text.replace("a.test", "b.test")));
}
