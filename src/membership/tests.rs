//! Members come, are let in, and go, on the paused clock.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, advance, sleep};

use super::*;
use crate::clusters::{ClusterKey, Directory, InFlight, Layer, MemberDefinition, Phase, Source};
use crate::telemetry::metrics::MembershipCounts;

/// Ports that open and close when the test says so.
#[derive(Default)]
struct Switchboard(Mutex<Vec<u16>>);

impl Switchboard {
    fn open(&self, ports: &[u16]) {
        *self.0.lock().expect("a test") = ports.to_vec();
    }
}

impl Ports for Switchboard {
    fn is_open<'a>(&'a self, _: &'a str, port: u16) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(async move { self.0.lock().expect("a test").contains(&port) })
    }
}

/// A scheme that hands its feed to the test.
struct Told(&'static str, tokio::sync::oneshot::Sender<Arc<Feed>>);

impl Scheme for Told {
    fn name(&self) -> &'static str {
        self.0
    }

    async fn run(self, feed: Arc<Feed>) {
        assert!(self.1.send(feed).is_ok(), "the test waits");
    }
}

struct Site {
    directory: Arc<Directory>,
    ports: Arc<Switchboard>,
    membership: Membership,
}

impl Site {
    fn new(rules: MemberRules) -> Self {
        let (directory, ports) = (Arc::<Directory>::default(), Arc::<Switchboard>::default());
        let counts = Arc::<MembershipCounts>::default();
        let membership = Membership::new(Handle::current(), directory.clone(), ports.clone(), counts, rules);
        Self { directory, ports, membership }
    }

    async fn feed(&self, name: &'static str) -> (Arc<Feed>, Started) {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let started = self.membership.start(Told(name, sender));
        (receiver.await.expect("a feed"), started)
    }

    /// The phases of the members of a cluster.
    fn phases(&self, cluster: &ClusterKey) -> Vec<Phase> {
        self.directory.cluster(cluster).members().iter().map(|member| member.live().phase()).collect()
    }
}

fn shop_c() -> ClusterKey {
    ClusterKey::domain("shop.c.domain")
}

fn c1() -> MemberDefinition {
    MemberDefinition::new("10.0.3.1", Some(9763), Some(9443))
}

fn join(definition: MemberDefinition) -> Event {
    Event::Join { cluster: shop_c(), definition }
}

fn leave(departure: Departure) -> Event {
    Event::Leave { cluster: shop_c(), member: c1().key(), departure }
}

fn millis(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Runs what is due, without letting time pass.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

async fn pass(time: Duration) {
    // In small steps, so that rounds happen when they are due.
    let mut left = time;
    while !left.is_zero() {
        let step = left.min(Duration::from_millis(100));
        advance(step).await;
        settle().await;
        left -= step;
    }
}

// === pure parts ===

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

// === feeds ===

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

// === several schemes that see the same member ===

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
