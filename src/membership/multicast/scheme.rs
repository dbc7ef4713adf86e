//! The scheme of a balancer: it learns of members, announces itself, and finds others of its kind.

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

use tokio::sync::watch;

use super::node::{Node, NodeOptions};
use super::table::Learned;
use super::wire::{Balancer, Says};
use crate::membership::{Event, Feed, Refused, Scheme};

/// A group that was joined and is not listened to yet.
#[derive(Debug)]
pub struct Multicast {
    socket: UdpSocket,
    options: NodeOptions,
    own: Balancer,
    seeds: watch::Sender<Vec<SocketAddr>>,
}

impl Multicast {
    /// Joins a group, to announce this balancer there.
    ///
    /// # Errors
    /// It cannot be joined.
    pub fn join(options: NodeOptions, own: Balancer) -> io::Result<Self> {
        let socket = options.group.open()?;
        Ok(Self { socket, options, own, seeds: watch::Sender::default() })
    }

    /// The addresses of groups that other balancers announce, in order; they change as balancers come and go. They are for
    /// whoever joins a group of balancers.
    pub fn seeds(&self) -> watch::Receiver<Vec<SocketAddr>> {
        self.seeds.subscribe()
    }
}

impl Scheme for Multicast {
    fn name(&self) -> &'static str {
        "multicast"
    }

    async fn run(self, feed: Arc<Feed>) {
        let node = Node::new(self.socket, &self.options).map_err(|error| error.to_string());
        let node = node.and_then(|mut node| {
            node.say(Says::Balancer(self.own)).map_err(|error| error.to_string())?;
            Ok(node)
        });
        let mut node = match node {
            Ok(node) => node,
            Err(error) => {
                tracing::error!(target: "membership", error, "nothing is announced, nor listened to");
                return;
            }
        };
        let mut complained = HashSet::new();
        loop {
            match node.next().await {
                Ok(learned) => {
                    for learned in learned {
                        match learned {
                            Learned::Member(event) => tell(&feed, &mut node, event),
                            Learned::Balancers => publish(&self.seeds, &node),
                        }
                    }
                }
                Err(refusal) => {
                    let reason = refusal.as_str();
                    feed.refused(reason);
                    if complained.insert(refusal) {
                        tracing::warn!(target: "membership", reason, "not every announcement is believed; further ones are only counted");
                    }
                }
            }
        }
    }
}

/// Tells the feed of a member. What it does not take is learnt anew with the next announcement.
fn tell(feed: &Feed, node: &mut Node, event: Event) {
    if let Event::Join { cluster, definition } | Event::Update { cluster, definition } = &event {
        let (cluster, member) = (cluster.clone(), definition.key());
        if feed.directory().find(&cluster).is_none() {
            node.table().forget(&cluster, &member);
            feed.refused("cluster");
            tracing::debug!(target: "membership", %cluster, %member, "there is no such cluster");
        } else if let Err(error) = feed.report(event) {
            node.table().forget(&cluster, &member);
            feed.refused(if matches!(error, Refused::Full(_)) { "full" } else { "content" });
            tracing::debug!(target: "membership", %cluster, %member, %error, "an announced member is not taken");
        }
    } else if let Err(error) = feed.report(event) {
        // Its cluster or it was not taken, so that nobody knows it.
        tracing::debug!(target: "membership", %error, "a member that is not known left");
    }
}

fn publish(seeds: &watch::Sender<Vec<SocketAddr>>, node: &Node) {
    let found: BTreeSet<SocketAddr> = node.balancers().filter_map(|balancer| balancer.group).collect();
    let found: Vec<SocketAddr> = found.into_iter().collect();
    seeds.send_if_modified(|seeds| {
        let is_new = *seeds != found;
        *seeds = found;
        is_new
    });
}
