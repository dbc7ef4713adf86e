//! Groups in memory, on the paused clock: what `docs/group.md` promises.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use super::election::Minority;
use super::network::memory::Weather;
use super::seal::Keys;
use super::testing::{Estate, cluster, member, without_majority};
use super::*;
use tokio::time::Instant;

use crate::balancing::affinity::{Record, SessionTable};
use crate::clusters::{InFlight, MemberDefinition};
use crate::membership::{Departure, Event};

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn millis(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

async fn three() -> Estate {
    let estate = Estate::new(3, 1, Weather::default()).await;
    estate.until("agreed", Estate::agrees).await;
    estate
}

fn sum(estate: &Estate, index: usize) -> u64 {
    estate.group(index).demand(&cluster())
}

// === who is there, and who acts ===

#[tokio::test(start_paused = true)]
async fn balancers_find_each_other_and_the_oldest_acts() {
    let estate = Estate::new(3, 1, Weather::default()).await;
    let took = estate.until("seen", |estate| (0..3).all(|index| estate.sees(index).len() == 2)).await;
    assert!(took <= millis(500) * 5, "five rounds: {took:?}");
    let took = took + estate.until("acting", |estate| estate.acting() == [0]).await;
    assert!(took >= secs(5) && took <= secs(5) + millis(500) * 6, "{took:?}");
    estate.until("agreed", Estate::agrees).await;
    estate.pass(secs(120)).await;
    assert_eq!(estate.acting(), [0]);
    assert!(estate.agrees());
    let report = estate.group(1).report();
    let names: Vec<_> = report.balancers.iter().map(|balancer| balancer.node.to_string()).collect();
    assert_eq!(names, ["lb0", "lb1", "lb2"], "the oldest first");
    assert!(report.balancers.iter().filter_map(|balancer| balancer.heard).all(|heard| heard < secs(1)));
    assert_eq!(report.coordinator.expect("known").0.to_string(), "lb0");
}

#[tokio::test(start_paused = true)]
async fn one_alone_acts_at_once() {
    let estate = Estate::new(1, 1, Weather::default()).await;
    let took = estate.until("acting", |estate| estate.acting() == [0]).await;
    assert!(took <= millis(100), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn the_next_oldest_takes_over() {
    let mut estate = three().await;
    let before = estate.group(0).acting().expect("it acts").epoch;
    assert!(estate.group(1).admits(before));
    estate.kill(0);
    let took = estate.until("another acts", |estate| estate.acting() == [1]).await;
    // The longer of lease and silence, and six rounds.
    assert!(took <= secs(5) + millis(500) * 6, "{took:?}");
    let after = estate.group(1).acting().expect("it acts").epoch;
    assert!(after > before);
    estate.until("agreed", Estate::agrees).await;
    assert!(!estate.group(2).admits(before), "what the first still says is out of date");
    // When it comes back it is the youngest.
    estate.start(0, 900_000).await;
    estate.until("agreed", Estate::agrees).await;
    estate.pass(secs(60)).await;
    assert_eq!(estate.acting(), [1]);
}

#[tokio::test(start_paused = true)]
async fn one_that_drains_hands_over_at_once() {
    let estate = three().await;
    let told = estate.group(0).announce(Phase::Draining);
    assert!(estate.group(0).acting().is_none(), "before anybody hears of it");
    told.await;
    let took = estate.until("another acts", |estate| estate.acting() == [1]).await;
    assert!(took <= millis(500), "{took:?}");
    assert_eq!(estate.sees(1), ["lb0", "lb2"], "it is still there");
    estate.group(0).announce(Phase::Leaving).await;
    let took = estate.until("gone", |estate| estate.sees(1) == ["lb2"] && estate.sees(2) == ["lb1"]).await;
    assert!(took <= millis(500), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn half_a_group_is_no_majority_and_healing_needs_no_hand() {
    let estate = Estate::new(5, 3, Weather::default()).await;
    estate.until("agreed", Estate::agrees).await;
    let at: Vec<SocketAddr> = (0..5).map(|index| estate.address(index)).collect();
    estate.network.partition(&[&at[..2], &at[2..]]);
    let took = estate.until("the majority acts", |estate| estate.acting() == [2]).await;
    assert!(took <= secs(5) + millis(500) * 6, "{took:?}");
    estate.pass(secs(60)).await;
    assert_eq!(estate.acting(), [2]);
    estate.network.heal();
    let took = estate.until("the oldest acts", |estate| estate.acting() == [0]).await;
    // Heard of again, a lease later believed to stay, and voted for.
    assert!(took <= secs(5) * 2 + millis(500) * 6, "{took:?}");
    estate.until("agreed", Estate::agrees).await;
}

#[tokio::test(start_paused = true)]
async fn losses_change_nothing() {
    let weather = Weather { loss: 30, duplicates: 20, delay: (millis(1), millis(200)) };
    let estate = Estate::new(5, 9, weather).await;
    estate.until("agreed", Estate::agrees).await;
    for _ in 0..60 {
        estate.pass(secs(1)).await;
        assert!((0..5).all(|index| estate.sees(index).len() == 4), "one lost datagram ejects nobody");
        assert_eq!(estate.acting(), [0]);
    }
    assert!(estate.running(1).counts.refusals("replayed") > 0, "duplicates are seen to be");
    assert_eq!(estate.running(1).counts.refusals("malformed"), 0);
}

/// A restarted balancer is another one, also when its clock was set back.
#[tokio::test(start_paused = true)]
async fn a_clock_that_was_set_back_does_no_harm() {
    let mut estate = three().await;
    estate.kill(1);
    estate.start(1, 5).await;
    estate.until("agreed", Estate::agrees).await;
    let view = estate.group(0).view().borrow().clone();
    let again = view.live().find(|other| &*other.node.name == "lb1").expect("it is back");
    assert_eq!(again.node.generation, 1_001 + 1 + 5, "later than the run before, which began at 1,001");
    assert_eq!(view.others.len(), 2, "the run before is not shown");
}

/// What is known of a dead balancer comes from several others, of whom some know more than others.
#[tokio::test(start_paused = true)]
async fn the_dead_stay_dead_whoever_speaks_of_them() {
    let mut estate = Estate::new(4, 5, Weather::default()).await;
    estate.until("all agree", Estate::agrees).await;
    let [first, second, third, fourth] = [0, 1, 2, 3].map(|index| estate.address(index));
    estate.network.partition(&[&[first, second, third], &[fourth]]);
    estate.pass(secs(2)).await;
    estate.network.partition(&[&[first, second], &[third]]);
    estate.pass(secs(2)).await;
    estate.kill(0);
    estate.pass(secs(12)).await;
    // The fourth hears of it from the third, and then from the second, who knows more.
    estate.network.heal();
    estate.network.partition(&[&[first, second], &[third, fourth]]);
    estate.pass(secs(2)).await;
    estate.network.heal();
    for _ in 0..100 {
        estate.pass(millis(100)).await;
        assert!((1..4).all(|index| !estate.sees(index).contains(&"lb0".to_owned())), "it is dead");
    }
    assert!(estate.agrees());
}

/// Epochs are known as long as anybody knows of them, also of those that are dead.
#[tokio::test(start_paused = true)]
async fn epochs_outlive_those_who_acted() {
    fn with_clock(options: &mut GroupOptions) {
        let seconds = if options.started < 2_000 { 9_000 } else { 50 };
        options.clock = WallClock::new(move || UNIX_EPOCH + secs(seconds));
    }
    let mut estate = Estate::adjusted(3, 5, Weather::default(), with_clock).await;
    estate.until("all agree", Estate::agrees).await;
    let epoch = estate.group(0).acting().expect("the oldest acts").epoch;
    assert!(epoch >= 9_000, "{epoch}");
    // Those that act later started with clocks that were set back, and heard of it from the one that knew.
    estate.kill(0);
    estate.start(1, 2_000).await;
    estate.pass(secs(10)).await;
    estate.kill(2);
    estate.start(0, 3_000).await;
    estate.until("another acts", |estate| estate.acting() == [1]).await;
    assert!(estate.group(1).acting().expect("it acts").epoch > epoch);
}

#[tokio::test(start_paused = true)]
async fn one_of_two_may_act_when_the_settings_say_so() {
    let mut estate = Estate::adjusted(2, 1, Weather::default(), without_majority).await;
    estate.until("agreed", Estate::agrees).await;
    estate.kill(0);
    let took = estate.until("the other acts", |estate| estate.acting() == [1]).await;
    // Silence, the time to wait, and six rounds.
    assert!(took >= secs(10) && took <= secs(5) + secs(10) + millis(500) * 6, "{took:?}");
    assert!(estate.group(1).acting().expect("it acts").alone);
    estate.start(0, 900_000).await;
    estate.until("a majority", |estate| estate.group(1).acting().is_some_and(|acting| !acting.alone)).await;
}

/// Case 198, split view: who does not own the address does not act.
#[tokio::test(start_paused = true)]
async fn case_198_a_fence_decides() {
    struct Address(AtomicBool);

    impl Fence for Address {
        fn claim(&self, _: u64) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
            Box::pin(async { self.0.load(Ordering::SeqCst) })
        }
    }

    let estate = Estate::adjusted(2, 1, Weather::default(), without_majority).await;
    estate.until("agreed", Estate::agrees).await;
    let address = [true, false].map(|owned| Arc::new(Address(AtomicBool::new(owned))));
    for (index, address) in address.iter().enumerate() {
        estate.group(index).set_fence(address.clone());
    }
    estate.network.partition(&[&[estate.address(0)], &[estate.address(1)]]);
    estate.pass(secs(60)).await;
    assert_eq!(estate.acting(), [0]);
    // The address moves: by then the first has lost its right.
    address[0].0.store(false, Ordering::SeqCst);
    estate.until("the right ends", |estate| estate.acting().is_empty()).await;
    address[1].0.store(true, Ordering::SeqCst);
    estate.until("the other acts", |estate| estate.acting() == [1]).await;
    let epoch = estate.group(1).acting().expect("it acts").epoch;
    estate.network.heal();
    estate
        .until("a majority", |estate| {
            estate
                .acting()
                .iter()
                .any(|index| estate.group(*index).acting().is_some_and(|acting| !acting.alone))
        })
        .await;
    assert!(!estate.group(0).admits(epoch - 1));
}

// === strangers ===

#[tokio::test(start_paused = true)]
async fn strangers_change_nothing_and_are_counted() {
    let mut estate = three().await;
    let before = estate.group(0).view().borrow().clone();
    let place = SocketAddr::from(([10, 0, 0, 9], 7_000));
    for (group, secret, reason) in [
        ("lb", &b"another secret of thirty-two bytes"[..], "key"),
        ("other", &b"a secret of thirty-two bytes or more"[..], "group"),
    ] {
        let keys = Arc::new(Keys::new(group, [secret]).expect("keys"));
        let mut options = GroupOptions::new(group, "lb9", 1, place, keys);
        options.rules.size = 4;
        options.seeds = vec![estate.address(0).to_string()];
        let index = estate.add(options).await;
        estate.pass(secs(20)).await;
        assert!(estate.sees(index).is_empty());
        assert!(estate.running(0).counts.refusals(reason) > 10, "{reason}");
        estate.balancers.pop();
    }
    // What was recorded comes again, from the same address and another.
    estate.network.record();
    estate.pass(secs(2)).await;
    let recorded = estate.network.recorded();
    estate.pass(secs(1)).await;
    let replays = estate.running(0).counts.refusals("replayed");
    let to_first: Vec<_> = recorded.iter().filter(|(to, _)| *to == estate.address(0)).collect();
    for (to, bytes) in &to_first {
        estate.network.inject(place, *to, bytes);
    }
    estate.pass(secs(1)).await;
    assert_eq!(estate.running(0).counts.refusals("replayed"), replays + to_first.len() as u64);
    for (bytes, reason) in [(&b"x"[..], "size"), (&[7; 65_507], "version"), (&[1; 100], "group")] {
        let refusals = estate.running(0).counts.refusals(reason);
        estate.network.inject(place, estate.address(0), bytes);
        estate.pass(millis(100)).await;
        assert_eq!(estate.running(0).counts.refusals(reason), refusals + 1, "{reason}");
    }
    assert_eq!(estate.group(0).view().borrow().clone(), before);
}

// === what there is to do ===

/// Case 194: 100 and 150 are 250, at both. Case 195: what one said that is silent counts until it is stale.
#[tokio::test(start_paused = true)]
async fn cases_194_and_195_demand_is_summed() {
    let mut estate = Estate::new(2, 1, Weather::default()).await;
    estate.until("agreed", Estate::agrees).await;
    estate.group(0).state_demand(&cluster(), Some(100));
    estate.group(1).state_demand(&cluster(), Some(150));
    let took = estate.until("summed", |estate| sum(estate, 0) == 250 && sum(estate, 1) == 250).await;
    assert!(took <= secs(1) + millis(500) * 2, "{took:?}");
    estate.kill(1);
    estate.pass(secs(110)).await;
    assert_eq!(sum(&estate, 0), 250, "it may be there again in a moment");
    estate.pass(secs(11)).await;
    assert_eq!(sum(&estate, 0), 100);
    // Requests that members have count where nothing is stated.
    estate.start(1, 900_000).await;
    estate.running(1).register(1);
    let there = estate.running(1).directory.cluster(&cluster()).member("10.0.3.1:9763").expect("a member");
    let requests: Vec<_> = (0..7).map(|_| InFlight::begin(there.live())).collect();
    estate.until("summed", |estate| sum(estate, 0) == 107).await;
    drop(requests);
    estate.until("done", |estate| sum(estate, 0) == 100).await;
    // One that leaves takes its numbers with it.
    estate.group(1).state_demand(&cluster(), Some(40));
    estate.until("summed", |estate| sum(estate, 0) == 140).await;
    estate.group(1).announce(Phase::Leaving).await;
    estate.until("taken along", |estate| sum(estate, 0) == 100).await;
}

#[tokio::test(start_paused = true)]
async fn notes_outlive_who_said_them() {
    let mut estate = three().await;
    let samples = |estate: &Estate| estate.group(1).notes("samples").pop();
    estate.group(0).note("samples", Some("[1,2,3]".to_owned())).expect("short");
    estate.until("heard", |estate| samples(estate).is_some_and(|note| note.live)).await;
    estate.kill(0);
    estate.until("lost", |estate| estate.sees(1) == ["lb2"]).await;
    let note = samples(&estate).expect("remembered");
    assert_eq!((note.node.to_string().as_str(), &*note.text, note.live), ("lb0", "[1,2,3]", false));
    assert!(estate.group(1).note("samples", Some("x".repeat(9_000))).is_err());
}

// === members ===

fn members(estate: &Estate, index: usize) -> Vec<String> {
    estate.running(index).members()
}

#[tokio::test(start_paused = true)]
async fn members_of_one_are_members_of_all() {
    let mut estate = three().await;
    estate.running(0).register(1);
    let elsewhere = |estate: &Estate| (1..3).all(|index| members(estate, index) == ["10.0.3.1 ready group"]);
    let took = estate.until("known", elsewhere).await;
    assert!(took <= millis(500) * 3, "{took:?}");
    // It is known at another one as well, and stays when the first is lost.
    estate.running(1).register(1);
    estate.kill(0);
    estate.pass(secs(30)).await;
    assert_eq!(members(&estate, 1), ["10.0.3.1 ready registration"]);
    assert_eq!(members(&estate, 2), ["10.0.3.1 ready group"]);
    // It leaves.
    let event = Event::Leave { cluster: cluster(), member: member(1).key(), departure: Departure::Announced };
    estate.running(1).registration.report(event).expect("a member");
    let took = estate.until("gone", |estate| members(estate, 2).is_empty()).await;
    assert!(took <= millis(500) * 3, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn members_of_a_lost_balancer_have_the_leave_grace() {
    let mut estate = three().await;
    estate.running(0).register(1);
    estate.running(0).register(2);
    estate.until("known", |estate| members(estate, 1).len() == 2).await;
    estate.kill(0);
    estate
        .until("suspected", |estate| {
            members(estate, 1) == ["10.0.3.1 joining group", "10.0.3.2 joining group"]
        })
        .await;
    // One registers elsewhere.
    estate.running(2).register(2);
    estate.until("back", |estate| members(estate, 1).contains(&"10.0.3.2 ready group".to_owned())).await;
    estate.pass(secs(6)).await;
    assert_eq!(members(&estate, 1), ["10.0.3.2 ready group"]);
    assert_eq!(members(&estate, 2), ["10.0.3.2 ready registration"]);
}

/// A member whose lease ended at one balancer and lives at another stays everywhere.
#[tokio::test(start_paused = true)]
async fn no_member_is_lost_while_any_balancer_reaches_it() {
    let estate = three().await;
    estate.running(0).register(1);
    estate.running(1).register(1);
    estate.until("known", |estate| members(estate, 2) == ["10.0.3.1 ready group"]).await;
    let both = "10.0.3.1 ready group+registration";
    estate.until("known", |estate| members(estate, 0) == [both] && members(estate, 1) == [both]).await;
    let event = Event::Leave { cluster: cluster(), member: member(1).key(), departure: Departure::Lost };
    estate.running(0).registration.report(event).expect("a member");
    for _ in 0..100 {
        estate.pass(millis(100)).await;
        assert_eq!(members(&estate, 2), ["10.0.3.1 ready group"]);
    }
    assert_eq!(members(&estate, 0), ["10.0.3.1 ready group"]);
    // The leave grace there, and then the one here.
    estate.pass(secs(5)).await;
    assert_eq!(members(&estate, 1), ["10.0.3.1 ready registration"]);
}

/// More than fits into a datagram, and members that are too large for any.
#[tokio::test(start_paused = true)]
async fn many_members_are_told_in_parts() {
    let estate = Estate::new(2, 1, Weather { loss: 10, ..Weather::default() }).await;
    let mut random = 1_u64;
    estate.network.record();
    for number in 0..400_u32 {
        // What hardly compresses.
        let letter = |_| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'(' + (random >> 58) as u8)
        };
        let text: String = (0..200).map(letter).collect();
        let definition = MemberDefinition {
            properties: [("text".into(), text.into())].into(),
            ..MemberDefinition::new(&format!("10.1.{}.{}", number / 250, number % 250), Some(9763), None)
        };
        let event = Event::Update { cluster: cluster(), definition };
        estate.running(0).registration.report(event).expect("a member");
    }
    let large =
        MemberDefinition { properties: [("text".into(), "x".repeat(9_000).into())].into(), ..member(1) };
    let event = Event::Update { cluster: cluster(), definition: large };
    estate.running(0).registration.report(event).expect("a member");
    let known = |estate: &Estate| estate.running(1).directory.cluster(&cluster()).members().len() == 400;
    let took = estate.until("all known", known).await;
    assert!(took <= secs(20), "{took:?}");
    let sizes: Vec<usize> = estate.network.recorded().iter().map(|(_, bytes)| bytes.len()).collect();
    assert!(
        sizes.contains(&(seal::PART + 55)),
        "some messages needed two datagrams: {:?}",
        sizes.iter().max()
    );
}

#[tokio::test(start_paused = true)]
async fn what_an_operator_says_of_a_member_holds_at_all() {
    let estate = three().await;
    estate.running(0).register(1);
    estate.running(1).register(1);
    estate.until("known", |estate| members(estate, 2) == ["10.0.3.1 ready group"]).await;
    let key = member(1).key();
    let order = |index: usize, drain: bool| {
        let directory = &estate.running(index).directory;
        let done = if drain { directory.drain(&cluster(), &key) } else { directory.resume(&cluster(), &key) };
        done.expect("it is there");
    };
    let phase = |estate: &Estate, index: usize| {
        let member = estate.running(index).directory.cluster(&cluster()).member(&member(1).key());
        member.map(|member| member.live().phase())
    };
    use crate::clusters::Phase::{Draining, Ready};
    order(0, true);
    estate.until("drains where it registered", |estate| phase(estate, 1) == Some(Draining)).await;
    estate.until("elsewhere it goes or drains", |estate| phase(estate, 2) != Some(Ready)).await;
    estate.pass(secs(5)).await;
    assert_eq!(phase(&estate, 0), Some(Draining));
    order(1, false);
    estate.until("active again", |estate| (0..3).all(|index| phase(estate, index) == Some(Ready))).await;
    estate.pass(secs(5)).await;
    assert!((0..3).all(|index| phase(&estate, index) == Some(Ready)));
}

/// The settings of all but one may be wrong: the largest size counts.
#[tokio::test(start_paused = true)]
async fn the_largest_size_counts() {
    let estate = Estate::adjusted(2, 1, Weather::default(), |options| {
        if options.name == "lb1" {
            options.rules.size = 3;
        }
        options.rules.minority = Minority::Waits;
    })
    .await;
    estate.until("agreed", Estate::agrees).await;
    assert_eq!(estate.group(0).view().borrow().size, 3);
}

#[tokio::test(start_paused = true)]
async fn sessions_of_one_are_sessions_of_all() {
    let estate = three().await;
    let table = || Arc::new(SessionTable::<Arc<str>>::new(1000, Instant::now()));
    let tables = [table(), table(), table()];
    for (index, table) in tables.iter().enumerate() {
        tokio::spawn(estate.group(index).share_sessions(table.clone()));
    }
    let scope: Arc<str> = "shop.a.domain".into();
    let record = |member: &str, remaining: u64| Record {
        scope: scope.clone(),
        id: "JSESSIONID=1".into(),
        path: String::new(),
        target: member.into(),
        remaining: secs(remaining),
    };
    assert!(tables[0].merge(record("10.0.3.1:9763", 100), Instant::now()));
    let bound = |index: usize| {
        let session = tables[index].find(&scope, "JSESSIONID=1", Instant::now());
        session.map(|session| session.target().to_string())
    };
    let first = Some("10.0.3.1:9763".to_owned());
    estate.until("all know the session", |_| (0..3).all(|index| bound(index) == first)).await;
    // Who uses it later wins.
    assert!(tables[2].merge(record("10.0.3.2:9763", 200), Instant::now()));
    let second = Some("10.0.3.2:9763".to_owned());
    estate.until("all know its new member", |_| (0..3).all(|index| bound(index) == second)).await;
    estate.pass(secs(210)).await;
    for index in 0..3 {
        assert_eq!(bound(index), None, "it is over everywhere");
    }
}
