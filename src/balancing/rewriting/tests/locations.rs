//! Cases 88 to 98, and what §2.8 says besides.

use http::Uri;
use proptest::prelude::*;

use super::*;
use crate::balancing::resolution::RequestHost;
use crate::transport::http::server::Scheme;

const LISTEN: ListenPorts = ListenPorts { http: Some(8280), https: Some(8243) };

/// What becomes of a header with the members of F1's shop.c (HTTP on 9763, HTTPS on 9443), at 10.0.0.5.
fn rewritten(name: &str, value: &[u8], scheme: Scheme, host: &str, listen: ListenPorts) -> Vec<u8> {
    let cluster =
        KnownHosts::new(["10.0.3.1", "10.0.3.2", "10.0.3.3", "203.0.113.5", "c1.internal", "2001:db8::1"]);
    let own = KnownHosts::new(["10.0.0.5"]);
    let host = RequestHost::parse(host.as_bytes()).expect("a host");
    let member_port = match scheme {
        Scheme::Http => Some(9763),
        Scheme::Https => Some(9443),
    };
    let redirect = Redirect {
        scheme,
        host: &host,
        mapped_to: Some("shop.internal"),
        listen,
        member_port,
        known: &[&cluster, &own],
    };
    let mut headers = HeaderMap::new();
    let name: HeaderName = name.parse().expect("a header name");
    headers.insert(name.clone(), HeaderValue::from_bytes(value).expect("a header value"));
    rewrite_locations(&mut headers, &redirect);
    headers.get(name).expect("the header").as_bytes().to_vec()
}

fn location(value: &str, scheme: Scheme, host: &str) -> String {
    let new = rewritten("location", value.as_bytes(), scheme, host, LISTEN);
    String::from_utf8(new).expect("text")
}

#[test]
fn cases_088_and_090_to_098_native() {
    let public = "shop.example.org:8280";
    for (case, host, value, expected) in [
        (88, public, "http://10.0.0.5:8280/services/", "http://shop.example.org:8280/services/"),
        (90, "shop.example.org", "http://shop.example.org:9763/x", "http://shop.example.org/x"),
        (91, public, "http://shop.example.org:9763/x", "http://shop.example.org:8280/x"),
        (92, public, "https://shop.example.org:9443/x", "https://shop.example.org:8243/x"),
        (93, public, "http://10.0.3.1:9763/x", "http://shop.example.org:8280/x"),
        (94, public, "https://login.other.test/x", "https://login.other.test/x"),
        (95, public, "/relative", "/relative"),
        (96, public, "http://h:8280/a?u=http://x:9/", "http://h:8280/a?u=http://x:9/"),
        (97, public, "HTTPS://10.0.0.5:8243/y", "https://shop.example.org:8243/y"),
        (98, public, "http://10.0.3.1:9763/items/5", "http://shop.example.org:8280/items/5"),
    ] {
        assert_eq!(location(value, Scheme::Http, host), expected, "case {case}");
    }
}

#[test]
fn hosts_that_are_known() {
    for (value, expected) in [
        ("http://10.0.3.2:9763/x", "http://Shop.example.org:8280/x"),
        ("http://10.0.3.1/x", "http://Shop.example.org:8280/x"),
        ("http://203.0.113.5:9763", "http://Shop.example.org:8280"),
        ("http://C1.Internal.:9763/x", "http://Shop.example.org:8280/x"),
        ("http://[2001:DB8:0::1]:9763/x", "http://Shop.example.org:8280/x"),
        ("http://shop.internal:9763/x", "http://Shop.example.org:8280/x"),
        ("http://SHOP.EXAMPLE.ORG/x", "http://Shop.example.org:8280/x"),
        ("http://10.0.3.1:9763?a=b:c/d#e", "http://Shop.example.org:8280?a=b:c/d#e"),
        ("http://10.0.3.1:9763#e", "http://Shop.example.org:8280#e"),
    ] {
        assert_eq!(location(value, Scheme::Http, "Shop.example.org:8280"), expected);
    }
}

#[test]
fn what_is_no_address_of_ours_is_unchanged() {
    for value in [
        "",
        "http://",
        "http:///x",
        "http:/10.0.3.1:9763/x",
        "//10.0.3.1:9763/x",
        "ftp://10.0.3.1:9763/x",
        "http://user@10.0.3.1:9763/x",
        "http://10.0.3.1:9763@evil.test/x",
        "http://10.0.3.1\\@evil.test/x",
        "http://10.0.3.1:port/x",
        "http://10.0.3.1:/x",
        "http://10.0.3.10:9763/x",
        "http://a.10.0.3.1:9763/x",
        "http://eu.shop.example.org:9763/x",
        "http://[::1/x",
    ] {
        assert_eq!(location(value, Scheme::Http, "shop.example.org:8280"), value);
    }
}

/// §2.8: the client's scheme when the port is the member's for it, else the one written, with our port for it.
#[test]
fn schemes_and_ports() {
    let https = "https://shop.example.org";
    let at = |http: u16, https: u16| ListenPorts { http: Some(http), https: Some(https) };
    let plain_only = ListenPorts { http: Some(8280), https: None };
    for (name, scheme, host, listen, value, expected) in [
        (
            "member believes in plain",
            Scheme::Https,
            "shop.example.org:8243",
            LISTEN,
            "http://10.0.3.1:9443/x",
            "https://shop.example.org:8243/x",
        ),
        (
            "redirect to plain",
            Scheme::Https,
            "shop.example.org:8243",
            LISTEN,
            "http://10.0.3.1:9763/x",
            "http://shop.example.org:8280/x",
        ),
        (
            "redirect to TLS on default ports",
            Scheme::Http,
            "shop.example.org",
            at(80, 443),
            "https://10.0.3.1:9443/x",
            "https://shop.example.org/x",
        ),
        (
            "default port of the other scheme",
            Scheme::Http,
            "shop.example.org:8280",
            at(8280, 443),
            "https://10.0.3.1:9443/x",
            "https://shop.example.org/x",
        ),
        (
            "other port of the other scheme",
            Scheme::Http,
            "shop.example.org",
            at(80, 8243),
            "https://10.0.3.1:9443/x",
            "https://shop.example.org:8243/x",
        ),
        (
            "somebody forwards default ports",
            Scheme::Http,
            "shop.example.org",
            LISTEN,
            "https://shop.example.org/x",
            "https://shop.example.org/x",
        ),
        (
            "no listener for TLS",
            Scheme::Http,
            "shop.example.org:8280",
            plain_only,
            "https://10.0.3.1:9443/x",
            "https://10.0.3.1:9443/x",
        ),
        (
            "IPv6 in front",
            Scheme::Http,
            "[2001:db8::5]:8280",
            LISTEN,
            "https://10.0.3.1:9443/x",
            "https://[2001:db8::5]:8243/x",
        ),
    ] {
        let new = rewritten("location", value.as_bytes(), scheme, host, listen);
        assert_eq!(String::from_utf8_lossy(&new), expected, "{name}");
    }
    assert_eq!(location(&format!("{https}:9443/x"), Scheme::Https, "shop.example.org"), format!("{https}/x"));
}

#[test]
fn other_headers_with_addresses() {
    for (name, value, expected) in [
        ("content-location", "http://10.0.3.1:9763/a", "http://shop.example.org:8280/a"),
        ("refresh", "5; url=http://10.0.3.1:9763/a?b;c", "5; url=http://shop.example.org:8280/a?b;c"),
        ("refresh", "5;URL = 'http://10.0.3.1:9763/a' ;x", "5;URL = 'http://shop.example.org:8280/a' ;x"),
        ("refresh", "0, url=\"http://10.0.3.1:9763/a", "0, url=\"http://shop.example.org:8280/a"),
        ("refresh", "5; http://10.0.3.1:9763/a", "5; http://shop.example.org:8280/a"),
        ("refresh", "5", "5"),
        ("refresh", "5; url=", "5; url="),
        ("refresh", "5; url=/a", "5; url=/a"),
        ("refresh", "5; url=\"", "5; url=\""),
        ("link", "<http://10.0.3.1:9763/a>", "<http://10.0.3.1:9763/a>"),
    ] {
        let new = rewritten(name, value.as_bytes(), Scheme::Http, "shop.example.org:8280", LISTEN);
        assert_eq!(String::from_utf8_lossy(&new), expected, "{name}");
    }
}

/// Bytes of any kind, and more often those that addresses are made of.
fn any_value() -> impl Strategy<Value = Vec<u8>> {
    let address = prop::sample::select(b"http://10.0.3.1:9763/@?#\\[]%".to_vec());
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        prop::collection::vec(address, 0..40),
        prop::collection::vec(prop::sample::select(b"/:@.?#\\x0".to_vec()), 0..6),
    ]
}

proptest! {
    /// Any value of a member stays what it is, or leads to the client's host with the same path.
    #[test]
    fn a_rewritten_location_leads_to_the_clients_host(
        value in any_value(),
        prefix in prop::sample::select(vec![
            "", "http://10.0.3.1", "https://10.0.3.1:9443", "http://shop.example.org", "5;url=http://10.0.3.1",
        ]),
        name in prop::sample::select(vec!["location", "content-location", "refresh"]),
        https in any::<bool>(),
    ) {
        let value = [prefix.as_bytes(), &value].concat();
        prop_assume!(HeaderValue::from_bytes(&value).is_ok());
        let scheme = if https { Scheme::Https } else { Scheme::Http };
        let new = rewritten(name, &value, scheme, "shop.example.org:8280", LISTEN);
        if new != value {
            let ours = ["http://shop.example.org:8280", "https://shop.example.org:8243", "https://shop.example.org:8280"];
            let rests = ours.iter().filter_map(|ours| {
                let at = memchr::memmem::find(&new, ours.as_bytes())?;
                may_start_at(name, at).then(|| new[at + ours.len()..].to_vec())
            });
            let rest = rests.min_by_key(Vec::len).expect("an address of ours");
            prop_assert!(rest.first().is_none_or(|first| b"/?#\"'".contains(first)), "{:?}", rest);
            prop_assert!(value.ends_with(&rest));
            if let (Ok(address), true) = (Uri::try_from(&*new), name != "refresh") {
                prop_assert_eq!(address.host(), Some("shop.example.org"));
            }
        }
    }
}

/// Only in `Refresh` does something stand in front of the address.
fn may_start_at(name: &str, at: usize) -> bool {
    name == "refresh" || at == 0
}
