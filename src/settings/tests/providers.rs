//! Providers of infrastructure that the file names.

use std::time::Duration;

use super::super::{ProviderKind, Word};
use super::file;

const FOUR: &str = r#"
[[iaas]]
name = "local"
[iaas.process]
command = ["/usr/bin/shop", "--port={port}", ""]
ports = "9100-9199"
stop_timeout = "5s"
[iaas.process.environment]
SHOP_CLUSTER = "{domain}/{sub_domain}"

[[iaas]]
name = "cloud"
kind = "ec2"
scale_up_order = 2
scale_down_order = 0
max_instances = 10
call_timeout = "10s"
[iaas.ec2]
region = "eu-west-1"
security_groups = ["sg-1", "sg-2"]
tags = { team = "shop" }

[[iaas]]
name = "own"
kind = "webhook"
[iaas.webhook]
url = "https://launcher.example/v1"
secret = "file:/run/secrets/launcher"

[[iaas]]
name = "trial"
kind = "dry_run"
"#;

#[test]
fn providers_are_read() {
    let providers = file(FOUR).loaded().settings.providers;
    let names: Vec<&str> = providers.iter().map(|provider| provider.name.as_str()).collect();
    assert_eq!(names, ["local", "cloud", "own", "trial"]);
    let [local, cloud, own, trial] = providers.as_slice() else { panic!("four providers") };
    let ProviderKind::Process(process) = &local.kind else { panic!("{local:?}") };
    assert_eq!(process.command.words().len(), 3);
    assert_eq!(process.ports.map(|ports| (ports.first, ports.last)), Some((9100, 9199)));
    assert_eq!(process.environment.variables().len(), 1);
    assert_eq!(process.stop_timeout.get(), Duration::from_secs(5));
    // Case 205: no limit is no limit.
    assert_eq!((local.scale_up_order, local.scale_down_order, local.max_instances), (1, 1, None));
    assert_eq!((cloud.scale_up_order, cloud.scale_down_order, cloud.max_instances), (2, 0, Some(10)));
    assert_eq!((cloud.call_timeout, cloud.attempts), (Duration::from_secs(10), 4));
    let ProviderKind::Ec2(ec2) = &cloud.kind else { panic!("{cloud:?}") };
    assert_eq!(ec2.security_groups.iter().map(Word::as_str).collect::<Vec<_>>(), ["sg-1", "sg-2"]);
    assert_eq!(ec2.tags.get().get("team").map(String::as_str), Some("shop"));
    assert!(matches!(own.kind, ProviderKind::Webhook(_)) && matches!(trial.kind, ProviderKind::DryRun));
}

#[test]
fn containers_and_workloads_are_read() {
    let text = r#"
[[iaas]]
name = "box"
kind = "docker"
[iaas.docker]
image = "registry.example:5000/shop:1"
http_port = 8080
publish = true

[[iaas]]
name = "cluster"
kind = "kubernetes"
[iaas.kubernetes]
workloads = { "shop.example/worker" = "deployment/shop-worker", "shop.example" = "statefulset/shop" }
"#;
    let providers = file(text).loaded().settings.providers;
    let [docker, kubernetes] = providers.as_slice() else { panic!("two providers") };
    let ProviderKind::Docker(docker) = &docker.kind else { panic!("{docker:?}") };
    assert_eq!(docker.image.as_ref().map(Word::as_str), Some("registry.example:5000/shop:1"));
    assert_eq!(docker.socket.to_str(), Some("/var/run/docker.sock"));
    let ProviderKind::Kubernetes(kubernetes) = &kubernetes.kind else { panic!("{kubernetes:?}") };
    let workloads: Vec<_> =
        kubernetes.workloads.get().iter().map(|(cluster, one)| format!("{cluster}: {one}")).collect();
    assert_eq!(workloads, ["shop.example: statefulset/shop", "shop.example/worker: deployment/shop-worker"]);
}

#[test]
fn what_the_file_says_of_providers_is_shown_with_its_place() {
    let explained = file(FOUR).loaded().explain();
    let lines: Vec<String> =
        explained.iter().map(|line| format!("{} = {} # {}", line.key, line.value, line.origin)).collect();
    for expected in [
        "iaas[1].process.environment = SHOP_CLUSTER={domain}/{sub_domain} # sinew.toml:8:1",
        "iaas[2].ec2.security_groups = sg-1,sg-2 # sinew.toml:20:19",
        "iaas[3].webhook.secret = file:/run/secrets/launcher # sinew.toml:28:10",
        "iaas[4].kind = dry_run # sinew.toml:32:8",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected} is not in {lines:#?}");
    }
}

#[test]
fn wrong_providers_are_reported_with_their_places() {
    let text = r#"
[[iaas]]
kind = "dry_run"

[[iaas]]
name = "local"
kind = "proces"

[[iaas]]
name = "local"
[iaas.process]
command = ["shop", "--port={prot}"]
ports = "9199-9100"

[[iaas]]
name = "local"

[[iaas]]
name = "one"
[iaas.process]
command = ["shop"]
ports = "9100-9199"

[[iaas]]
name = "one"
kind = "dry_run"

[[iaas]]
name = "two"
[iaas.process]
command = ["shop"]
ports = "9150-9250"
state_directory = "elsewhere"

[[iaas]]
name = "three"
[iaas.process]
command = ["shop"]
ports = "9300-9400"

[[iaas]]
name = "four"
kind = "webhook"
[iaas.webhook]
url = "https://user@host/?query"
secret = "hunter2"
sceret = ""

[[iaas]]
name = "five"
kind = "webhook"
[iaas.webhook]
url = "https://host"

[[iaas]]
name = "six"
kind = "ec2"
first_pause = "20s"
[iaas.process]
command = ["shop"]

[[iaas]]
name = "seven"
kind = "ec2"
first_pause = "20s"

[[iaas]]
name = "eight"
kind = "ec2"
[iaas.ec2]
access_key_id = "AKIA"

[[iaas]]
name = "nine"
kind = "ec2"
[iaas.ec2]
tags = { "elb:owner" = "me" }

[[iaas]]
name = "ten"
kind = "docker"
[iaas.docker]
labels = { "sinew.owner" = "me" }

[[iaas]]
name = "eleven"
kind = "docker"
[iaas.docker]
publish = true

[[iaas]]
name = "twelve"
kind = "kubernetes"

[[iaas]]
name = "thirteen"
kind = "kubernetes"
[iaas.kubernetes]
workloads = { "shop" = "pod/shop" }

[[iaas]]
name = "fourteen"
kind = "kubernetes"
[iaas.kubernetes]
workloads = { "a" = "deployment/shop", "b" = "deployment/shop" }

[[iaas]]
name = "fifteen"
kind = "kubernetes"
[iaas.kubernetes]
workloads = { "a" = "deployment/shop" }
url = "http://127.0.0.1:8001"
context = "there"
"#;
    insta::assert_snapshot!(file(text).problems());
}
