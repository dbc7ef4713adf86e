//! Cases 83 to 86, and hardening.md §2 row 25.

use std::net::IpAddr;

use proptest::prelude::*;

use sinew_core::config::balancer::Networks;

use super::*;
use crate::transport::http::server::Scheme;

const NAMES: [&str; 5] =
    ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "forwarded"];

fn client(host: &HeaderValue) -> ClientSide<'_> {
    ClientSide { address: [192, 0, 2, 9].into(), scheme: Scheme::Http, host: Some(host), port: 8280 }
}

/// The five headers after rewriting, their lines joined with `|`.
fn rewritten(received: &[(&str, &str)], policy: &ForwardedPolicy) -> [String; 5] {
    let host = HeaderValue::from_static("shop.example.org:8280");
    let mut message = headers(received);
    let forwarded = ForwardedHeaders::new(&message, &client(&host), policy);
    forwarded.clone().write(&mut message);
    let once = message.clone();
    forwarded.write(&mut message);
    assert_eq!(message, once, "case 85: a second attempt has the same headers");
    NAMES.map(|name| lines(&message, name).join("|"))
}

fn trusting(ranges: &[&str]) -> ForwardedPolicy {
    let trusted = ranges.join(",").parse::<Networks>().expect("ranges");
    ForwardedPolicy { trusted: Some(trusted), ..ForwardedPolicy::default() }
}

#[test]
fn cases_083_to_085_the_client_is_appended_once() {
    let default = ForwardedPolicy::default();
    for (case, received, expected) in [
        (83, vec![], "192.0.2.9"),
        (84, vec![("x-forwarded-for", "198.51.100.7")], "198.51.100.7,192.0.2.9"),
        (84, vec![("x-forwarded-for", "")], "192.0.2.9"),
        (84, vec![("x-forwarded-for", "a"), ("x-forwarded-for", "b")], "a,b,192.0.2.9"),
    ] {
        assert_eq!(rewritten(&received, &default)[0], expected, "case {case}");
    }
}

#[test]
fn case_086_other_headers_pass() {
    let lines_before =
        [("x-originating-ip", "203.0.113.1"), ("x-ip", "203.0.113.2"), ("x-originating-ip", "203.0.113.3")];
    let host = HeaderValue::from_static("shop.example.org");
    let mut message = headers(&lines_before);
    let policy = ForwardedPolicy { forwarded: true, ..trusting(&[]) };
    ForwardedHeaders::new(&message, &client(&host), &policy).write(&mut message);
    assert_eq!(lines(&message, "x-originating-ip"), ["203.0.113.1", "203.0.113.3"]);
    assert_eq!(lines(&message, "x-ip"), ["203.0.113.2"]);
}

/// Row 25: by peer and policy.
#[test]
fn row_25_only_trusted_peers_are_believed() {
    let forged = [
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-host", "evil.test"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "443"),
        ("forwarded", "for=198.51.100.7"),
    ];
    let both = |policy: ForwardedPolicy| ForwardedPolicy { forwarded: true, ..policy };
    let own = ["192.0.2.9", "shop.example.org:8280", "http", "8280", ""];
    let own_element = "for=192.0.2.9;host=\"shop.example.org:8280\";proto=http";
    let appended = format!("for=198.51.100.7, {own_element}");
    let off = ForwardedPolicy { x_forwarded: false, ..ForwardedPolicy::default() };
    let off_and_strict = ForwardedPolicy { x_forwarded: false, ..trusting(&[]) };
    let chain = "198.51.100.7,192.0.2.9";
    let kept = ["evil.test", "https", "443"];
    let [_, host, scheme, port, _] = own;
    for (name, policy, received, expected) in [
        (
            "nobody said",
            ForwardedPolicy::default(),
            &forged[..],
            [chain, host, scheme, port, "for=198.51.100.7"],
        ),
        ("nobody said", both(ForwardedPolicy::default()), &forged, [chain, host, scheme, port, &appended]),
        (
            "nobody said, nothing came",
            both(ForwardedPolicy::default()),
            &[],
            [own[0], host, scheme, port, own_element],
        ),
        (
            "trusted",
            trusting(&["192.0.2.0/24"]),
            &forged,
            [chain, kept[0], kept[1], kept[2], "for=198.51.100.7"],
        ),
        ("trusted, nothing came", trusting(&["192.0.2.0/24"]), &[], own),
        ("a stranger", trusting(&["10.0.0.0/8"]), &forged, own),
        ("a stranger", both(trusting(&["10.0.0.0/8"])), &forged, [own[0], host, scheme, port, own_element]),
        ("there are no proxies", trusting(&[]), &forged, own),
        ("as the original", off.clone(), &forged, [chain, kept[0], kept[1], kept[2], "for=198.51.100.7"]),
        ("as the original", off, &[], [own[0], "", "", "", ""]),
        ("off, a stranger", off_and_strict, &forged, [own[0], "", "", "", ""]),
    ] {
        assert_eq!(rewritten(received, &policy), expected, "{name}");
    }
}

#[test]
fn addresses_and_hosts_that_are_written_differently() {
    let policy = ForwardedPolicy { forwarded: true, ..ForwardedPolicy::default() };
    let made = |address: &str, host: Option<&HeaderValue>| {
        let mut message = headers(&[("x-forwarded-host", "evil.test")]);
        let address: IpAddr = address.parse().expect("an address");
        let client = ClientSide { address, scheme: Scheme::Https, host, port: 8243 };
        ForwardedHeaders::new(&message, &client, &policy).write(&mut message);
        NAMES.map(|name| lines(&message, name).join("|"))
    };
    let host = HeaderValue::from_static("shop.example.org");
    assert_eq!(
        made("2001:db8::9", Some(&host)),
        [
            "2001:db8::9",
            "shop.example.org",
            "https",
            "8243",
            "for=\"[2001:db8::9]\";host=\"shop.example.org\";proto=https"
        ]
    );
    assert_eq!(
        made("::ffff:192.0.2.9", None),
        ["192.0.2.9", "", "https", "8243", "for=192.0.2.9;proto=https"]
    );
    let quote = HeaderValue::from_static("a\";for=evil");
    assert_eq!(made("192.0.2.9", Some(&quote))[4], "for=192.0.2.9;proto=https");
}

#[test]
fn the_client_is_the_last_address_that_no_trusted_proxy_has() {
    let trusted = "10.0.0.0/8,2001:db8::/32".parse::<Networks>().expect("ranges");
    for (peer, received, expected) in [
        ("192.0.2.9", vec!["198.51.100.7"], "192.0.2.9"),
        ("10.0.0.1", vec![], "10.0.0.1"),
        ("10.0.0.1", vec!["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", vec!["203.0.113.1, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", vec!["198.51.100.7,10.0.0.2 , 10.0.0.3"], "198.51.100.7"),
        ("10.0.0.1", vec!["198.51.100.7", "10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", vec!["10.0.0.3,10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", vec!["unknown,10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", vec!["198.51.100.7:1234"], "198.51.100.7"),
        ("10.0.0.1", vec!["[2001:db9::1]:1234"], "2001:db9::1"),
        ("10.0.0.1", vec!["[2001:db9::1]"], "2001:db9::1"),
        ("::ffff:10.0.0.1", vec!["::ffff:198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", vec!["198.51.100.7,"], "10.0.0.1"),
    ] {
        let received: Vec<_> = received.into_iter().map(|line| ("x-forwarded-for", line)).collect();
        let found = client_address(&headers(&received), peer.parse().expect(peer), &trusted);
        assert_eq!(found.to_string(), expected, "{peer} {received:?}");
    }
}

proptest! {
    /// Whatever a client sends, the last entry is its address, and every value is valid.
    #[test]
    fn our_entry_is_the_last(values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..12), 0..4)) {
        let mut received = HeaderMap::new();
        for value in &values {
            for name in NAMES {
                if let Ok(value) = HeaderValue::from_bytes(value) {
                    received.append(HeaderName::from_static(name), value);
                }
            }
        }
        let host = received.get("x-forwarded-host").cloned();
        let client = ClientSide { address: [192, 0, 2, 9].into(), scheme: Scheme::Http, host: host.as_ref(), port: 80 };
        for policy in [ForwardedPolicy { forwarded: true, ..ForwardedPolicy::default() }, trusting(&[])] {
            let mut message = received.clone();
            ForwardedHeaders::new(&received, &client, &policy).write(&mut message);
            let list = message.get("x-forwarded-for").expect("a list").as_bytes();
            prop_assert!(list == b"192.0.2.9" || list.ends_with(b",192.0.2.9"));
            prop_assert_eq!(message.get_all("x-forwarded-for").iter().count(), 1);
            let trusted = "192.0.2.9".parse::<Networks>().expect("a range");
            let _ = client_address(&received, [192, 0, 2, 9].into(), &trusted);
        }
    }
}
