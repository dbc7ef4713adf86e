//! The scheme `kubernetes`: members are the endpoints of services, as EndpointSlices have them.
//!
//! [`Watch`] follows the slices of one service, [`Slice`] reads them, [`members`](members::members) makes one state of them,
//! and [`Told`] says what is new. What the scheme knows counts while the API server is away.
//!
//! [`Watch`]: watch::Watch
//! [`Slice`]: slices::Slice
//! [`Told`]: members::Told

mod members;
mod slices;

mod access;
mod pace;
mod watch;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::mpsc;

use super::{Event, Feed, Refused, Scheme};
use crate::settings::KubernetesService;
use members::{Members, Told};
use pace::Pace;
use watch::Watch;

/// Services that are followed.
#[derive(Debug)]
pub struct Kubernetes {
    services: Vec<KubernetesService>,
    pace: Pace,
}

/// The first pause after a failure, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

impl Kubernetes {
    /// The endpoints of these services.
    pub fn new(services: Vec<KubernetesService>) -> Self {
        Self { services, pace: Pace::new(PAUSES.0, PAUSES.1) }
    }
}

impl Scheme for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    async fn run(self, feed: Arc<Feed>) {
        let (seen, mut states) = mpsc::channel(self.services.len().max(1));
        let mut known = vec![Members::new(); self.services.len()];
        let watches = self.services.into_iter().enumerate().map(|(index, service)| {
            Watch::new(service, index, self.pace.clone(), seen.clone(), feed.refusals()).run()
        });
        let tell = async {
            let mut told = Told::default();
            while let Some((index, members)) = states.recv().await {
                if let Some(known) = known.get_mut(index) {
                    *known = members;
                }
                for event in told.next(&members::union(&known)) {
                    report(&feed, &mut told, event);
                }
            }
        };
        tokio::join!(join_all(watches), tell);
    }
}

fn report(feed: &Feed, told: &mut Told, event: Event) {
    let id = match &event {
        Event::Join { cluster, definition } | Event::Update { cluster, definition } => {
            (cluster.clone(), definition.key())
        }
        Event::Suspect { cluster, member } | Event::Leave { cluster, member, .. } => {
            (cluster.clone(), member.clone())
        }
    };
    if let Err(refused) = feed.report(event) {
        match refused {
            Refused::Full(_) => feed.refused("full"),
            Refused::Member(_) => feed.refused("member"),
            // It left before by itself.
            Refused::Unknown { .. } => {}
        }
        let (cluster, member) = &id;
        tracing::warn!(target: "membership", %cluster, %member, %refused, "an endpoint is not taken");
        told.refused(&id);
    }
}
