//! The group of balancers.

use std::collections::BTreeMap;

use super::*;

/// A group of two.
#[derive(Debug)]
struct Pair;

impl GroupControl for Pair {
    fn rest(&self, _: bool) {}

    fn report(&self) -> GroupReport {
        let balancer = |id: &str, own: bool| BalancerReport {
            id: id.to_owned(),
            address: "10.0.0.1:7900".to_owned(),
            own,
            coordinator: own,
            state: "active".to_owned(),
            version: "1.2.3".to_owned(),
            age_seconds: 90.0,
            heard_seconds: (!own).then_some(0.25),
            members: 5,
        };
        GroupReport {
            name: "wso2.carbon.lb.domain".to_owned(),
            id: "lb1".to_owned(),
            size: 2,
            coordinator: Some(CoordinatorReport { id: "lb1".to_owned(), epoch: 1_700_000_000 }),
            acting: true,
            without_majority: false,
            lease_seconds: Some(4.5),
            balancers: vec![balancer("lb1", true), balancer("lb2", false)],
            demand: BTreeMap::from([("shop.a.domain".to_owned(), 250)]),
        }
    }
}

#[test]
fn the_group_is_shown() {
    let running = Running::start(Some("secret"));
    let read = || running.get("/lb/group", &["Authorization: Bearer secret"]);
    let answer = read();
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["error"], "this balancer is in no group: `group.address` is not set");
    running.state.show_group(Arc::new(Pair));
    insta::assert_json_snapshot!(read().json());
    let page = include_str!("../../../docs/admin.md");
    let group = read().json()["group"].take();
    let fields = [&group, &group["balancers"][0], &group["coordinator"]];
    for field in fields.into_iter().flat_map(|object| object.as_object().expect("an object").keys()) {
        assert!(page.contains(&format!("`{field}`")), "docs/admin.md does not explain `{field}`");
    }
}
