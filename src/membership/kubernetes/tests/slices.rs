//! What is read of a slice, and what is left out.

use serde_json::{Value, json};

use super::super::slices::{Slice, Standing};
use super::{endpoint, ready, service, slice};

fn read(address_type: &str, endpoints: Vec<Value>) -> (Slice, Vec<&'static str>) {
    let mut refused = Vec::new();
    let slice = Slice::read(&slice(address_type, endpoints), &service(), |reason| refused.push(reason));
    (slice, refused)
}

#[test]
fn everything_that_counts_is_read() {
    let mut whole = endpoint("10.1.0.4", "api-1", ready());
    whole["zone"] = json!("eu-1a");
    whole["nodeName"] = json!("node-1");
    whole["addresses"] = json!(["10.1.0.4", "10.1.0.5"]);
    whole["hints"] = json!({ "forZones": [{ "name": "eu-1a" }] });
    let (slice, refused) = read("IPv4", vec![whole]);
    let [endpoint] = slice.0.as_slice() else { panic!("one endpoint: {slice:?}") };
    assert_eq!(endpoint.address.to_string(), "10.1.0.4", "others have no meaning");
    assert_eq!((endpoint.http_port, endpoint.https_port), (Some(8080), None));
    assert_eq!(endpoint.standing, Standing::Ready);
    assert_eq!((endpoint.zone.as_deref(), endpoint.node.as_deref()), (Some("eu-1a"), Some("node-1")));
    let target = endpoint.target.as_ref().expect("a pod");
    assert_eq!((&*target.name, target.uid.as_deref()), ("api-1", Some("uid-of-api-1")));
    assert!(refused.is_empty());
}

/// API of `discovery.k8s.io/v1`, EndpointConditions: nil is true for `ready` and `serving`, false for `terminating`.
#[test]
fn conditions_say_how_far_an_endpoint_is() {
    let rows = [
        (Value::Null, Standing::Ready),
        (json!({}), Standing::Ready),
        (json!({ "ready": true }), Standing::Ready),
        (json!({ "ready": true, "serving": true, "terminating": false }), Standing::Ready),
        // A service with publishNotReadyAddresses.
        (json!({ "ready": true, "serving": false, "terminating": true }), Standing::Ready),
        (json!({ "ready": false }), Standing::Unready),
        (json!({ "ready": false, "serving": false, "terminating": false }), Standing::Unready),
        (json!({ "ready": false, "serving": true, "terminating": true }), Standing::Terminating),
        (json!({ "ready": false, "serving": false, "terminating": true }), Standing::Terminating),
        (json!({ "ready": false, "terminating": true }), Standing::Terminating),
    ];
    for (conditions, expected) in rows {
        let (slice, _) = read("IPv4", vec![endpoint("10.1.0.4", "api-1", conditions.clone())]);
        assert_eq!(slice.0[0].standing, expected, "{conditions}");
    }
}

#[test]
fn ports_are_named_or_numbers() {
    let http = |port: &str| {
        let mut service = service();
        service.http_port = Some(port.parse().expect("a port"));
        let mut refused = Vec::new();
        let slice = slice("IPv4", vec![endpoint("10.1.0.4", "api-1", ready())]);
        let read = Slice::read(&slice, &service, |reason| refused.push(reason));
        (read.0.first().and_then(|endpoint| endpoint.http_port), refused)
    };
    assert_eq!(http("http"), (Some(8080), vec![]), "that for TCP");
    assert_eq!(http("https"), (Some(8443), vec![]));
    assert_eq!(http("9763"), (Some(9763), vec![]), "whatever the slice says");
    assert_eq!(http("metrics"), (None, vec!["port"]));
    let nothing = slice("IPv4", vec![]);
    let mut service = service();
    service.http_port = Some("metrics".parse().expect("a port"));
    assert_eq!(Slice::read(&nothing, &service, |reason| panic!("{reason}")), Slice::default());
    for number in [json!(null), json!(0), json!(-1), json!(65_536)] {
        let mut slice = slice("IPv4", vec![endpoint("10.1.0.4", "api-1", ready())]);
        for port in slice.ports.iter_mut().flatten() {
            port.port = serde_json::from_value(number.clone()).expect("a number");
        }
        let mut refused = Vec::new();
        let read = Slice::read(&slice, &super::service(), |reason| refused.push(reason));
        assert_eq!((read, refused), (Slice::default(), vec!["port"]), "{number}");
    }
}

/// Whoever may write slices can write anything into them.
#[test]
fn what_cannot_be_a_member_is_left_out() {
    let rows = [
        ("IPv4", "10.1.0.4", None),
        ("IPv6", "fd00::4", None),
        ("IPv4", "fd00::4", Some("address")),
        ("IPv6", "10.1.0.4", Some("address")),
        ("IPv4", "0.0.0.0", Some("address")),
        ("IPv4", "224.0.0.4", Some("address")),
        ("IPv6", "::", Some("address")),
        ("IPv6", "ff02::1", Some("address")),
        ("IPv4", "api.example", Some("address")),
        ("IPv4", "10.1.0.4:80", Some("address")),
        ("IPv4", "", Some("address")),
        ("FQDN", "api.example", Some("address_type")),
        ("FQDN", "10.1.0.4", Some("address_type")),
        ("", "10.1.0.4", Some("address_type")),
    ];
    for (address_type, address, reason) in rows {
        let good = match address_type {
            "IPv6" => "fd00::9",
            _ => "10.1.0.9",
        };
        let endpoints = vec![endpoint(address, "api-1", ready()), endpoint(good, "api-2", ready())];
        let (slice, refused) = read(address_type, endpoints);
        let of_the_first: Vec<_> = refused.first().copied().into_iter().collect();
        assert_eq!(of_the_first, reason.into_iter().collect::<Vec<_>>(), "{address_type} {address}");
        let is_known = slice.0.iter().any(|endpoint| endpoint.address.to_string() == address);
        assert_eq!(is_known, reason.is_none(), "{address_type} {address}");
        if matches!(address_type, "IPv4" | "IPv6") {
            assert!(slice.0.iter().any(|endpoint| endpoint.address.to_string() == good), "others are taken");
        }
    }
    let (slice, refused) =
        read("IPv4", vec![json!({ "addresses": [] }), json!({ "addresses": ["10.1.0.4"] })]);
    assert_eq!((slice.0.len(), refused), (1, vec!["address"]));
}

#[test]
fn words_that_are_none_are_dropped() {
    let mut strange = endpoint("10.1.0.4", "a\u{7}b", ready());
    strange["zone"] = json!("eu 1");
    strange["nodeName"] = json!("n".repeat(254));
    let (slice, _) = read("IPv4", vec![strange]);
    let endpoint = &slice.0[0];
    assert_eq!((&endpoint.zone, &endpoint.node, &endpoint.target), (&None, &None, &None));
}
