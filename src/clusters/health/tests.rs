//! Thresholds by table, checks of fakes on a paused clock, and real questions on loopback sockets.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::StatusCode;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::*;
use crate::availability::Rules;
use crate::clusters::{ClusterKey, Directory, Layer, Member, MemberDefinition, Source};
use crate::transport::http::client::{ClientSettings, HttpClient};

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("not zero")
}

/// The states after each answer: `+` good, `-` bad; `H` healthy, `U` unhealthy.
fn states(answers: &str, healthy: u32, unhealthy: u32) -> String {
    let mut thresholds = Thresholds::default();
    let state = |answer| match thresholds.record(answer == '+', number(healthy), number(unhealthy)) {
        true => 'H',
        false => 'U',
    };
    answers.chars().map(state).collect()
}

#[test]
fn answers_in_a_row_change_the_state() {
    for (answers, healthy, unhealthy, expected) in [
        ("++---+++", 2, 3, "HHHHUUHH"),
        ("-++", 2, 3, "UUH"),
        ("+--+--+---", 2, 3, "HHHHHHHHHU"),
        ("-+-+-", 2, 3, "UUUUU"),
        ("+-+-", 1, 1, "HUHU"),
    ] {
        assert_eq!(states(answers, healthy, unhealthy), expected, "{answers} {healthy} {unhealthy}");
    }
}

proptest! {
    /// The state is that of the last run of answers which was long enough, or else that of the first answer.
    #[test]
    fn the_last_long_run_decides(
        answers in prop::collection::vec(any::<bool>(), 1..60),
        healthy in 1..5u32,
        unhealthy in 1..5u32,
    ) {
        let mut thresholds = Thresholds::default();
        prop_assert_eq!(thresholds.is_healthy(), None);
        let (mut run, mut expected) = (0, answers[0]);
        for (index, answer) in answers.iter().enumerate() {
            run = if index > 0 && answers[index - 1] == *answer { run + 1 } else { 1 };
            if run >= if *answer { healthy } else { unhealthy } {
                expected = *answer;
            }
            prop_assert_eq!(thresholds.record(*answer, number(healthy), number(unhealthy)), expected);
        }
    }
}

/// Answers as it is told to, and keeps books.
#[derive(Clone, Default)]
struct Fake(Arc<Books>);

#[derive(Default)]
struct Books {
    broken: Mutex<Vec<String>>,
    hanging: Mutex<Vec<String>>,
    asked: Mutex<BTreeMap<String, Vec<Instant>>>,
    open: AtomicUsize,
    most_open: AtomicUsize,
    takes: Mutex<Duration>,
}

impl Fake {
    fn times(&self, host: &str) -> Vec<Instant> {
        self.0.asked.lock().expect("a lock").get(host).cloned().unwrap_or_default()
    }

    fn breaks(&self, host: &str) {
        self.0.broken.lock().expect("a lock").push(host.to_owned());
    }

    fn mend(&self) {
        self.0.broken.lock().expect("a lock").clear();
    }
}

/// Counts an open question, also one that is given up.
struct Open<'a>(&'a Books);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Probe for Fake {
    async fn ask(&self, member: &Member, _check: &HealthCheck) -> Result<(), Failure> {
        let host = member.definition().host.to_string();
        let open = self.0.open.fetch_add(1, Ordering::Relaxed) + 1;
        let _open = Open(&self.0);
        self.0.most_open.fetch_max(open, Ordering::Relaxed);
        self.0.asked.lock().expect("a lock").entry(host.clone()).or_default().push(Instant::now());
        let hangs = self.0.hanging.lock().expect("a lock").contains(&host);
        if hangs {
            std::future::pending::<()>().await;
        }
        let takes = *self.0.takes.lock().expect("a lock");
        sleep(takes).await;
        let is_broken = self.0.broken.lock().expect("a lock").contains(&host);
        if is_broken { Err(Failure::Status(StatusCode::SERVICE_UNAVAILABLE)) } else { Ok(()) }
    }
}

struct Fixture {
    directory: Arc<Directory>,
    fake: Fake,
    checker: Checker<Fake>,
}

fn key() -> ClusterKey {
    ClusterKey::domain("shop.c.domain")
}

fn source() -> Source {
    Source::new(Layer::Static, "test")
}

impl Fixture {
    fn new(hosts: &[&str]) -> Self {
        let (directory, fake) = (Arc::new(Directory::default()), Fake::default());
        let checker = Checker::new(Handle::current(), directory.clone(), fake.clone());
        let fixture = Self { directory, fake, checker };
        hosts.iter().for_each(|host| drop(fixture.join(host)));
        fixture
    }

    fn join(&self, host: &str) -> Arc<Member> {
        let definition = MemberDefinition::new(host, Some(9763), None);
        self.directory.add(&source(), &key(), definition).expect("a member")
    }

    fn member(&self, host: &str) -> Arc<Member> {
        self.directory.cluster(&key()).member(&format!("{host}:9763")).expect("a member")
    }

    fn watch(&self) -> HealthChecks {
        self.checker.watch(&key(), HealthCheck::new(Kind::Http))
    }
}

/// Lets so many intervals of 5 s pass; each is a tenth longer at most.
async fn intervals(count: u32) {
    sleep(Duration::from_millis(5500) * count).await;
}

#[tokio::test(start_paused = true)]
async fn members_fail_and_recover_by_their_checks() {
    let fixture = Fixture::new(&["C1", "C2"]);
    let _checks = fixture.watch();
    intervals(1).await;
    fixture.fake.breaks("C1");
    intervals(1).await;
    assert!(fixture.member("C1").is_open(), "one bad answer, or two");
    intervals(3).await;
    assert!(!fixture.member("C1").is_open());
    assert!(fixture.member("C2").is_open());
    fixture.fake.mend();
    intervals(3).await;
    assert!(fixture.member("C1").is_open());
}

#[tokio::test(start_paused = true)]
async fn the_first_answer_decides() {
    let fixture = Fixture::new(&["C1", "C2"]);
    fixture.fake.breaks("C1");
    let _checks = fixture.watch();
    sleep(Duration::from_millis(501)).await;
    assert!(!fixture.member("C1").is_open());
    assert!(fixture.member("C2").is_open());
}

#[tokio::test(start_paused = true)]
async fn intervals_vary_by_a_tenth() {
    let fixture = Fixture::new(&["C1"]);
    let _checks = fixture.watch();
    sleep(Duration::from_secs(1000)).await;
    let times = fixture.fake.times("C1");
    let pauses: Vec<f64> = times.windows(2).map(|two| (two[1] - two[0]).as_secs_f64()).collect();
    // Timers have a resolution of a millisecond.
    assert!(pauses.iter().all(|pause| (4.5..=5.502).contains(pause)), "{pauses:?}");
    let least = pauses.iter().copied().fold(f64::INFINITY, f64::min);
    let most = pauses.iter().copied().fold(0.0, f64::max);
    assert!(most - least > 0.5, "they do vary: {least} to {most}");
}

#[tokio::test(start_paused = true)]
async fn no_answer_in_time_is_a_bad_one() {
    let fixture = Fixture::new(&["C1"]);
    fixture.fake.0.hanging.lock().expect("a lock").push("C1".to_owned());
    let _checks = fixture.watch();
    sleep(Duration::from_millis(1999)).await;
    assert!(fixture.member("C1").is_open());
    sleep(Duration::from_millis(502)).await;
    assert!(!fixture.member("C1").is_open());
    assert_eq!(fixture.fake.0.open.load(Ordering::Relaxed), 0, "the question was given up");
}

#[tokio::test(start_paused = true)]
async fn members_are_followed_as_they_come_and_go() {
    let fixture = Fixture::new(&["C1"]);
    let _checks = fixture.watch();
    intervals(1).await;
    fixture.join("C2");
    fixture.directory.remove(&source(), &key(), "C1:9763").expect("it was there");
    intervals(1).await;
    assert!(!fixture.fake.times("C2").is_empty());
    let asked = fixture.fake.times("C1").len();
    intervals(3).await;
    assert_eq!(fixture.fake.times("C1").len(), asked);
    // Defined anew, it goes on as it was.
    let definition = MemberDefinition { weight: 3, ..MemberDefinition::new("C2", Some(9763), None) };
    let asked = fixture.fake.times("C2").len();
    fixture.directory.add(&source(), &key(), definition).expect("a member");
    intervals(2).await;
    assert!((1..=3).contains(&(fixture.fake.times("C2").len() - asked)));
}

#[tokio::test(start_paused = true)]
async fn questions_are_bounded_and_one_at_a_time() {
    let hosts: Vec<String> = (0..300).map(|number| format!("C{number}")).collect();
    let fixture = Fixture::new(&hosts.iter().map(String::as_str).collect::<Vec<_>>());
    *fixture.fake.0.takes.lock().expect("a lock") = Duration::from_millis(1900);
    let _checks = fixture.watch();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(fixture.fake.0.most_open.load(Ordering::Relaxed), 64);
    for host in &hosts {
        let times = fixture.fake.times(host);
        assert!(times.len() >= 3, "{host} was asked {} times", times.len());
        assert!(times.windows(2).all(|two| two[1] - two[0] >= Duration::from_millis(1900)));
        assert!(fixture.member(host).is_open(), "waiting for a turn is no failure");
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_the_handle_ends_the_checks_and_what_they_said() {
    let fixture = Fixture::new(&["C1", "C2"]);
    // Somebody else's word, which is not ours to take back.
    let other = ClusterKey::domain("other");
    let definition = MemberDefinition::new("O1", Some(1), None);
    let untouched = fixture.directory.add(&source(), &other, definition).expect("a member");
    untouched.live().set_healthy(false);
    fixture.fake.breaks("C1");
    let checks = fixture.watch();
    intervals(1).await;
    assert!(!fixture.member("C1").is_open());
    drop(checks);
    sleep(Duration::from_millis(1)).await;
    assert!(fixture.member("C1").is_open());
    assert!(!untouched.is_open());
    let asked = fixture.fake.times("C1").len();
    intervals(4).await;
    assert_eq!(fixture.fake.times("C1").len(), asked);
}

/// endpoints.md §5.1, case E54: only who failed is asked, about every 500 ms, and is back with its first good answer.
#[tokio::test(start_paused = true)]
async fn e54_members_that_failed_are_brought_back() {
    let fixture = Fixture::new(&["C1", "C2", "C3"]);
    let _checks = fixture.checker.watch(&key(), HealthCheck::reviving());
    sleep(Duration::from_secs(5)).await;
    assert!(fixture.fake.times("C1").is_empty(), "nobody asks who works");
    fixture.fake.breaks("C1");
    let rules = Rules::default();
    for host in ["C1", "C2"] {
        fixture.member(host).live().availability.failed(101_503, &rules, Instant::now());
    }
    fixture.member("C3").live().availability.switch_off();
    sleep(Duration::from_millis(551)).await;
    assert!(fixture.member("C2").is_available(Instant::now()), "it can be connected to");
    sleep(Duration::from_secs(5)).await;
    assert!(!fixture.member("C1").is_available(Instant::now()));
    assert!(fixture.member("C1").is_open(), "a bad answer says no more than the failure before");
    assert_eq!(fixture.fake.times("C2").len(), 1);
    assert!(fixture.fake.times("C3").is_empty(), "who is switched off stays so");
    fixture.fake.mend();
    sleep(Duration::from_millis(551)).await;
    assert!(fixture.member("C1").is_available(Instant::now()));
}

/// A member that answers each request with a status, until the test ends.
async fn serve(status: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            let mut buffer = [0; 1024];
            while !head.ends_with(b"\r\n\r\n") {
                match stream.read(&mut buffer).await {
                    Ok(read @ 1..) => head.extend_from_slice(&buffer[..read]),
                    _ => break,
                }
            }
            let asked = String::from_utf8_lossy(&head).to_ascii_lowercase();
            let expected = asked.starts_with("get /health?deep=1 http/1.1\r\n")
                && asked.contains("connection: close\r\n")
                && asked.contains("user-agent: sinew-health-check\r\n");
            let status = if expected { status } else { "400 Bad Request" };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\nok");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    port
}

async fn ask(port: u16, check: &HealthCheck) -> Result<(), String> {
    let directory = Directory::default();
    let definition = MemberDefinition::new("127.0.0.1", Some(port), None);
    let member = directory.add(&source(), &key(), definition).expect("a member");
    let probe = NetworkProbe::new(HttpClient::new(ClientSettings::default()));
    probe.ask(&member, check).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_get_is_judged_by_its_status() {
    let mut check = HealthCheck::new(Kind::Http);
    check.path = "/health?deep=1".parse().expect("a path");
    assert_eq!(ask(serve("204 No Content").await, &check).await, Ok(()));
    let down = serve("503 Service Unavailable").await;
    assert_eq!(ask(down, &check).await, Err("the status is 503 Service Unavailable".to_owned()));
    check.statuses = "503".parse().expect("statuses");
    assert_eq!(ask(down, &check).await, Ok(()));
}

#[tokio::test]
async fn a_connection_is_enough_for_tcp() {
    let check = HealthCheck::new(Kind::Tcp);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    let port = listener.local_addr().expect("an address").port();
    assert_eq!(ask(port, &check).await, Ok(()));
    drop(listener);
    assert!(ask(port, &check).await.is_err_and(|error| error.starts_with("cannot connect: ")));
}
