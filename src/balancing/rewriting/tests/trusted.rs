//! Ranges of addresses.

use proptest::prelude::*;

use super::*;

#[test]
fn addresses_are_in_their_networks() {
    let trusted =
        TrustedProxies::parse(["10.0.0.0/8", "192.0.2.7", "198.51.100.128/25", "2001:db8::/32", " ::1 "])
            .expect("ranges");
    for (address, inside) in [
        ("10.255.255.255", true),
        ("11.0.0.0", false),
        ("9.255.255.255", false),
        ("192.0.2.7", true),
        ("192.0.2.6", false),
        ("198.51.100.127", false),
        ("198.51.100.128", true),
        ("::ffff:10.1.2.3", true),
        ("::10.1.2.3", false),
        ("2001:db8:ffff::1", true),
        ("2001:db9::1", false),
        ("::1", true),
        ("::2", false),
    ] {
        assert_eq!(trusted.contains(address.parse().expect(address)), inside, "{address}");
    }
    let all = TrustedProxies::parse(["0.0.0.0/0"]).expect("a range");
    assert!(all.contains([255, 1, 2, 3].into()));
    assert!(!all.contains("2001:db8::1".parse().expect("an address")));
    assert!(TrustedProxies::default().is_empty());
    assert!(!TrustedProxies::default().contains([127, 0, 0, 1].into()));
}

#[test]
fn ranges_that_are_none_say_why() {
    for (text, message) in [
        ("", "`` is neither an address nor a network such as 10.0.0.0/8"),
        ("proxy.test", "`proxy.test` is neither an address nor a network such as 10.0.0.0/8"),
        ("10.0.0/8", "`10.0.0/8` is neither an address nor a network such as 10.0.0.0/8"),
        ("10.0.0.0/33", "`10.0.0.0/33`: the prefix is not a number from 0 to 32"),
        ("10.0.0.0/", "`10.0.0.0/`: the prefix is not a number from 0 to 32"),
        ("10.0.0.0/+8", "`10.0.0.0/+8`: the prefix is not a number from 0 to 32"),
        ("::/129", "`::/129`: the prefix is not a number from 0 to 128"),
        ("10.0.0.5/8", "`10.0.0.5/8` is inside the network 10.0.0.0/8: write that, or the address alone"),
    ] {
        assert_eq!(TrustedProxies::parse([text]).expect_err(text).to_string(), message);
    }
}

proptest! {
    /// The bits in front of the prefix decide, and nothing else.
    #[test]
    fn a_network_is_its_first_bits(address: u32, other: u32, prefix in 0_u32..=32) {
        let bits = |number: u32| format!("{number:032b}")[..prefix as usize].to_owned();
        let first = (u64::from(address) >> (32 - prefix) << (32 - prefix)) as u32;
        let network = format!("{}/{prefix}", std::net::Ipv4Addr::from(first));
        let trusted = TrustedProxies::parse([network.as_str()]).expect("a range");
        let inside = trusted.contains(std::net::Ipv4Addr::from(other).into());
        prop_assert_eq!(inside, bits(address) == bits(other));
    }
}
