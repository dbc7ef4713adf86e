//! Balancers on real clusters, with the time given.

mod cases;
mod fairness;
mod panic;
mod simulation;
mod slow_start;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use sinew_core::config::balancer::HashSource;

use super::*;
use crate::availability::Rules;
use crate::balancing::algorithms::{Asked, Selector};
use crate::clusters::{Cluster, ClusterKey, Directory, Layer, Member, MemberDefinition, Source};
use crate::transport::http::server::Scheme;

const REFUSED: u32 = 101_503;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// `member_suspend_duration` of the ELB: 10 s.
fn suspending() -> Rules {
    let mut rules = Rules::default();
    rules.suspend.initial = Some(ms(10_000));
    rules
}

/// One cluster whose members are known by the first word of their key.
struct Fixture {
    directory: Directory,
    key: ClusterKey,
    start: Instant,
}

impl Fixture {
    fn new(members: &[&str]) -> Self {
        let key = ClusterKey::domain("shop.c.domain");
        let mut fixture = Self { directory: Directory::default(), key, start: Instant::now() };
        for member in members {
            fixture.join(member);
        }
        // Not before the clocks of the members began.
        fixture.start = Instant::now();
        fixture
    }

    fn define(&self, definition: MemberDefinition) -> Arc<Member> {
        let source = Source::new(Layer::Static, "test");
        self.directory.add(&source, &self.key, definition).expect("a member")
    }

    fn join(&self, host: &str) -> Arc<Member> {
        self.define(MemberDefinition::new(host, Some(9763), None))
    }

    fn leave(&self, host: &str) {
        let source = Source::new(Layer::Static, "test");
        self.directory.remove(&source, &self.key, &format!("{host}:9763")).expect("it was there");
    }

    fn cluster(&self) -> Arc<Cluster> {
        self.directory.cluster(&self.key)
    }

    fn member(&self, host: &str) -> Arc<Member> {
        self.cluster().member(&format!("{host}:9763")).expect("a member")
    }

    fn balancer(&self, algorithm: &str, settings: Settings) -> Balancer {
        Balancer::new(self.cluster(), selector(algorithm), settings)
    }

    fn round_robin(&self) -> Balancer {
        self.balancer("round-robin", Settings::default())
    }

    fn at(&self, milliseconds: u64) -> Instant {
        self.start + ms(milliseconds)
    }

    /// What a request at a moment is given.
    fn attempt<'a>(&self, milliseconds: u64, tried: &'a [Arc<Member>]) -> Attempt<'a> {
        Attempt { scheme: Scheme::Http, port: 80, asked: Asked::default(), tried, now: self.at(milliseconds) }
    }

    fn choose(&self, balancer: &Balancer, milliseconds: u64, tried: &[Arc<Member>]) -> Option<Choice> {
        balancer.choose(&self.attempt(milliseconds, tried))
    }

    /// The hosts that so many requests at a moment go to.
    fn hosts(&self, balancer: &Balancer, milliseconds: u64, times: usize) -> String {
        let host = |_| match self.choose(balancer, milliseconds, &[]) {
            Some(choice) => host(&choice.member).to_owned(),
            None => "none".to_owned(),
        };
        (0..times).map(host).collect::<Vec<_>>().join(" ")
    }

    fn fails(&self, host: &str, milliseconds: u64) {
        self.member(host).live().availability.failed(REFUSED, &suspending(), self.at(milliseconds));
    }
}

fn host(member: &Member) -> &str {
    &member.definition().host
}

/// The algorithm with this name.
fn selector(name: &str) -> Selector {
    Selector::new(name.parse().expect("an algorithm"), &HashSource::Source)
}
