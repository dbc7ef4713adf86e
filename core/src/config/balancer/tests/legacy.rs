//! The XML of 1.x (elastic-load-balancer.md §1.11).

use std::time::Duration;

use super::super::{ScalingPolicy, parse, read, read_element};
use super::{Known, clean, cluster, good, places, reading, with_effect};
use crate::diagnostics::SourceFile;
use crate::xml::{Limits, SourceDocument};

/// The example of §1.11.2.
const CONFIG: &str = r#"<loadBalancerConfig xmlns="http://ws.apache.org/ns/synapse">
  <loadBalancer><property name="elasticIP" value="${EIP:-192.0.2.1}"/></loadBalancer>
  <services>
    <defaults><property name="maxAppInstances" value="4"/></defaults>
    <service>
      <hosts><host>shop.example.org</host> <host>Store.example.org</host></hosts>
      <domain>shop.domain</domain>
      <property name="minAppInstances" value="2"/>
    </service>
  </services>
</loadBalancerConfig>"#;

/// A task of the second family.
const TASK: &str = r#"<task class="org.wso2.carbon.mediator.autoscale2.MessagesInFlightBasedEC2LoadAnalyzerTask" name="LoadAnalyzer">
  <property name="instanceType" value="m1.small"/>
  <property name="loadBalancerInstanceType" value="m1.large"/>
  <property name="applicationGroup" value="as, default"/>
  <property name="availabilityZone" value="eu-1"/>
  <property name="loadBalancerInstances" value="2"/>
  <property name="minAppInstances" value="2"/>
  <trigger interval="5"/>
</task>"#;

#[test]
fn a_configuration_in_a_file() {
    let configuration = clean(CONFIG);
    let shop = cluster(&configuration, "shop.domain");
    let hosts: Vec<&str> = shop.hosts.iter().map(|host| &*host.name).collect();
    assert_eq!(hosts, ["shop.example.org", "store.example.org"]);
    assert_eq!((shop.limits.min_app_instances, shop.limits.max_app_instances), (2, 4));
    assert_eq!((shop.policy, shop.limits.queue_length_per_node), (ScalingPolicy::Queue, Some(400)));
    assert!(shop.tenants.as_ref().is_some_and(|tenants| tenants.ranges.is_default()));
    assert_eq!(configuration.balancer.process.elastic_ip.as_deref(), Some("192.0.2.1"));
}

#[test]
fn the_elastic_address_comes_from_the_environment() {
    let text = CONFIG.replace("<property name=\"elasticIP\" value=\"${EIP:-192.0.2.1}\"/>", "");
    assert_eq!(clean(&text).balancer.process.elastic_ip, None);
    let known = Known { environment: &[("ELASTIC_IP", "203.0.113.9")], ..Known::default() };
    let (configuration, _) = read(&SourceFile::new("lb.xml", text), &known);
    let address = configuration.expect("a configuration").balancer.process.elastic_ip;
    assert_eq!(address.as_deref(), Some("203.0.113.9"));
}

#[test]
fn an_inline_configuration() {
    let text = format!("<endpoint xmlns=\"http://ws.apache.org/ns/synapse\">{CONFIG}</endpoint>");
    let source =
        SourceDocument::parse(SourceFile::new("e.xml", text), &Limits::default()).expect("well-formed");
    let element = source.root().children().next().expect("the configuration");
    let (configuration, found) = read_element(element, &Known::default());
    assert_eq!((configuration, with_effect(found).len()), (Some(clean(CONFIG)), 0));
}

#[test]
fn a_task_for_one_application() {
    let (configuration, found) = reading(TASK);
    assert_eq!(places(&found), ["W0903 1:2"]);
    let configuration = configuration.expect("a configuration");
    let process = &configuration.balancer.process;
    assert!(process.enable_autoscaler);
    assert_eq!((process.autoscaler_task_interval, process.instances), (Duration::from_secs(5), 2));
    let application = cluster(&configuration, "application");
    assert_eq!((application.policy, application.limits.max_app_instances), (ScalingPolicy::Queue, 5));
    assert_eq!(&*application.instance.instance_type, "m1.small");
    assert_eq!(&*configuration.balancer.instance.instance_type, "m1.large");
    assert_eq!(
        application.instance.security_groups.iter().map(|group| &**group).collect::<Vec<_>>(),
        ["as", "default"]
    );
    let zones = [&configuration.balancer.instance, &application.instance]
        .map(|instance| &*instance.availability_zone);
    assert_eq!(zones, ["eu-1", "eu-1"]);
}

#[test]
fn the_application_is_the_one_that_is_balanced() {
    let endpoint = "<endpoint><dynamicLoadbalance><membershipHandler class=\"M\"><property name=\"applicationDomain\" \
                    value=\"as.domain\"/></membershipHandler></dynamicLoadbalance></endpoint>";
    let text = format!(
        "<definitions>{TASK}<sequence name=\"main\"><in><send>{endpoint}</send></in></sequence></definitions>"
    );
    assert_eq!(cluster(&clean(&text), "as.domain").limits.min_app_instances, 2);
}

#[test]
fn a_task_for_load_averages() {
    let text = TASK
        .replace("MessagesInFlightBasedEC2LoadAnalyzerTask", "LoadAverageBasedEC2LoadAnalyzerTask")
        .replace("minAppInstances\" value=\"2\"", "loadAverageHigherLimit\" value=\"7.5\"");
    let configuration = good(&text);
    let application = cluster(&configuration, "application");
    assert_eq!(application.policy, ScalingPolicy::LoadAverageMean);
    assert_eq!(
        (application.limits.load_average_lower_limit, application.limits.load_average_higher_limit),
        (2.0, 7.5)
    );
}

#[test]
fn a_task_for_services() {
    let text = r#"<task class="o.ServiceRequestsInFlightAutoscaler" name="t">
  <property name="loadBalancer"><loadBalancer><property name="instances" value="3"/></loadBalancer></property>
  <property name="services"><services>
    <defaults><property name="queueLengthPerNode" value="7"/></defaults>
    <service domain="a.domain"><property name="securityGroup" value="a"/></service>
    <service domain="b.domain"/>
  </services></property>
  <trigger interval="5"/>
</task>"#;
    let configuration = clean(text);
    assert_eq!(configuration.balancer.process.instances, 3);
    assert_eq!(configuration.clusters().len(), 2);
    assert_eq!(cluster(&configuration, "b.domain").limits.queue_length_per_node, Some(7));
    assert_eq!(&*cluster(&configuration, "a.domain").instance.security_groups[0], "a");
}

#[test]
fn what_is_written_says_the_same() {
    for text in [CONFIG, TASK] {
        let (tree, _) = parse(&SourceFile::new("lb.xml", text));
        let written = tree.expect("a tree").to_string();
        assert_eq!(good(&written), good(text), "{written}");
        let (again, _) = parse(&SourceFile::new("lb.conf", written.clone()));
        assert_eq!(again.expect("a tree").to_string(), written);
    }
}

#[test]
fn mistakes() {
    let service =
        "<service>\n      <hosts><host>shop.example.org</host> <host>Store.example.org</host></hosts>";
    let rows: &[(&str, &str, &[&str])] = &[
        ("<services>", "<servces>", &["E0102 10:3"]),
        ("<domain>shop.domain</domain>", "", &["E0904 5:6"]),
        ("<domain>shop.domain</domain>", "<domain> </domain>", &["E0904 7:7"]),
        (service, "<service>", &["E0904 5:6"]),
        (service, "<service>\n      <hosts/>", &["E0904 6:8"]),
        (service, "<service>\n      <hosts><host> </host></hosts>", &["E0904 6:15", "E0904 6:8"]),
        ("value=\"2\"", "value=\"0\"", &["E0903 8:47"]),
        ("value=\"2\"", "value=\"two\"", &["E0903 8:47"]),
        ("value=\"2\"", "value=\"\"", &["E0904 8:47"]),
        ("value=\"2\"", "value=\"1;2\"", &["E0903 8:47"]),
        ("value=\"4\"", "value=\"0\"", &["E0903 4:55"]),
        ("maxAppInstances", "maxAppInstance", &["E0902 4:31"]),
        ("  <loadBalancer>", "  <property name=\"sshKey\" value=\"k\"/><loadBalancer>", &["W0903 2:19"]),
    ];
    for (old, new, expected) in rows {
        assert!(CONFIG.contains(old), "{old}");
        assert_eq!(sorted(&CONFIG.replacen(old, new, 1)), sorted_texts(expected), "{new}");
    }
    let two = CONFIG.replace(
        "</services>",
        "<service><hosts><host>shop.example.org</host></hosts><domain>x</domain></service></services>",
    );
    assert_eq!(places(&reading(&two).1), ["E0905 10:25"]);
    assert_eq!(places(&reading("<loadBalancerConfig/>").1), ["E0904 1:1", "E0904 1:2"]);
    assert_eq!(places(&reading("<definitions/>").1), ["E0907 1:2"]);
    let elsewhere = "<task class=\"o.ServiceRequestsInFlightEC2Autoscaler\">\n<property name=\"configuration\" \
                     value=\"$system:loadbalancer.xml\"/>\n<trigger interval=\"5\"/></task>";
    assert_eq!(places(&reading(elsewhere).1), ["E0907 2:39"]);
    let never = TASK.replace("<trigger interval=\"5\"/>", "<trigger once=\"true\"/>");
    assert_eq!(places(&reading(&never).1), ["W0903 1:2", "E0903 8:4"]);
}

fn sorted(text: &str) -> Vec<String> {
    let mut found = places(&reading(text).1);
    found.sort();
    found
}

fn sorted_texts(expected: &[&str]) -> Vec<String> {
    let mut expected: Vec<String> = expected.iter().map(|place| (*place).to_owned()).collect();
    expected.sort();
    expected
}
