//! Services of Kubernetes that the file names.

use super::super::value::Value;
use super::super::{ApiUrl, LabelName, ServicePort};
use super::file;

#[cfg(feature = "kubernetes")]
const TWO: &str = r#"
[[membership.kubernetes]]
cluster = "shop.example"
service = "api"
http_port = "http"

[[membership.kubernetes]]
cluster = "shop.example/worker"
namespace = "batch"
service = "worker"
http_port = 9763
https_port = "9443"
kubeconfig = "/etc/sinew/kubeconfig"
context = "arn:aws:eks:eu-1:1:cluster/shop"
"#;

#[cfg(feature = "kubernetes")]
#[test]
fn services_are_read() {
    let services = file(TWO).loaded().settings.membership.kubernetes;
    let [first, second] = services.as_slice() else { panic!("two services: {services:?}") };
    assert_eq!((first.cluster.as_str(), first.service.as_str()), ("shop.example", "api"));
    assert_eq!((&first.namespace, &first.https_port, &first.url), (&None, &None, &None));
    assert!(matches!(&first.http_port, Some(ServicePort::Name(name)) if name.as_str() == "http"));
    assert_eq!(second.namespace.as_ref().map(LabelName::as_str), Some("batch"));
    assert_eq!(second.http_port, Some(ServicePort::Number(9763)));
    assert_eq!(second.https_port, Some(ServicePort::Number(9443)));
    let shown = file(TWO).loaded().explain();
    let line = shown.iter().find(|line| line.key == "membership.kubernetes[2].http_port").expect("a line");
    assert_eq!((line.value.as_str(), line.origin.to_string().as_str()), ("9763", "sinew.toml:11:13"));
}

#[test]
fn wrong_services_are_reported_with_their_places() {
    let text = r#"
[[membership.kubernetes]]
service = "api"
http_port = 80

[[membership.kubernetes]]
cluster = "shop.example"
http_port = 80

[[membership.kubernetes]]
cluster = "shop.example"
service = "api"

[[membership.kubernetes]]
cluster = "shop.example"
service = "api"
http_port = 80
url = "http://127.0.0.1:8001"
context = "shop"

[[membership.kubernetes]]
cluster = "shop.example"
service = "Api"
namespace = "a.b"
http_port = 70000
https_port = true
url = "127.0.0.1:8001"
servcie = "x"
"#;
    insta::assert_snapshot!(file(text).problems());
}

#[test]
fn values_are_checked() {
    let long = "a".repeat(64);
    let names = [
        ("a", true),
        ("shop-1", true),
        ("1a", true),
        ("", false),
        ("-a", false),
        ("a-", false),
        ("A", false),
        ("a.b", false),
        ("a_b", false),
        (long.as_str(), false),
    ];
    for (text, good) in names {
        assert_eq!(LabelName::from_text(text).is_ok(), good, "{text}");
    }
    for (text, expected) in [("80", Some("80")), ("https-1", Some("https-1")), ("0", None), ("65536", None)] {
        assert_eq!(
            ServicePort::from_text(text).ok().map(|port| port.to_text()).as_deref(),
            expected,
            "{text}"
        );
    }
    let urls = [
        ("http://127.0.0.1:8001", true),
        ("https://rancher.example/k8s/clusters/c-1", true),
        ("https://[::1]:6443", true),
        ("ftp://h", false),
        ("http://", false),
        ("h:1", false),
        ("/x", false),
        ("http://u:p@h", false),
        ("http://h/?x", false),
    ];
    for (text, good) in urls {
        assert_eq!(ApiUrl::from_text(text).is_ok(), good, "{text}");
    }
}
