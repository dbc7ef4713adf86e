//! Members come, are let in, and go, on the paused clock.

mod admission;
mod departure;
mod schemes;

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
