//! Names that members are looked up by, and announcements on the network.

use super::super::{HttpOrigin, Sources};
use super::file;

#[cfg(feature = "dns")]
const TWO: &str = r#"
[membership]
leave_grace = "1s"

[[membership.dns]]
cluster = "shop.a"
name = "shop.internal"
http_port = 9763

[[membership.dns]]
cluster = "shop.b/worker"
name = "_http._tcp.worker.internal."
record = "srv"
servers = ["10.0.0.2:53", "[::1]:5353"]
min_refresh = "1s"
max_refresh = "1s"
stale = "0s"
"#;

/// Without the feature they are refused.
#[cfg(feature = "dns")]
#[test]
fn names_are_read_with_their_defaults() {
    use super::super::DnsRecord;
    use std::time::Duration;
    let loaded = file(TWO).loaded();
    let [one, two] = &loaded.settings.membership.dns[..] else { panic!("two names") };
    assert_eq!((one.cluster.as_str(), one.name.as_str()), ("shop.a", "shop.internal"));
    assert_eq!((one.record, one.http_port, one.https_port), (DnsRecord::Address, Some(9763), None));
    let times = [one.min_refresh, one.max_refresh, one.stale].map(|time| time.as_secs());
    assert_eq!((times, one.servers.len()), ([5, 300, 300], 0));
    assert_eq!((two.record, two.http_port, two.srv_https), (DnsRecord::Srv, None, false));
    assert_eq!((two.servers[1].port(), two.stale), (5353, Duration::ZERO));
    assert_eq!(loaded.settings.membership.leave_grace.get(), Duration::from_secs(1));
    let explained: Vec<_> = loaded.explain().into_iter().map(|line| line.key).collect();
    assert!(explained.contains(&"membership.dns[2].servers".to_owned()), "{explained:?}");
}

#[test]
fn wrong_names_are_reported_with_their_places() {
    let text = r#"
[[membership.dns]]
name = "shop.internal"
http_port = 80

[[membership.dns]]
cluster = "shop"
http_port = 80

[[membership.dns]]
cluster = "shop"
name = "10.0.0.1"
http_port = 80

[[membership.dns]]
cluster = "shop"
name = "shop.internal"

[[membership.dns]]
cluster = "shop"
name = "_http._tcp.shop.internal"
record = "srv"
http_port = 80

[[membership.dns]]
cluster = "shop"
name = "shop.internal"
http_port = 80
srv_https = true

[[membership.dns]]
cluster = "shop"
name = "shop.internal"
http_port = 80
max_refresh = "1s"

[[membership.dns]]
cluster = "shop"
nmae = "shop.internal"
record = "mx"
servers = ["10.0.0.2"]
"#;
    insta::assert_snapshot!(file(text).problems());
    for text in ["[membership.dns]\ncluster = \"shop\"\n", "[membership]\ndns = 5\n"] {
        assert!(file(text).problems().contains("`membership.dns` is a list of tables"), "{text}");
    }
    assert!(file("membership = 5\n").problems().contains("`membership` is a table"));
}

#[test]
fn announcements_need_a_secret_and_a_group() {
    let open = |group: &str| Sources::default().set(&format!("membership.multicast.group={group}"));
    let safe = |group: &str| open(group).set("membership.multicast.secret=env:SECRET");
    assert!(open("239.255.76.67:7667").problems().contains("needs a `secret`"));
    assert_eq!(safe("239.255.76.67:7667").problems(), "");
    for group in ["10.0.0.1:7667", "[ff02::1]:7667", "239.255.76.67:0"] {
        assert!(safe(group).problems().contains("no multicast group"), "{group}");
    }
    let hasty = safe("239.255.76.67:7667").set("membership.multicast.drop_time=1s");
    assert!(hasty.problems().contains("two times `interval`"), "{}", hasty.problems());
}

#[test]
fn origins_are_host_and_port() {
    for (text, expected) in [
        ("http://lb:9192", Some(false)),
        ("https://[::1]:9192/", Some(true)),
        ("http://lb", None),
        ("lb:9192", None),
        ("ftp://lb:9192", None),
        ("http://u@lb:9192", None),
        ("http://lb:9192/members", None),
        ("http://lb:9192?x", None),
        ("http://lb:0", None),
        ("http://lb:65536", None),
        ("", None),
    ] {
        let origin = text.parse::<HttpOrigin>().ok();
        assert_eq!(origin.as_ref().map(HttpOrigin::is_encrypted), expected, "{text}");
    }
    let origin: HttpOrigin = "https://[::1]:9192/".parse().expect("an origin");
    assert_eq!(
        (origin.to_string().as_str(), origin.authority().as_str()),
        ("https://[::1]:9192", "[::1]:9192")
    );
    let long = format!("http://{}:80", "a".repeat(512));
    assert!(long.parse::<HttpOrigin>().is_err());
}
