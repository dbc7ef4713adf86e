//! When a member that joined gets requests, and how long one that comes and goes has to wait.

use super::*;

#[tokio::test(start_paused = true)]
async fn admission_waits_for_ports_that_stay_open() {
    let now = Instant::now();
    let mut admission = Admission::new(secs(10), now);
    assert_eq!(admission.probed(false, now), Next::Probe(secs(1)));
    assert_eq!(admission.probed(true, now + secs(1)), Next::Probe(secs(1)));
    assert_eq!(admission.probed(true, now + secs(10)), Next::Probe(secs(1)));
    assert_eq!(admission.clone().probed(true, now + secs(11)), Next::Admit);
    // A port that closes starts it anew.
    assert_eq!(admission.probed(false, now + secs(11)), Next::Probe(secs(1)));
    assert_eq!(admission.probed(true, now + secs(12)), Next::Probe(secs(1)));
    assert_eq!(admission.probed(true, now + Duration::from_millis(21_500)), Next::Probe(secs(1) / 2));
    assert_eq!(admission.probed(true, now + secs(22)), Next::Admit);
}

#[tokio::test(start_paused = true)]
async fn probes_become_rare_and_do_not_end() {
    let now = Instant::now();
    let mut admission = Admission::new(secs(0), now);
    for _ in 1..30 {
        assert_eq!(admission.probed(false, now), Next::Probe(secs(1)));
    }
    for _ in 0..1000 {
        assert_eq!(admission.probed(false, now), Next::Probe(secs(5)));
    }
    assert_eq!(admission.probed(true, now), Next::Admit, "case 215: at the first that succeeds");
}

#[tokio::test(start_paused = true)]
async fn flapping_members_wait_twice_as_long_each_time() {
    let (mut damping, mut now) = (Damping::default(), Instant::now());
    let key = c1().key();
    let mut waits = Vec::new();
    for _ in 0..9 {
        damping.departed(&shop_c(), &key, now);
        now += secs(1);
        waits.push(damping.wait(&shop_c(), &key, now).as_secs());
    }
    assert_eq!(waits, [0, 0, 10, 20, 40, 80, 160, 300, 300]);
    assert_eq!(damping.wait(&shop_c(), &"other:1".into(), now), secs(0));
    assert_eq!(damping.wait(&shop_c(), &key, now + secs(298)), secs(300));
    assert_eq!(damping.wait(&shop_c(), &key, now + secs(299)), secs(0), "forgotten after 5 min");
    damping.departed(&shop_c(), &key, now + secs(299));
    assert_eq!(damping.wait(&shop_c(), &key, now + secs(299)), secs(0), "counted from the beginning");
}

#[tokio::test(start_paused = true)]
async fn the_memory_of_damping_is_bounded() {
    let (mut damping, now) = (Damping::default(), Instant::now());
    for number in 0..10_100_u32 {
        damping.departed(&shop_c(), &number.to_string().into(), now + Duration::from_micros(number.into()));
    }
    let shown = format!("{damping:?}");
    assert_eq!(shown.matches("count").count(), 10_000);
}

/// Case 214: requests 10 s after the ports opened; fix W17: members do not wait for each other.
#[tokio::test(start_paused = true)]
async fn case_214_members_are_ready_after_the_admission_delay() {
    let site = Site::new(MemberRules::default());
    let (feed, _started) = site.feed("registration").await;
    feed.report(join(c1())).expect("a member");
    feed.report(join(MemberDefinition::new("10.0.3.2", Some(9763), None))).expect("a member");
    pass(secs(3)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Joining, Phase::Joining]);
    site.ports.open(&[9763]);
    pass(secs(11)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Joining, Phase::Ready], "one of its ports is closed");
    site.ports.open(&[9763, 9443]);
    pass(secs(9)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Joining, Phase::Ready]);
    pass(secs(2)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Ready, Phase::Ready]);
}

#[tokio::test(start_paused = true)]
async fn case_215_without_delay_at_the_first_successful_probe() {
    let site = Site::new(MemberRules::default());
    let none = Lifecycle { admission_delay: Duration::ZERO, ..Lifecycle::default() };
    site.membership.follow(BTreeMap::from([(shop_c(), none)]));
    let (feed, _started) = site.feed("registration").await;
    site.ports.open(&[9763, 9443]);
    feed.report(join(c1())).expect("a member");
    settle().await;
    assert_eq!(site.phases(&shop_c()), [Phase::Ready]);
}

#[tokio::test(start_paused = true)]
async fn case_216_a_member_whose_port_stays_closed_is_probed_as_long_as_it_is_there() {
    let site = Site::new(MemberRules::default());
    let (feed, _started) = site.feed("registration").await;
    site.ports.open(&[9763]);
    feed.report(join(c1())).expect("a member");
    pass(secs(120)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Joining]);
    site.ports.open(&[9763, 9443]);
    pass(secs(16)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Ready], "orig: given up after 30 rounds");
}

#[tokio::test(start_paused = true)]
async fn case_220_a_member_without_ports_is_refused() {
    let site = Site::new(MemberRules::default());
    let (feed, _started) = site.feed("registration").await;
    let refused = feed.report(join(MemberDefinition::new("10.0.3.1", None, None)));
    assert_eq!(refused.expect_err("no port").to_string(), "the member 10.0.3.1 has no port");
    assert!(site.phases(&shop_c()).is_empty());
}

/// Cases 222 and 223: the union; a dynamic join of a static member updates it, and does not take its requests away.
#[tokio::test(start_paused = true)]
async fn case_223_static_and_dynamic_members_together() {
    let site = Site::new(MemberRules::default());
    let file = Source::new(Layer::Static, "configuration");
    site.directory.add(&file, &shop_c(), MemberDefinition { permanent: true, ..c1() }).expect("a member");
    let (feed, _started) = site.feed("registration").await;
    feed.report(join(MemberDefinition { weight: 5, ..c1() })).expect("a member");
    feed.report(join(MemberDefinition::new("10.0.3.2", Some(9763), None))).expect("a member");
    assert_eq!(site.phases(&shop_c()), [Phase::Ready, Phase::Joining]);
    assert_eq!(site.directory.cluster(&shop_c()).members()[0].definition().weight, 5);
    feed.report(Event::Suspect { cluster: shop_c(), member: c1().key() }).expect("known");
    assert_eq!(site.phases(&shop_c())[0], Phase::Joining);
    feed.report(leave(Departure::Announced)).expect("known");
    assert_eq!(site.phases(&shop_c()), [Phase::Ready, Phase::Joining], "the file still names it");
    assert!(site.directory.cluster(&shop_c()).members()[0].definition().permanent);
}

#[tokio::test(start_paused = true)]
async fn case_224_a_passive_member_is_not_selected() {
    let site = Site::new(MemberRules::default());
    let (feed, _started) = site.feed("registration").await;
    site.ports.open(&[9763, 9443]);
    feed.report(join(MemberDefinition { active: false, ..c1() })).expect("a member");
    pass(secs(11)).await;
    let member = || site.directory.cluster(&shop_c()).members()[0].clone();
    assert_eq!(member().live().phase(), Phase::Ready);
    assert!(!member().is_open());
    feed.report(Event::Update { cluster: shop_c(), definition: c1() }).expect("a member");
    assert!(member().is_open(), "it became active without joining anew");
}

/// hardening.md §3: a restarted member with the same address is a new incarnation.
#[tokio::test(start_paused = true)]
async fn who_joins_again_is_another_incarnation() {
    let site = Site::new(MemberRules::default());
    let (feed, _started) = site.feed("registration").await;
    site.ports.open(&[9763, 9443]);
    feed.report(join(c1())).expect("a member");
    pass(secs(12)).await;
    let before = site.directory.cluster(&shop_c()).members()[0].live().clone();
    before.availability.switch_off();
    feed.report(join(c1())).expect("a member");
    let now = site.directory.cluster(&shop_c()).members()[0].live().clone();
    assert!(!Arc::ptr_eq(&before, &now));
    assert_eq!((before.phase(), now.phase()), (Phase::Gone, Phase::Joining));
    assert!(now.availability.is_active());
    // Another port for HTTPS is another place.
    pass(secs(12)).await;
    let moved = MemberDefinition { https_port: Some(9444), ..c1() };
    feed.report(Event::Update { cluster: shop_c(), definition: moved }).expect("a member");
    assert_eq!(site.phases(&shop_c()), [Phase::Joining]);
}

#[tokio::test(start_paused = true)]
async fn flapping_members_are_damped() {
    let site = Site::new(MemberRules { leave_grace: Duration::ZERO, ..MemberRules::default() });
    let none = Lifecycle { admission_delay: Duration::ZERO, ..Lifecycle::default() };
    site.membership.follow(BTreeMap::from([(shop_c(), none)]));
    let (feed, _started) = site.feed("registration").await;
    site.ports.open(&[9763, 9443]);
    for _ in 0..3 {
        feed.report(join(c1())).expect("a member");
        settle().await;
        assert_eq!(site.phases(&shop_c()), [Phase::Ready]);
        feed.report(leave(Departure::Lost)).expect("known");
    }
    feed.report(join(c1())).expect("a member");
    pass(secs(9)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Joining]);
    pass(secs(2)).await;
    assert_eq!(site.phases(&shop_c()), [Phase::Ready]);
}
