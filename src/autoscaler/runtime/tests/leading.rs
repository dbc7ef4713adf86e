//! Who acts, and the group of balancers (elastic-load-balancer.md §4.7, §4.8, §9.8).

use std::sync::Arc;

use super::super::{Alone, Leadership, Subject};
use super::fake::{Fake, Others};
use super::{Site, key, pass, settle};
use crate::iaas::{AddressState, InstanceId};

const ADDRESS: &str = "elasticIP 192.0.2.1;";

fn majority(epoch: u64) -> Option<Leadership> {
    Some(Leadership { epoch, alone: false })
}

fn at(instance: &str) -> Option<AddressState> {
    Some(AddressState::Instance(InstanceId::new(instance).expect("an id")))
}

/// Cases 191 to 193, and 197.
#[tokio::test(start_paused = true)]
async fn balancers_that_are_missing_are_launched() {
    let peers = Arc::new(Others::new(majority(1), 0));
    let site = Site::with(Arc::default(), "instances 2;", "min_app_instances 0;", peers.clone());
    let balancers = || site.autoscaler.view().balancers;
    pass(21).await;
    assert_eq!((site.fake.started(), balancers().pending), (1, 1), "case 191");
    pass(10).await;
    assert_eq!((site.fake.started(), balancers().pending), (1, 1), "case 191");
    peers.there(1);
    pass(10).await;
    assert_eq!((balancers().running, balancers().pending), (2, 0));
    peers.there(0);
    site.fake.kill(site.fake.running()[0]);
    pass(20).await;
    assert_eq!(site.fake.started(), 2, "case 192");
    peers.there(3);
    pass(60).await;
    assert_eq!(site.fake.started(), 2, "case 193: none is launched, and none ended");
    assert_eq!(site.fake.running().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn case_197_who_follows_launches_and_ends_nothing() {
    let peers = Arc::new(Others::new(None, 1));
    let site = Site::with(Arc::default(), "instances 3;", "min_app_instances 2;", peers);
    let _load = site.requests(40);
    pass(120).await;
    assert_eq!(site.fake.launches(), 0);
    assert!(site.view().decisions.is_empty());
    assert!(!site.autoscaler.view().acting);
}

/// Case 194; what the others have is none of this balancer's when they are silent, which the group knows (case 195).
#[tokio::test(start_paused = true)]
async fn case_194_the_requests_of_all_balancers_count() {
    let peers = Arc::new(Others::new(majority(1), 1));
    peers.have(25);
    let site = Site::with(Arc::default(), "", "", peers.clone());
    let _load = site.requests(10);
    pass(21).await;
    assert_eq!(site.view().samples, [35]);
    peers.have(0);
    pass(10).await;
    assert_eq!(site.view().samples, [10]);
}

/// Case 196: it takes the address, heals at once, launches another balancer, and goes on with what was measured.
#[tokio::test(start_paused = true)]
async fn case_196_who_takes_over_heals_at_once() {
    let fake = Arc::<Fake>::default();
    fake.lead_address(at("other"));
    let first = Arc::new(Others::new(majority(1), 1));
    let keys = "min_app_instances 2; rounds_to_average 3;";
    let site = Site::with(fake.clone(), "", keys, first.clone());
    let _load = site.requests(7);
    pass(51).await;
    assert_eq!(site.view().samples, [7, 7, 7]);
    let told = first.told_of(Subject::Handover).expect("it was told");
    drop(site);

    let second = Arc::new(Others::new(None, 1));
    let instances = format!("instances 2; {ADDRESS}");
    let site = Site::with(fake.clone(), &instances, keys, second.clone());
    pass(55).await;
    assert_eq!((fake.started(), fake.address_state().1), (2, 0), "it follows");
    fake.kill(fake.running()[0]);
    second.hear("first", Subject::Handover, told);
    second.there(0);
    second.act(majority(2));
    pass(2).await;
    assert_eq!(site.view().samples, [7, 7, 7]);
    assert_eq!(fake.address_state(), (at("own"), 1));
    assert_eq!(fake.started(), 4, "a member and a balancer, before the next tick");
    assert_eq!(site.counts(), (2, 0, 0));
}

/// Case 198: without the right to act the address stays where it is.
#[tokio::test(start_paused = true)]
async fn case_198_who_does_not_act_leaves_the_address_alone() {
    let fake = Arc::<Fake>::default();
    fake.lead_address(at("other"));
    let peers = Arc::new(Others::new(None, 1));
    let site = Site::with(fake.clone(), ADDRESS, "", peers.clone());
    pass(60).await;
    assert_eq!(fake.address_state(), (at("other"), 0));
    // Without a majority only the claim decides.
    peers.act(Some(Leadership { epoch: 2, alone: true }));
    pass(30).await;
    assert_eq!(fake.address_state(), (at("other"), 0));
    assert!(site.autoscaler.claim_address().await);
    assert_eq!(fake.address_state(), (at("own"), 1));
    // The other one takes it back, whose instance runs: this one lets it be.
    fake.lead_address(at("other"));
    assert!(!site.autoscaler.claim_address().await);
    assert!(!site.autoscaler.claim_address().await);
    assert_eq!(fake.address_state(), (at("other"), 1));
    // With a majority it is taken again.
    peers.act(majority(3));
    settle().await;
    assert_eq!(fake.address_state(), (at("own"), 2));
    assert!(site.autoscaler.claim_address().await);
}

/// Cases 199 to 201: without a group the address says who acts.
#[tokio::test(start_paused = true)]
async fn cases_199_to_201_the_address_is_the_right_to_act() {
    for (case, before, after, acts) in [
        (199, Some(AddressState::Free), at("own"), true),
        (200, at("other"), at("other"), false),
        (201, None, None, false),
    ] {
        let fake = Arc::<Fake>::default();
        fake.lead_address(before);
        let site = Site::with(fake.clone(), ADDRESS, "", Arc::new(Alone::default()));
        pass(35).await;
        assert_eq!(fake.address_state().0, after, "case {case}");
        assert_eq!(site.autoscaler.view().acting, acts, "case {case}");
        assert_eq!(fake.started(), usize::from(acts), "case {case}");
        assert!(site.autoscaler.cluster(&key()).is_some(), "case {case}");
    }
}
