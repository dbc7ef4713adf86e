//! What several schemes say of one member.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_feed_is_bounded_and_takes_back_what_it_said() {
    let site = Site::new(MemberRules { most_members: 1, ..MemberRules::default() });
    let (feed, started) = site.feed("registration").await;
    feed.report(join(c1())).expect("a member");
    feed.report(join(c1())).expect("the same again is not one more");
    let other = feed.report(join(MemberDefinition::new("10.0.3.2", Some(9763), None)));
    assert_eq!(other, Err(Refused::Full(1)));
    drop((feed, started));
    sleep(secs(1)).await;
    assert!(site.phases(&shop_c()).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_scheme_that_ends_leaves_no_suspicion_behind() {
    let site = Site::new(MemberRules::default());
    let file = Source::new(Layer::Static, "configuration");
    site.directory.add(&file, &shop_c(), c1()).expect("a member");
    let (feed, started) = site.feed("registration").await;
    feed.report(join(c1())).expect("a member");
    feed.report(Event::Suspect { cluster: shop_c(), member: c1().key() }).expect("known");
    assert_eq!(site.phases(&shop_c()), [Phase::Joining]);
    drop((feed, started));
    settle().await;
    assert_eq!(site.phases(&shop_c()), [Phase::Ready]);
}

/// No member is without requests, or lost, while one of the schemes hears of it.
#[tokio::test(start_paused = true)]
async fn a_member_is_held_back_when_all_schemes_suspect_it() {
    let site = Site::new(MemberRules::default());
    site.directory.add(&Source::new(Layer::Static, "configuration"), &shop_c(), c1()).expect("a member");
    let (one, _one) = site.feed("registration").await;
    let (other, _other) = site.feed("tribes").await;
    site.ports.open(&[9763, 9443]);
    one.report(join(c1())).expect("a member");
    other.report(join(c1())).expect("a member");
    let suspect = || Event::Suspect { cluster: shop_c(), member: c1().key() };
    let update = || Event::Update { cluster: shop_c(), definition: c1() };
    // Who says what, and whether it has requests then.
    let rows = [
        (&one, suspect(), Phase::Ready),
        (&one, suspect(), Phase::Ready),
        (&other, suspect(), Phase::Joining),
        (&one, update(), Phase::Ready),
        (&one, suspect(), Phase::Joining),
        (&other, update(), Phase::Ready),
        (&other, suspect(), Phase::Joining),
        (&other, join(c1()), Phase::Ready),
        (&other, leave(Departure::Lost), Phase::Joining),
        (&one, update(), Phase::Ready),
    ];
    for (number, (feed, event, expected)) in rows.into_iter().enumerate() {
        feed.report(event).expect("a member");
        assert_eq!(site.phases(&shop_c()), [expected], "row {number}");
    }
    pass(secs(6)).await;
    assert!(other.member(&shop_c(), &c1().key()).is_none(), "the grace is over");
    assert_eq!(site.phases(&shop_c()), [Phase::Ready]);
    one.report(suspect()).expect("known");
    assert_eq!(site.phases(&shop_c()), [Phase::Joining], "the file does not look");
    one.report(leave(Departure::Announced)).expect("known");
    assert_eq!(site.phases(&shop_c()), [Phase::Ready], "nobody suspects it any more");
}

/// Suspicion does not let in who was not let in, nor end a drain.
#[tokio::test(start_paused = true)]
async fn suspicion_and_other_reasons_do_not_mix() {
    let site = Site::new(MemberRules::default());
    let (feed, _started) = site.feed("registration").await;
    let suspect = || Event::Suspect { cluster: shop_c(), member: c1().key() };
    let update = || Event::Update { cluster: shop_c(), definition: c1() };
    feed.report(join(c1())).expect("a member");
    feed.report(suspect()).expect("known");
    feed.report(update()).expect("a member");
    assert_eq!(site.phases(&shop_c()), [Phase::Joining], "its ports were not open yet");
    site.ports.open(&[9763, 9443]);
    pass(secs(12)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Ready]);
    site.directory.drain(&shop_c(), &c1().key()).expect("a member");
    feed.report(suspect()).expect("known");
    feed.report(update()).expect("a member");
    assert_eq!(site.phases(&shop_c()), [Phase::Draining], "the operator wants it so");
    feed.report(suspect()).expect("known");
    site.directory.resume(&shop_c(), &c1().key()).expect("a member");
    assert_eq!(site.phases(&shop_c()), [Phase::Ready], "the operator knows better");
}

/// Two schemes: the one that comes last in the alphabet decides; each takes back its own.
#[tokio::test(start_paused = true)]
async fn hybrid_schemes_have_a_precedence() {
    let site = Site::new(MemberRules::default());
    let (file, _one) = site.feed("file").await;
    let (registration, _other) = site.feed("registration").await;
    let weight = || site.directory.cluster(&shop_c()).members()[0].definition().weight;
    registration.report(join(MemberDefinition { weight: 2, ..c1() })).expect("a member");
    file.report(join(MemberDefinition { weight: 3, ..c1() })).expect("a member");
    assert_eq!(weight(), 2);
    registration.report(leave(Departure::Announced)).expect("known");
    assert_eq!(weight(), 3);
    site.ports.open(&[9763, 9443]);
    pass(secs(12)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Ready], "the other scheme goes on probing");
}

/// A member that one scheme lost keeps its requests as long as another hears of it.
#[tokio::test(start_paused = true)]
async fn a_member_is_suspected_when_all_that_look_suspect_it() {
    let site = Site::new(MemberRules::default());
    let (group, _group) = site.feed("group").await;
    let (registration, _registration) = site.feed("registration").await;
    site.ports.open(&[9763, 9443]);
    for feed in [&group, &registration] {
        feed.report(join(c1())).expect("a member");
    }
    pass(secs(11)).await;
    let update = || Event::Update { cluster: shop_c(), definition: c1() };
    assert_eq!(site.phases(&shop_c()), [Phase::Ready]);
    registration.report(leave(Departure::Lost)).expect("it is there");
    assert_eq!(site.phases(&shop_c()), [Phase::Ready], "the other hears of it");
    group.report(leave(Departure::Lost)).expect("it is there");
    assert_eq!(site.phases(&shop_c()), [Phase::Joining]);
    registration.report(update()).expect("it is there");
    assert_eq!(site.phases(&shop_c()), [Phase::Ready], "it is back");
    pass(secs(6)).await;
    assert_eq!(site.directory.sources(&shop_c(), &c1().key()).len(), 1, "one gave it up");
    // The last that speaks of it has not heard of it.
    group.report(join(c1())).expect("a member");
    let suspect = Event::Suspect { cluster: shop_c(), member: c1().key() };
    group.report(suspect).expect("it is there");
    assert_eq!(site.phases(&shop_c()), [Phase::Ready]);
    registration.report(leave(Departure::Announced)).expect("it is there");
    assert_eq!(site.phases(&shop_c()), [Phase::Joining]);
}

/// What weighs less does not send a member away that says itself that it is there.
#[tokio::test(start_paused = true)]
async fn a_weightier_scheme_overrules_a_departure() {
    let site = Site::new(MemberRules { leave_hold: secs(1), ..MemberRules::default() });
    let (group, _group) = site.feed("group").await;
    let (registration, _registration) = site.feed("registration").await;
    site.ports.open(&[9763, 9443]);
    for feed in [&group, &registration] {
        feed.report(join(c1())).expect("a member");
    }
    pass(secs(11)).await;
    group.report(leave(Departure::Announced)).expect("it is there");
    assert_eq!(site.phases(&shop_c()), [Phase::Ready]);
    group.report(join(c1())).expect("a member");
    registration.report(leave(Departure::Announced)).expect("it is there");
    assert_eq!(site.phases(&shop_c()), [Phase::Draining], "it says so itself");
    pass(millis(900)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Draining], "others have time to hear of it");
    pass(millis(200)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Ready], "it is known from others still");
}
