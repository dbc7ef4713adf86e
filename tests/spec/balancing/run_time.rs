//! What the configuration says about single clusters: maintenance, waiting for members, passive members.

use super::{C1, Fixture, ask};

const SHOP: &str = "shop.example.org";

/// Case 224: a passive member gets nothing.
#[test]
fn case_224_passive_members() {
    let passive = "c9 { host 10.0.3.9; httpPort 9763; isActive false; }";
    let flows = Fixture { shop_c: &[passive, C1], ..Fixture::default() }.load();
    for _ in 0..3 {
        assert_eq!(flows.send(ask(SHOP, "/")).body, "10.0.3.1");
    }
}

/// §5.8: a cluster under maintenance answers 503, the others go on.
#[test]
fn a_cluster_under_maintenance() {
    let text =
        Fixture::default().configuration().replace("shop.c.domain {", "shop.c.domain {\nmaintenance true;");
    let main = "<sequence NS name=\"main\"><in><send/></in><out><send/></out></sequence>";
    let files = [("loadbalancer.conf", &*text), ("sequences/main.xml", main)];
    let flows = crate::support::flows(&files);
    let transcript = flows.send(ask(SHOP, "/"));
    assert_eq!(transcript.status, 503, "{transcript}");
    assert!(transcript.body.contains("303001"), "{transcript}");
}
