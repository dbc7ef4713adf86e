//! Tribes as a scheme: what nodes say becomes what members are.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::multicast::{self, MulticastSettings};
use super::well_known::{self, WellKnownSettings};
use super::{Announced, Departure, Event, Refusal, Refusals};
use crate::membership::{self, Feed, Refused, Scheme};

/// A multicast group, a channel for nodes that know our address, or both.
#[derive(Clone, Debug, Default)]
pub struct Tribes {
    /// The group that is listened to.
    pub multicast: Option<MulticastSettings>,
    /// The channel.
    pub well_known: Option<WellKnownSettings>,
}

/// Events that wait for the feed.
const WAITING: usize = 256;

impl Scheme for Tribes {
    fn name(&self) -> &'static str {
        "tribes"
    }

    async fn run(self, feed: Arc<Feed>) {
        let (events, mut learned) = mpsc::channel(WAITING);
        let count = feed.refusals();
        let refusals = Arc::new(Refusals::telling(move |refusal| count(refusal.as_str())));
        // What runs ends when these are dropped.
        let _group = self.multicast.and_then(|settings| {
            let group = multicast::start(
                MulticastSettings { refusals: refusals.clone(), ..settings },
                events.clone(),
            );
            group.inspect_err(|error| tracing::error!(target: "membership", %error, "no Tribes group")).ok()
        });
        let _channel = match self.well_known {
            Some(settings) => {
                let settings = WellKnownSettings { refusals, ..settings };
                let channel = well_known::start(settings, events.clone()).await;
                channel
                    .inspect_err(|error| tracing::error!(target: "membership", %error, "no Tribes channel"))
                    .ok()
            }
            None => None,
        };
        drop(events);
        while let Some(event) = learned.recv().await {
            if let Err(refused) = feed.report(told(event)) {
                tracing::debug!(target: "membership", %refused, "a Tribes node is not taken");
                // Of a node that was not taken it says nothing new that it left.
                match refused {
                    Refused::Full(_) => feed.refused(Refusal::Full.as_str()),
                    Refused::Member(_) => feed.refused(Refusal::Unusable.as_str()),
                    Refused::Unknown { .. } => {}
                }
            }
        }
    }
}

/// A node that said farewell finishes what it has; any other end is one that nobody announced.
fn told(event: Event) -> membership::Event {
    match event {
        Event::Joined(Announced { cluster, definition, .. }) => {
            membership::Event::Join { cluster, definition }
        }
        Event::Updated(Announced { cluster, definition, .. }) => {
            membership::Event::Update { cluster, definition }
        }
        Event::Left(Announced { cluster, definition, .. }, departure) => {
            let departure = match departure {
                Departure::Shutdown => membership::Departure::Announced,
                Departure::Expired | Departure::Replaced | Departure::Unreachable | Departure::Unusable => {
                    membership::Departure::Lost
                }
            };
            membership::Event::Leave { cluster, member: definition.key(), departure }
        }
    }
}
