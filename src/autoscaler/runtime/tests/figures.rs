//! What comes from elsewhere: load averages that members tell, requests and drains at other balancers.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::super::{Alone, Leadership, Subject};
use super::fake::{Fake, Others};
use super::{Site, key, pass, settle};
use crate::autoscaler::runtime::Peers;
use crate::clusters::Phase;

const LEADS: Option<Leadership> = Some(Leadership { epoch: 1, alone: false });

/// Every member tells a load average, which counts for a minute.
fn tell(site: &Site, load: f64) {
    for member in site.cluster().members().iter() {
        member.live().tell_load_average(Some(load), Instant::now() + Duration::from_secs(60));
    }
}

/// Cases 188 to 190 through the running autoscaler, with limits 2 and 5: up by one at a time, none while it is in between,
/// down to the minimum, and up when nobody tells one.
#[tokio::test(start_paused = true)]
async fn load_averages_scale_a_cluster() {
    let site = Site::new("policy mean;");
    pass(21).await;
    assert_eq!(site.counts(), (1, 0, 0));
    tell(&site, 6.0);
    pass(10).await;
    assert_eq!(site.counts(), (2, 0, 0));
    assert_eq!(site.view().average, Some(6.0));
    tell(&site, 3.5);
    pass(20).await;
    assert_eq!(site.counts(), (2, 0, 0), "within the limits");
    tell(&site, 0.5);
    pass(10).await;
    settle().await;
    assert_eq!(site.counts(), (1, 0, 0), "case 190");
    pass(20).await;
    assert_eq!(site.counts(), (1, 0, 0), "the minimum");
    // What was told is too old after a minute.
    pass(60).await;
    assert!(site.counts().0 > 1, "case 189: nobody tells one");
    assert!(site.counts().0 <= 4, "the maximum");
}

/// Case 188: of two that tell 6 and 1 the mean is 3.5 and the largest 6.
#[tokio::test(start_paused = true)]
async fn the_largest_or_the_mean_counts() {
    for (policy, expected) in [("mean", 2), ("max", 3)] {
        let site = Site::new(&format!("policy {policy}; min_app_instances 2;"));
        // The rules of 1.x launch one at each tick.
        pass(31).await;
        let members = site.cluster().members();
        for (member, load) in members.iter().zip([6.0, 1.0]) {
            member.live().tell_load_average(Some(load), Instant::now() + Duration::from_secs(60));
        }
        pass(10).await;
        assert_eq!(site.counts(), (expected, 0, 0), "{policy}");
    }
}

/// What a member told another balancer counts, unless it told this one something; what is told of strangers does not.
#[tokio::test(start_paused = true)]
async fn load_averages_come_from_other_balancers_too() {
    let peers = Arc::new(Others::new(LEADS, 1));
    let site = Site::with(Arc::default(), "", "policy max; min_app_instances 2;", peers.clone());
    pass(31).await;
    let members = site.cluster().members();
    let (first, second) = (members[0].key(), members[1].key());
    members[0].live().tell_load_average(Some(3.0), Instant::now() + Duration::from_secs(600));
    let text = |loads: &str| format!("{{\"loads\":{{\"shop.domain\":{{{loads}}}}}}}");
    peers.hear("b", Subject::Sight, text(&format!("\"{first}\":9.0,\"{second}\":4.0,\"10.9.9.9:80\":99")));
    pass(10).await;
    assert_eq!((site.counts(), site.view().average), ((2, 0, 0), Some(4.0)));
    let told = peers.told_of(Subject::Sight).expect("it tells what it sees");
    assert_eq!(told, format!("{{\"loads\":{{\"shop.domain\":{{\"{first}\":3.0}}}}}}"));
    peers.hear("b", Subject::Sight, "nonsense".to_owned());
    pass(10).await;
    assert_eq!(site.view().average, Some(3.0), "what cannot be read is nothing");
}

/// Policy `rps` counts what comes to all balancers. What one counted before it was heard of first is not of this interval.
#[tokio::test(start_paused = true)]
async fn the_arrivals_at_all_balancers_count() {
    let peers = Arc::new(Others::new(LEADS, 1));
    let keys = "policy rps; max_requests_per_second 10; alarming_upper_rate 1; alarming_lower_rate 0.5;";
    let site = Site::with(Arc::default(), "", keys, peers.clone());
    let hear = |count: u64| {
        peers.hear("b", Subject::Sight, format!("{{\"arrived\":{{\"shop.domain\":{count}}}}}"));
    };
    pass(21).await;
    hear(100_000);
    drop(site.requests(60));
    pass(10).await;
    assert_eq!((site.view().samples, site.view().average), (vec![60], Some(6.0)));
    assert_eq!(site.counts(), (1, 0, 0));
    hear(100_140);
    drop(site.requests(60));
    pass(10).await;
    assert_eq!((site.view().samples, site.view().average), (vec![200], Some(20.0)));
    assert_eq!(site.counts(), (2, 0, 0), "20 requests per second at 10 each");
    // It was started anew, and counts from nothing.
    hear(30);
    pass(10).await;
    assert_eq!(site.view().samples, [30]);
    let told = peers.told_of(Subject::Sight).expect("it tells what it sees");
    assert_eq!(told, "{\"arrived\":{\"shop.domain\":120}}");
}

/// Two members, of which one is about to leave, at a balancer that has another one beside it.
async fn draining(peers: &Arc<Others>, fake: &Arc<Fake>) -> (Site, Arc<str>) {
    peers.answer_within(Duration::from_secs(8));
    let site = Site::with(fake.clone(), "", "", peers.clone());
    pass(21).await;
    let load = site.requests(15);
    pass(10).await;
    assert_eq!(site.counts(), (2, 0, 0));
    drop(load);
    // It was asked whether somebody is to go 1 s after the tick.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let members = site.cluster().members();
    let leaving = members.iter().find(|member| member.live().phase() == Phase::Draining).expect("one leaves");
    (site, leaving.key().clone())
}

fn says(peers: &Others, member: &str, in_flight: u32) {
    let text = format!("{{\"draining\":{{\"shop.domain\":{{\"{member}\":{in_flight}}}}}}}");
    peers.hear("b", Subject::Sight, text);
}

/// A member is ended when no balancer has requests there: scaling down fails none of those of the others.
#[tokio::test(start_paused = true)]
async fn who_leaves_finishes_what_it_has_of_other_balancers() {
    let (peers, fake) = (Arc::new(Others::new(LEADS, 1)), Arc::<Fake>::default());
    let (site, leaving) = draining(&peers, &fake).await;
    says(&peers, &leaving, 3);
    pass(9).await;
    assert_eq!(fake.running().len(), 2, "another balancer has requests there");
    says(&peers, &leaving, 0);
    settle().await;
    assert_eq!(fake.running().len(), 1);
    drop(site);

    // One that says nothing is waited for as long as it may take to hear of the drain, and to answer.
    let (peers, fake) = (Arc::new(Others::new(LEADS, 1)), Arc::<Fake>::default());
    let (_site, _) = draining(&peers, &fake).await;
    pass(5).await;
    assert_eq!(fake.running().len(), 2, "it may not have heard of it");
    pass(4).await;
    assert_eq!(fake.running().len(), 1);
}

/// The one that acts loses its right while it drains a member, which gets requests again at once: nobody else ends it.
#[tokio::test(start_paused = true)]
async fn who_may_not_act_any_more_gives_back_whom_it_drained() {
    let (peers, fake) = (Arc::new(Others::new(LEADS, 1)), Arc::<Fake>::default());
    let (site, leaving) = draining(&peers, &fake).await;
    let told = peers.told_of(Subject::Handover).expect("it was told");
    assert!(told.contains(&format!("\"leaving\":{{\"shop.domain\":[\"{leaving}\"]}}")), "{told}");
    peers.act(None);
    settle().await;
    let phases = |site: &Site| -> Vec<Phase> {
        site.cluster().members().iter().map(|member| member.live().phase()).collect()
    };
    assert_eq!(phases(&site), [Phase::Ready, Phase::Ready]);
    assert_eq!(fake.running().len(), 2);
    drop(site);

    // One that was killed cannot give anything back: the next one who acts does.
    let next = Arc::new(Others::new(None, 1));
    let site = Site::with(fake.clone(), "", "", next.clone());
    settle().await;
    site.directory.drain(&key(), &leaving).expect("the group says so");
    let _load = site.requests(15);
    pass(25).await;
    next.hear("dead", Subject::Handover, told);
    assert!(phases(&site).contains(&Phase::Draining));
    next.act(Some(Leadership { epoch: 2, alone: false }));
    settle().await;
    assert_eq!(phases(&site), [Phase::Ready, Phase::Ready]);
    assert!(Alone::default().told(Subject::Handover).is_empty());
}
