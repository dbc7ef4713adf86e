//! What schemes are, and what they learn.

use std::future::Future;
use std::sync::Arc;

use super::Feed;
use crate::clusters::{ClusterKey, MemberDefinition};

/// A way to learn of members.
pub trait Scheme: Send + 'static {
    /// Its name: in the directory, in logs and in metrics.
    fn name(&self) -> &'static str;

    /// Learns, and tells the feed, until the future is dropped. When it returns, the members it spoke of stay until the feed
    /// is dropped.
    fn run(self, feed: Arc<Feed>) -> impl Future<Output = ()> + Send;
}

/// What a scheme learns of a member. Members are known by the key of their definition, which is host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It is there, and was not before: one that was known by the same key is another incarnation, which left.
    Join {
        /// Its cluster.
        cluster: ClusterKey,
        /// What it says of itself.
        definition: MemberDefinition,
    },
    /// It is still there, with something new to say or not. One that was not known joins; so does one whose addresses
    /// changed.
    Update {
        /// Its cluster.
        cluster: ClusterKey,
        /// What it says of itself.
        definition: MemberDefinition,
    },
    /// It was not heard of when it should have been. Unless another scheme hears of it, it gets no new clients until the next
    /// update.
    Suspect {
        /// Its cluster.
        cluster: ClusterKey,
        /// Its key.
        member: Arc<str>,
    },
    /// It is not there any more.
    Leave {
        /// Its cluster.
        cluster: ClusterKey,
        /// Its key.
        member: Arc<str>,
        /// How it left.
        departure: Departure,
    },
}

/// How a member leaves (case 225).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// It said so: it finishes what it has, at most for the `drain_timeout` of its cluster.
    Announced,
    /// It was not heard of for too long: it may come back within the leave grace, and goes then.
    Lost,
}
