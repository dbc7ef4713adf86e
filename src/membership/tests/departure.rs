//! What becomes of a member that leaves, or is lost.

use super::*;

#[tokio::test(start_paused = true)]
async fn case_225_leaving_at_once_and_lost_after_the_grace() {
    let site = Site::new(MemberRules::default());
    let (feed, _started) = site.feed("registration").await;
    site.ports.open(&[9763, 9443]);
    let ready = async || {
        feed.report(join(c1())).expect("a member");
        pass(secs(12)).await;
        assert_eq!(site.phases(&shop_c()), [Phase::Ready]);
    };
    ready().await;
    feed.report(leave(Departure::Announced)).expect("known");
    assert!(site.phases(&shop_c()).is_empty(), "at once");
    ready().await;
    feed.report(leave(Departure::Lost)).expect("known");
    assert_eq!(site.phases(&shop_c()), [Phase::Joining], "no requests at once");
    pass(secs(4)).await;
    feed.report(Event::Update { cluster: shop_c(), definition: c1() }).expect("a member");
    pass(secs(10)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Ready], "back within the grace");
    feed.report(leave(Departure::Lost)).expect("known");
    pass(secs(6)).await;
    assert!(site.phases(&shop_c()).is_empty());
    assert!(feed.report(leave(Departure::Lost)).is_err(), "nobody knows it any more");
}

#[tokio::test(start_paused = true)]
async fn a_member_that_leaves_finishes_what_it_has() {
    let site = Site::new(MemberRules::default());
    let (feed, _started) = site.feed("registration").await;
    site.ports.open(&[9763, 9443]);
    feed.report(join(c1())).expect("a member");
    pass(secs(12)).await;
    let live = site.directory.cluster(&shop_c()).members()[0].live().clone();
    let request = InFlight::begin(&live);
    feed.report(leave(Departure::Announced)).expect("known");
    pass(secs(20)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Draining]);
    drop(request);
    pass(secs(1)).await;
    assert!(site.phases(&shop_c()).is_empty());

    feed.report(join(c1())).expect("a member");
    pass(secs(12)).await;
    let live = site.directory.cluster(&shop_c()).members()[0].live().clone();
    let _endless = InFlight::begin(&live);
    feed.report(leave(Departure::Announced)).expect("known");
    pass(secs(31)).await;
    assert!(site.phases(&shop_c()).is_empty(), "30 s are the drain_timeout");
}
