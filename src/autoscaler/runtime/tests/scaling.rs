//! From load to instances, and back.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::super::Alone;
use super::{Site, configuration, key, pass, settle};
use crate::clusters::{InFlight, Layer, MemberDefinition, Phase, Source};

#[tokio::test(start_paused = true)]
async fn case_137_and_138_the_first_tick_is_after_two_intervals_and_heals() {
    let site = Site::new("");
    sleep(Duration::from_millis(19_900)).await;
    assert_eq!(site.fake.launches(), 0);
    assert!(site.view().decisions.is_empty());
    settle().await;
    assert_eq!(site.counts(), (1, 0, 0));
    assert!(site.last().starts_with("0 running + 0 pending < minimum 1: launch 1; "), "{}", site.last());
    assert_eq!(site.cluster().members().len(), 1);
    pass(60).await;
    assert_eq!((site.counts(), site.fake.started()), ((1, 0, 0), 1), "nothing else happens");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_follows_its_load_and_drains_who_leaves() {
    let site = Site::new("");
    pass(21).await;
    let load = site.requests(35);
    pass(10).await;
    assert_eq!(site.counts(), (4, 0, 0), "35 at 10 each");
    assert_eq!(site.view().samples, [35]);
    drop(load);
    // Every member has a request that takes its time.
    let members = site.cluster().snapshot();
    let slow: Vec<InFlight> = members.iter().map(|member| InFlight::begin(member.live())).collect();
    pass(10).await;
    assert_eq!(site.counts(), (4, 0, 1));
    let leaving: Vec<_> = members.iter().filter(|one| one.live().phase() == Phase::Draining).collect();
    assert_eq!(leaving.len(), 1);
    pass(7).await;
    assert_eq!(site.fake.running().len(), 4, "it has not finished what it had");
    drop(slow);
    settle().await;
    assert_eq!(site.fake.running().len(), 3);
    assert_eq!(site.counts(), (3, 0, 0));
    pass(60).await;
    assert_eq!(site.counts(), (1, 0, 0), "one tick each, down to the minimum");
    let view = site.view();
    assert_eq!((view.launches, view.terminations, view.launch_failures), (4, 3, 0));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_never_ends_is_not_waited_for_longer_than_the_drain_takes() {
    let site = Site::new("");
    pass(21).await;
    let load = site.requests(15);
    pass(10).await;
    assert_eq!(site.counts(), (2, 0, 0));
    drop(load);
    let members = site.cluster().snapshot();
    let _hang: Vec<InFlight> = members.iter().map(|member| InFlight::begin(member.live())).collect();
    pass(10).await;
    assert_eq!(site.fake.running().len(), 2);
    pass(20).await;
    assert_eq!(site.fake.running().len(), 1, "drain_timeout is 20 s");
}

/// Cases 247 to 250, with H = 10 in place of 210: what counts is the average over two rounds of 10 s.
#[tokio::test(start_paused = true)]
async fn case_248_and_250_refused_requests_wake_a_cluster() {
    let keys = "min_app_instances 0; rounds_to_average 2; policy in_flight; max_requests_per_second 1; message_expiry_time 10000;";
    for (refused, eager, launched) in [(1, "off", 0), (2, "off", 1), (1, "on", 1)] {
        let site = Site::new(&format!("{keys} scale_from_zero_eager {eager};"));
        pass(22).await;
        let demand = site.cluster().demand().expect("it is counted");
        site.requests(refused).into_iter().for_each(|request| demand.refuse(request));
        pass(9).await;
        assert_eq!(site.fake.started(), launched, "{refused} refused, eager {eager}");
        pass(60).await;
        assert_eq!(site.fake.started(), launched, "{refused} refused, eager {eager}: they have expired");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_killed_is_replaced_within_two_ticks() {
    let site = Site::new("min_app_instances 2;");
    pass(21).await;
    assert_eq!(site.counts(), (2, 0, 0));
    site.fake.kill(site.fake.running()[0]);
    pass(20).await;
    assert_eq!(site.fake.running().len(), 2);
    assert_eq!((site.counts(), site.fake.started()), ((2, 0, 0), 3));
}

#[tokio::test(start_paused = true)]
async fn a_restart_adopts_what_runs() {
    let site = Site::new("min_app_instances 2;");
    pass(21).await;
    let _load = site.requests(35);
    pass(10).await;
    assert_eq!(site.counts(), (4, 0, 0));
    let fake = site.fake.clone();
    drop(site);
    let site = Site::with(fake.clone(), "", "min_app_instances 2;", Arc::new(Alone::default()));
    settle().await;
    assert_eq!(site.cluster().members().len(), 4, "they are members before the first tick");
    let _load = site.requests(35);
    pass(25).await;
    assert_eq!((site.counts(), fake.started()), ((4, 0, 0), 4));
}

#[tokio::test(start_paused = true)]
async fn case_172_and_174_who_never_joins_is_ended_by_its_name() {
    let site = Site::new("");
    site.fake.stillborn(true);
    pass(21).await;
    assert_eq!(site.counts(), (0, 1, 0));
    pass(25).await;
    assert_eq!(site.counts(), (0, 1, 0));
    site.fake.stillborn(false);
    // It is ended when server_startup_delay is over, and the next tick heals.
    pass(15).await;
    assert_eq!(site.counts(), (1, 0, 0));
    assert_eq!((site.fake.running().len(), site.fake.started()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn an_operator_can_hold_it() {
    let site = Site::new("");
    pass(21).await;
    assert!(site.autoscaler.pause(&key(), true));
    let _load = site.requests(35);
    pass(30).await;
    assert_eq!(site.counts(), (1, 0, 0));
    assert!(site.view().paused);
    site.autoscaler.pause(&key(), false);
    pass(10).await;
    assert_eq!(site.counts(), (4, 0, 0));
}

/// Case 183, and what is switched off.
#[tokio::test(start_paused = true)]
async fn limits_may_change_at_any_time() {
    let site = Site::new("");
    pass(21).await;
    assert_eq!(site.counts(), (1, 0, 0));
    site.autoscaler.follow(Some(configuration("", "min_app_instances 3;")), false);
    pass(10).await;
    assert_eq!(site.counts(), (3, 0, 0));
    site.autoscaler.follow(None, false);
    pass(30).await;
    assert!(site.autoscaler.cluster(&key()).is_none());
    assert_eq!(site.fake.running().len(), 3, "nobody ends them");
}

/// A member that announces the name of its instance is that, wherever it says that it is.
#[tokio::test(start_paused = true)]
async fn who_announces_itself_is_not_announced() {
    let site = Site::new("");
    pass(21).await;
    let port = site.fake.running()[0];
    let mut own = MemberDefinition::new("10.0.0.9", Some(80), None);
    own.properties.insert("instanceId".into(), format!("i-{port}").as_str().into());
    let source = Source::new(Layer::Topology, "registration");
    site.directory.add(&source, &key(), own).expect("a member");
    settle().await;
    let members: Vec<_> = site.cluster().members().iter().map(|one| one.key().to_string()).collect();
    assert_eq!(members, ["10.0.0.9:80"]);
    pass(30).await;
    assert_eq!((site.counts(), site.fake.started()), ((1, 0, 0), 1));
}

/// Members of files count, and stay.
#[tokio::test(start_paused = true)]
async fn members_of_files_count_and_are_never_ended() {
    let site = Site::new("min_app_instances 2;");
    let source = Source::new(Layer::Static, "loadbalancer.conf");
    for host in ["10.0.0.1", "10.0.0.2", "10.0.0.3"] {
        let member = MemberDefinition::new(host, Some(80), None);
        site.directory.add(&source, &key(), member).expect("a member");
    }
    pass(60).await;
    assert_eq!((site.counts(), site.fake.launches()), ((3, 0, 0), 0));
    assert_eq!(site.cluster().members().len(), 3);
    assert_eq!(site.configuration.clusters().len(), 1);
}
