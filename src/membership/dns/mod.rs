//! The scheme `dns`: members are the addresses, or the hosts and ports, that a name has in DNS.
//!
//! Each name is looked up again when its answer ends, within bounds. What is no longer in the answer leaves, as
//! one that announced it. An empty answer is believed when the next one is empty too; a look-up that fails changes nothing
//! until the last answer is stale, and then the members are lost. Several names may name members of one cluster, also the
//! same ones.

mod resolver;

mod look_up;
mod refresh;
mod told;

mod network;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep_until, timeout};

use super::{Departure, Feed, Scheme};
use crate::clusters::ClusterKey;
use crate::settings::DnsName;
use look_up::look_up;
use refresh::{Refresh, Verdict};
use told::Told;

pub use network::NetworkResolver;
pub use resolver::{Answer, Kind, LookUpError, Record, Resolver, Service};

/// Names that are looked up.
pub struct Dns {
    names: Vec<(DnsName, Arc<dyn Resolver>)>,
}

/// The longest time that a look-up may take, with all that belong to it.
const PATIENCE: Duration = Duration::from_secs(15);

impl Dns {
    /// Looks up names, each with a resolver.
    pub fn new(names: Vec<(DnsName, Arc<dyn Resolver>)>) -> Self {
        Self { names }
    }
}

impl Scheme for Dns {
    fn name(&self) -> &'static str {
        "dns"
    }

    async fn run(self, feed: Arc<Feed>) {
        let told = Mutex::<Told>::default();
        let names = self.names.iter().enumerate();
        let all = names.map(|(number, (name, resolver))| follow(number, name, &**resolver, &told, &feed));
        join_all(all).await;
    }
}

/// Looks up one name for ever.
async fn follow(number: usize, name: &DnsName, resolver: &dyn Resolver, told: &Mutex<Told>, feed: &Feed) {
    let cluster = ClusterKey::parse(name.cluster.as_str());
    let mut refresh = Refresh::new(name.min_refresh, name.max_refresh, name.stale);
    let tell = |members, departure| {
        // Every change leaves what was told in order before it can panic.
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        told.tell(feed, number, members, departure);
    };
    let mut was_failing = false;
    loop {
        let found = timeout(PATIENCE, look_up(resolver, name)).await;
        let found = found.unwrap_or_else(|_| Err(LookUpError::new("no answer in time")));
        let now = Instant::now();
        let name = name.name.as_str();
        let pause = match found {
            Ok(found) => {
                if std::mem::take(&mut was_failing) {
                    tracing::info!(target: "membership", %cluster, name, "the name can be looked up again");
                }
                for problem in &found.left_out {
                    feed.refused("record");
                    tracing::warn!(target: "membership", %cluster, name, problem, "a record is left out");
                }
                let members = found.members.into_iter();
                let members: Vec<_> = members.map(|member| (cluster.clone(), member)).collect();
                let (verdict, pause) = refresh.answered(members.is_empty(), found.ttl, now);
                match verdict {
                    Verdict::Replace => tell(members, Departure::Announced),
                    Verdict::Keep => {
                        tracing::info!(target: "membership", %cluster, name, "the answer is empty; the one before counts until the next");
                    }
                }
                pause
            }
            Err(error) => {
                feed.refused("look_up");
                if !std::mem::replace(&mut was_failing, true) {
                    tracing::warn!(target: "membership", %cluster, name, %error, "the name cannot be looked up; what it said before counts");
                }
                refresh.failed()
            }
        };
        let next = now + pause;
        if let Some(stale) = refresh.stale_at().filter(|stale| was_failing && *stale <= next) {
            sleep_until(stale).await;
            refresh.expire();
            tracing::warn!(target: "membership", %cluster, name, "the last answer is stale");
            tell(Vec::new(), Departure::Lost);
        }
        sleep_until(next).await;
    }
}
