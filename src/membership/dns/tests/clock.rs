//! Names that are followed, on the paused clock.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::super::{Answer, Dns, Kind, LookUpError, Record, Resolver};
use super::{members, name, secs};
use crate::clusters::Directory;
use crate::membership::{MemberRules, Membership, Ports, Started};
use crate::settings::{DnsName, DnsRecord};
use crate::telemetry::metrics::MembershipCounts;

/// Gives one answer after the other, the last again and again, and remembers when it was asked.
#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Result<Answer, LookUpError>>>,
    asked: Mutex<Vec<Instant>>,
}

impl Resolver for Script {
    fn ask<'a>(
        &'a self,
        _: &'a str,
        _: Kind,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, LookUpError>> + Send + 'a>> {
        self.asked.lock().expect("a test").push(Instant::now());
        let mut answers = self.answers.lock().expect("a test");
        let answer = match answers.len() {
            0 | 1 => answers.front().cloned(),
            _ => answers.pop_front(),
        };
        Box::pin(async move {
            match answer {
                Some(answer) => answer,
                // Nobody answers.
                None => std::future::pending().await,
            }
        })
    }
}

struct Open;

impl Ports for Open {
    fn is_open<'a>(&'a self, _: &'a str, _: u16) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(std::future::ready(true))
    }
}

struct Site {
    directory: Arc<Directory>,
    counts: Arc<MembershipCounts>,
    script: Arc<Script>,
    began: Instant,
    _scheme: Started,
}

impl Site {
    fn new(name: DnsName, answers: Vec<Result<Answer, LookUpError>>) -> Self {
        let (directory, counts) = (Arc::<Directory>::default(), Arc::<MembershipCounts>::default());
        let rules = MemberRules { leave_grace: secs(5), most_members: 3, ..MemberRules::default() };
        let membership =
            Membership::new(Handle::current(), directory.clone(), Arc::new(Open), counts.clone(), rules);
        let script = Arc::new(Script { answers: Mutex::new(answers.into()), ..Script::default() });
        let resolver: Arc<dyn Resolver> = script.clone();
        let _scheme = membership.start(Dns::new(vec![(name, resolver)]));
        Self { directory, counts, script, began: Instant::now(), _scheme }
    }

    /// The members so many milliseconds after the start.
    async fn members_at(&self, milliseconds: u64) -> Vec<String> {
        let until = self.began + std::time::Duration::from_millis(milliseconds);
        sleep(until.saturating_duration_since(Instant::now())).await;
        members(&self.directory)
    }

    /// When it was asked, in seconds.
    fn asked(&self) -> Vec<u64> {
        let asked = self.script.asked.lock().expect("a test");
        asked.iter().map(|at| at.duration_since(self.began).as_secs()).collect()
    }
}

fn answer(ttl: u64, hosts: &[&str]) -> Result<Answer, LookUpError> {
    let records = hosts.iter().map(|host| Record::Address(host.parse().expect("an address")));
    Ok(Answer { records: records.collect(), ttl: Some(secs(ttl)) })
}

fn failure() -> Result<Answer, LookUpError> {
    Err(LookUpError::new("refused"))
}

const ONE: &str = "10.0.0.1:80*1@10.0.0.1";
const TWO: &str = "10.0.0.2:80*1@10.0.0.2";
const NOBODY: [&str; 0] = [];

#[tokio::test(start_paused = true)]
async fn answers_are_followed_as_long_as_they_hold() {
    let answers =
        vec![answer(10, &["10.0.0.1"]), answer(20, &["10.0.0.1", "10.0.0.2"]), answer(0, &["10.0.0.2"])];
    let site = Site::new(name(DnsRecord::A), answers);
    assert_eq!(site.members_at(100).await, [ONE]);
    assert_eq!(site.members_at(9_900).await, [ONE]);
    assert_eq!(site.members_at(10_100).await, [ONE, TWO]);
    assert_eq!(site.members_at(29_900).await, [ONE, TWO]);
    assert_eq!(site.members_at(30_100).await, [TWO], "it left");
    assert_eq!(site.members_at(46_000).await, [TWO]);
    assert_eq!(
        site.asked(),
        [0, 10, 30, 35, 40, 45],
        "not more often than the shortest time, whatever the answer says"
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_answer_counts_when_it_comes_twice() {
    let empty = || Ok(Answer::default());
    let answers =
        vec![answer(5, &["10.0.0.1"]), empty(), answer(5, &["10.0.0.1"]), empty(), failure(), empty()];
    let site = Site::new(name(DnsRecord::A), answers);
    for milliseconds in [4_900, 5_100, 10_100, 15_100, 20_100, 24_900] {
        assert_eq!(site.members_at(milliseconds).await, [ONE], "{milliseconds}");
    }
    assert_eq!(site.members_at(25_100).await, NOBODY);
}

/// 60 s after the last answer its members are lost, and 5 s later gone; until then they stay.
#[tokio::test(start_paused = true)]
async fn the_last_answer_counts_while_look_ups_fail() {
    let mut source = name(DnsRecord::A);
    source.stale = secs(60);
    let site = Site::new(source, vec![answer(10, &["10.0.0.1"]), failure()]);
    assert_eq!(site.members_at(59_900).await, [ONE]);
    assert!(site.directory.clusters()[0].members()[0].is_open());
    assert_eq!(site.members_at(60_100).await, [ONE]);
    assert!(!site.directory.clusters()[0].members()[0].is_open(), "no new clients");
    assert_eq!(site.members_at(65_100).await, NOBODY);
    assert_eq!(site.asked(), [0, 10, 15, 25, 45]);
    assert_eq!(site.counts.refusals("dns", "look_up"), 4);
    *site.script.answers.lock().expect("a test") = vec![answer(10, &["10.0.0.1"])].into();
    assert_eq!(site.members_at(84_900).await, NOBODY);
    assert_eq!(site.members_at(85_100).await, [ONE], "it is asked further on");
}

/// A resolver that never answers is given up after 15 s each time.
#[tokio::test(start_paused = true)]
async fn a_silent_resolver_is_a_failure() {
    let site = Site::new(name(DnsRecord::A), Vec::new());
    assert_eq!(site.members_at(101_000).await, NOBODY);
    assert_eq!(site.asked(), [0, 20, 45, 80]);
}

/// What did not fit in is told again with the next answer.
#[tokio::test(start_paused = true)]
async fn members_beyond_the_most_wait() {
    let four = answer(5, &["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]);
    let site = Site::new(name(DnsRecord::A), vec![four, answer(5, &["10.0.0.2", "10.0.0.3", "10.0.0.4"])]);
    assert_eq!(site.members_at(100).await.len(), 3);
    assert_eq!(site.counts.refusals("dns", "member"), 1);
    let expected = ["10.0.0.2", "10.0.0.3", "10.0.0.4"].map(|host| format!("{host}:80*1@{host}"));
    assert_eq!(site.members_at(5_100).await, expected);
}
