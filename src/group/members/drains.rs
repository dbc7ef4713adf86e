//! What an operator says of a member at one balancer holds at all: that it drains, or is active again.
//!
//! Of several that spoke of the same member the last counts. Each balancer numbers what it says higher than all it knows of, so
//! that clocks do not matter.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::clusters::{ClusterKey, Directory, Order, Phase};
use crate::group::Shared;
use crate::group::words::{DRAIN, NodeId};

/// What is said of one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Wish {
    stamp: u64,
    drain: bool,
}

/// What this balancer did of what was said.
pub(in crate::group) struct Drains {
    orders: Receiver<Order>,
    /// The stamps of what was done, by key.
    done: BTreeMap<String, u64>,
}

/// The most members that this balancer says this of; the oldest word goes first.
const MOST: usize = 1_000;

impl Drains {
    pub(in crate::group) fn new(directory: &Directory) -> Self {
        Self { orders: directory.orders(), done: BTreeMap::new() }
    }

    /// What an operator says here.
    pub(in crate::group) async fn next_order(&mut self) -> Order {
        loop {
            match self.orders.recv().await {
                Ok(order) => return order,
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }

    /// Tells the others.
    pub(in crate::group) fn tell(&mut self, shared: &Shared, order: Order) {
        let key = format!("{}/{}", order.cluster, order.member);
        let stamp = wishes(shared).values().map(|(wish, _)| wish.stamp).max().unwrap_or_default();
        let wish = Wish { stamp: stamp.saturating_add(1), drain: order.drain };
        self.done.insert(key.clone(), wish.stamp);
        {
            let mut board = Shared::lock(&shared.board);
            let mut own: Vec<(u64, String)> = board
                .under(DRAIN)
                .map(|(key, value)| (read(value).map_or(0, |wish| wish.stamp), key.to_owned()))
                .collect();
            own.sort_unstable();
            let excess = (own.len() + 1).saturating_sub(MOST);
            for (_, key) in own.into_iter().take(excess) {
                board.say(format!("{DRAIN}{key}"), None);
            }
        }
        shared.say(format!("{DRAIN}{key}"), serde_json::to_string(&wish).ok());
    }

    /// Does what others said last, once; for members that are not here yet when they come. Takes back what was said here of
    /// members that are gone.
    pub(in crate::group) fn obey(&mut self, shared: &Shared, directory: &Directory) {
        let phase = |key: &str| {
            let (cluster, member) = key.rsplit_once('/')?;
            let member = directory.find(&ClusterKey::parse(cluster))?.member(member)?;
            Some(member.live().phase())
        };
        {
            let mut board = Shared::lock(&shared.board);
            let gone = board.under(DRAIN).map(|(key, _)| key).filter(|key| phase(key).is_none());
            let gone: Vec<String> = gone.map(|key| format!("{DRAIN}{key}")).collect();
            gone.into_iter().for_each(|key| {
                board.say(key, None);
            });
        }
        let wishes = wishes(shared);
        self.done.retain(|key, _| wishes.contains_key(key));
        for (key, (wish, by)) in wishes {
            if self.done.get(&key).is_some_and(|done| *done >= wish.stamp) {
                continue;
            }
            let Some(phase) = phase(&key) else { continue };
            // One that is on its way in is not let in by this.
            if (phase == Phase::Draining) == wish.drain {
                self.done.insert(key, wish.stamp);
                continue;
            }
            let Some((cluster, member)) = key.rsplit_once('/') else { continue };
            let cluster = ClusterKey::parse(cluster);
            if directory.obey(&cluster, member, wish.drain).is_ok() {
                let what = if wish.drain { "draining" } else { "activated" };
                let by = by.map_or_else(String::new, |by| by.to_string());
                tracing::info!(target: "group", %cluster, member, by, "member {what} by an operator elsewhere");
                self.done.insert(key, wish.stamp);
            }
        }
    }
}

/// The last word on each member, and who said it, if it was another.
fn wishes(shared: &Shared) -> BTreeMap<String, (Wish, Option<NodeId>)> {
    let mut last: BTreeMap<String, (Wish, Option<NodeId>)> = BTreeMap::new();
    let mut take = |key: &str, value: &str, by: Option<&NodeId>| {
        let Some(wish) = read(value) else { return };
        let entry = last.entry(key.to_owned()).or_insert_with(|| (wish, by.cloned()));
        // Those that spoke at the same time: to drain is the safer.
        if wish > entry.0 {
            *entry = (wish, by.cloned());
        }
    };
    let board = Shared::lock(&shared.board);
    board.under(DRAIN).for_each(|(key, value)| take(key, value, None));
    drop(board);
    for (node, one) in Shared::lock(&shared.heard).iter() {
        one.drains.iter().for_each(|(key, value)| take(key, value, Some(node)));
    }
    last
}

fn read(value: &str) -> Option<Wish> {
    serde_json::from_str(value).ok()
}
