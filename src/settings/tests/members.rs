//! Members that the file names.

use super::super::{ClusterName, HostName, StaticMember, ZoneName};
use super::file;

const TWO: &str = r#"
[[member]]
cluster = "shop.a.domain"
host = "10.0.1.1"
http_port = 9763

[[member]]
cluster = "shop.b.domain/worker"
host = "[::1]"
https_port = 9443
remote_host = "203.0.113.5"
weight = 2
permanent = true
active = false
zone = "eu-1"
[member.port_mappings]
8280 = 9000
"8243" = 9443
"#;

/// Case 222: what a static member says.
#[test]
fn case_222_members_are_read() {
    let members = file(TWO).loaded().settings.members;
    let [first, second] = members.as_slice() else { panic!("two members: {members:?}") };
    let StaticMember { http_port, https_port, weight, permanent, active, remote_host, zone, .. } = first;
    assert_eq!((first.cluster.as_str(), first.host.as_str()), ("shop.a.domain", "10.0.1.1"));
    assert_eq!((*http_port, *https_port, *weight), (Some(9763), None, 1));
    assert_eq!((*permanent, *active, remote_host, zone), (false, true, &None, &None));
    assert!(first.port_mappings.get().is_empty());
    assert_eq!((second.cluster.as_str(), second.host.as_str()), ("shop.b.domain/worker", "::1"));
    assert_eq!((second.http_port, second.https_port, second.weight), (None, Some(9443), 2));
    assert_eq!((second.permanent, second.active), (true, false));
    assert_eq!(second.remote_host.as_ref().map(HostName::as_str), Some("203.0.113.5"));
    assert_eq!(second.zone.as_ref().map(ZoneName::as_str), Some("eu-1"));
    assert_eq!(*second.port_mappings.get(), [(8243, 9443), (8280, 9000)].into());
}

#[test]
fn what_the_file_says_of_members_is_shown_with_its_place() {
    let explained = file(TWO).loaded().explain();
    let lines = explained.iter().filter(|line| line.key.starts_with("member["));
    let lines: Vec<String> =
        lines.map(|line| format!("{} = {} # {}", line.key, line.value, line.origin)).collect();
    assert_eq!(lines.len(), 3 + 9);
    for expected in [
        "member[1].cluster = shop.a.domain # sinew.toml:3:11",
        "member[2].port_mappings = 8243=9443,8280=9000 # sinew.toml:16:1",
        "member[2].weight = 2 # sinew.toml:12:10",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected} is not in {lines:#?}");
    }
}

#[test]
fn wrong_members_are_reported_with_their_places() {
    let text = r#"
[[member]]
cluster = "shop.a.domain"
host = "10.0.1.1:9763"
http_port = 70000
wieght = 2

[[member]]
host = "10.0.1.2"
http_port = 80

[[member]]
cluster = "shop.a.domain"
http_port = 80

[[member]]
cluster = "shop.a.domain"
host = "10.0.1.3"

[[member]]
cluster = "a/b/c"
host = "two words"
http_port = 80
remote_host = ""
zone = "a b"
weight = 0
port_mappings = { http = 9000 }

[[member]]
cluster = "shop.a.domain"
host = "10.0.1.4"
http_port = 80

[[member]]
cluster = "shop.a.domain"
host = "10.0.1.4"
http_port = 80
weight = 2
"#;
    insta::assert_snapshot!(file(text).problems());
}

#[test]
fn members_are_a_list() {
    insta::assert_snapshot!(file("[member]\ncluster = \"shop\"\n[[membre]]\nhost = \"h\"\n").problems());
    for text in ["member = 5\n", "member = [5]\n"] {
        assert!(file(text).problems().contains("`member` is a list of tables"), "{text}");
    }
    assert!(file("member = []\n").loaded().settings.members.is_empty());
    let inline = "member = [{ cluster = \"shop\", host = \"h\", http_port = 80 }]\n";
    assert_eq!(file(inline).loaded().settings.members.len(), 1);
}

#[test]
fn names_and_hosts_are_checked() {
    use super::super::value::Value;
    for (text, good) in [
        ("d", true),
        ("d/s", true),
        ("", false),
        ("/s", false),
        ("d/", false),
        ("a b", false),
        ("a/b/c", false),
    ] {
        assert_eq!(ClusterName::from_text(text).is_ok(), good, "{text}");
    }
    let rows = [
        ("10.0.0.1", Some("10.0.0.1")),
        ("app_1.example", Some("app_1.example")),
        ("::1", Some("::1")),
        ("[fe80::1]", Some("fe80::1")),
        ("h:80", None),
        ("[::1]:80", None),
        ("[host]", None),
        ("h/", None),
        ("u@h", None),
        ("", None),
        ("é", None),
    ];
    for (text, expected) in rows {
        assert_eq!(HostName::from_text(text).ok().as_ref().map(HostName::as_str), expected, "{text}");
    }
}

/// Where a Unix socket may be: no system takes longer paths.
#[test]
fn paths_of_sockets_are_short() {
    let path = format!("/{}", "a".repeat(102));
    let long = format!("{path}a");
    assert_eq!(file(&format!("[admin]\nsocket = \"{path}\"\n")).problems(), "");
    let problems = file(&format!("[admin]\nsocket = \"{long}\"\n")).problems();
    assert!(
        problems.contains("the path has 104 bytes") && problems.contains("sinew.toml:2:10"),
        "{problems}"
    );
}
