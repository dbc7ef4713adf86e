//! Spellings of hosts (W12, hardening.md §2 row 26), and the table.

use std::borrow::Cow;
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::transport::http::server::Scheme;

#[test]
fn hosts_have_one_spelling() {
    for (written, name, port) in [
        ("shop.example.org", "shop.example.org", None),
        ("SHOP.Example.ORG:8280", "shop.example.org", Some(8280)),
        ("shop.example.org.", "shop.example.org", None),
        ("shop.example.org.:80", "shop.example.org", Some(80)),
        ("localhost", "localhost", None),
        ("10.0.0.5:65535", "10.0.0.5", Some(65535)),
        ("a_b-c~d.test", "a_b-c~d.test", None),
        ("[2001:db8::1]:8280", "[2001:db8::1]", Some(8280)),
        ("[2001:DB8:0:0::1]", "[2001:db8::1]", None),
        ("[::1]", "[::1]", None),
    ] {
        let host = RequestHost::parse(written.as_bytes()).expect(written);
        assert_eq!((host.name(), host.port(), host.as_written()), (name, port, written), "{written}");
    }
}

#[test]
fn what_is_no_host_says_why() {
    for (written, error) in [
        ("", HostError::Missing),
        (":80", HostError::Missing),
        (".", HostError::Name),
        ("a..b", HostError::Name),
        ("a..", HostError::Name),
        (".a", HostError::Name),
        ("a b", HostError::Name),
        ("user@a", HostError::Name),
        ("a/x", HostError::Name),
        ("a,b", HostError::Name),
        ("a%2eb", HostError::Name),
        ("caf\u{e9}.test", HostError::Name),
        ("2001:db8::1", HostError::Port),
        ("[2001:db8::1", HostError::Name),
        ("[2001:db8::1]x", HostError::Name),
        ("[::1%25eth0]", HostError::Name),
        ("[shop]", HostError::Name),
        ("[]", HostError::Name),
        ("a:", HostError::Port),
        ("a:http", HostError::Port),
        ("a:+80", HostError::Port),
        ("a:-1", HostError::Port),
        ("a:65536", HostError::Port),
        ("a:000080", HostError::Port),
        ("a:80:80", HostError::Port),
    ] {
        assert_eq!(RequestHost::parse(written.as_bytes()), Err(error), "{written}");
    }
    assert_eq!(RequestHost::parse(b"\xff"), Err(HostError::Name));
    let long = "a.".repeat(126) + "ab";
    assert_eq!(RequestHost::parse(long.as_bytes()), Err(HostError::TooLong), "254 bytes");
    assert!(RequestHost::parse(&long.as_bytes()[1..]).is_err(), "a dot in front");
    assert!(RequestHost::parse(&long.as_bytes()[2..]).is_ok(), "252 bytes");
}

/// The usual host costs no copy: its name is a part of the header.
#[test]
fn a_host_in_lower_case_is_borrowed() {
    for written in ["shop.example.org:8280", "shop.example.org.", "[2001:db8::1]:80"] {
        let host = RequestHost::parse(written.as_bytes()).expect(written);
        assert_eq!(host.name().as_ptr(), written.as_ptr(), "{written}");
    }
}

/// §2.6: the port in the Host header, else 80 or 443.
#[test]
fn the_incoming_port() {
    let port = |host: &str, scheme| RequestHost::parse(host.as_bytes()).expect(host).port_or_default(scheme);
    assert_eq!(port("esb.example.org:8280", Scheme::Http), 8280);
    assert_eq!(port("esb.example.org:80", Scheme::Http), 80);
    assert_eq!(port("esb.example.org", Scheme::Http), 80);
    assert_eq!(port("esb.example.org", Scheme::Https), 443);
}

#[test]
fn hosts_of_the_configuration() {
    assert_eq!(host_name("2001:DB8::1").as_deref(), Ok("[2001:db8::1]"));
    assert_eq!(host_name("[2001:db8::1]").as_deref(), Ok("[2001:db8::1]"));
    assert_eq!(host_name("Shop.Example.org.").as_deref(), Ok("shop.example.org"));
    assert_eq!(host_name("shop.example.org:80"), Err(HostError::HasPort));
    assert_eq!(host_name("http://shop"), Err(HostError::Name));

    let mut table = HostTable::new();
    table.insert("Shop.example.org", 1).expect("a new host");
    let again = table.insert("shop.EXAMPLE.org.", 2).expect_err("there already");
    assert_eq!(again, HostTableError::Duplicate("shop.example.org".to_owned()));
    let invalid = table.insert(" shop", 3).expect_err("no host");
    assert_eq!(invalid.to_string(), "\" shop\" cannot be a host: the host is not a name or an address");
    assert_eq!(table.find("shop.example.org"), Some(&1));
    assert_eq!(table.len(), 1);
}

/// An IPv6 address with dots in it has no labels.
#[test]
fn addresses_in_brackets_have_no_parents() {
    let mut table = HostTable::new();
    table.insert("4]", 0).expect_err("no host");
    table.insert("::ffff:1.2.3.4", 1).expect("an address");
    assert_eq!(table.find("[::ffff:1.2.3.4]"), Some(&1));
    assert_eq!(table.find("[::ffff:9.2.3.4]"), None);
}

/// The original's algorithm, on names in lower case: exact, then without the first label, and so on.
fn reference<'t>(table: &'t BTreeMap<String, usize>, host: &str) -> Option<&'t usize> {
    let labels: Vec<&str> = host.split('.').collect();
    (0..labels.len()).find_map(|dropped| table.get(&labels[dropped..].join(".")))
}

proptest! {
    #[test]
    fn any_bytes_are_a_host_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = RequestHost::parse(&bytes);
    }

    #[test]
    fn normalising_is_idempotent(written in "[A-Za-z0-9.:\\[\\]_-]{0,24}|(\\[[0-9A-Fa-f:]{2,20}\\]|[A-Z.]{1,9})(:[0-9]{1,6})?") {
        if let Ok(host) = RequestHost::parse(written.as_bytes()) {
            let again = RequestHost::parse(host.name().as_bytes()).expect("a normal name");
            prop_assert_eq!(again.name(), host.name());
            prop_assert_eq!(again.port(), None);
            let plain = host_name(host.name()).expect("a normal name");
            prop_assert_eq!(&*plain, host.name());
            prop_assert!(matches!(plain, Cow::Borrowed(_)) || host.name().starts_with('['));
        }
    }

    /// What the framing policy lets pass and what is a host here are the same, but for empty and endless names.
    #[test]
    fn a_target_authority_is_a_host(host in "[a-z0-9_~-]{1,8}(\\.[a-zA-Z0-9]{1,4}){0,4}\\.?(:[0-9]{1,4})?") {
        prop_assert!(RequestHost::parse(host.as_bytes()).is_ok());
    }

    #[test]
    fn look_up_equals_the_reference(
        keys in prop::collection::btree_set("[ab](\\.[ab]){0,3}", 0..6),
        hosts in prop::collection::vec("[ab](\\.[ab]){0,5}", 1..20),
    ) {
        let mut table = HostTable::new();
        let mut naive = BTreeMap::new();
        for (number, key) in keys.into_iter().enumerate() {
            table.insert(&key, number).expect("a new host");
            naive.insert(key, number);
        }
        for host in hosts {
            prop_assert_eq!(table.find(&host), reference(&naive, &host), "{}", host);
        }
    }
}
