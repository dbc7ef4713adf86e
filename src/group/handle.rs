//! A running group, as the rest of the program uses it.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::board::LONGEST;
use super::election::{Acting, Election, Minority};
use super::members::publish;
use super::network::Network;
use super::node::Node;
use super::words::{NOTE, NodeId, Phase};
use super::{Fence, GroupMembers, GroupOptions, Shared, View};
use crate::clusters::{ClusterKey, Directory};
use crate::telemetry::metrics::GroupCounts;

/// This balancer's part in its group. It ends when this is dropped.
pub struct Group {
    pub(super) shared: Arc<Shared>,
    pub(super) directory: Arc<Directory>,
    tasks: [AbortHandle; 2],
}

/// What another part of the program told its peers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Who said it.
    pub node: NodeId,
    /// Whether that one is heard of.
    pub live: bool,
    /// What it said.
    pub text: String,
}

/// A note is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a note of {0} bytes is longer than {LONGEST}")]
pub struct TooLong(usize);

/// How often it is looked what there is to do, and which members there are.
const COUNTING: Duration = Duration::from_secs(1);

/// How long everybody has to hear what cannot wait, and how often it is said.
const HEARING: Duration = Duration::from_millis(50);
const PUSH: Duration = Duration::from_millis(500);
const PUSHES: u32 = 3;

impl Group {
    /// Starts gossip on a runtime.
    pub fn start(
        options: GroupOptions,
        runtime: &Handle,
        network: Arc<dyn Network>,
        directory: Arc<Directory>,
        counts: Arc<GroupCounts>,
    ) -> Self {
        let me = NodeId::new(&options.name, options.started);
        let view = Arc::new(View::empty(me.clone(), options.rules.size));
        let shared = Arc::new(Shared {
            started: Instant::now(),
            counts,
            board: Mutex::default(),
            election: Mutex::new(Election::new(me, options.rules, Instant::now())),
            heard: Mutex::default(),
            members: watch::Sender::default(),
            demand: Mutex::default(),
            view: watch::Sender::new(view),
            acting: watch::Sender::default(),
            fence: Mutex::default(),
            news: Notify::new(),
            met: Mutex::default(),
            pushed: watch::Sender::default(),
            push: Mutex::default(),
            options,
        });
        let node = Node { shared: shared.clone(), network };
        let tasks = [
            runtime.spawn(node.run()).abort_handle(),
            runtime.spawn(count(shared.clone(), directory.clone())).abort_handle(),
        ];
        Self { shared, directory, tasks }
    }

    /// Who is there, from now on.
    pub fn view(&self) -> watch::Receiver<Arc<View>> {
        self.shared.view.subscribe()
    }

    /// The epoch while this balancer acts for the group. It may lag behind: look at [`Group::acting`] before each act.
    pub fn acting_changes(&self) -> watch::Receiver<Option<u64>> {
        self.shared.acting.subscribe()
    }

    /// The right to act for the group now, if this balancer has it. What is begun with it should end before `until`.
    pub fn acting(&self) -> Option<Acting> {
        self.shared.acting()
    }

    /// Whether what comes with an epoch is not out of date: nobody is known to act with a higher one.
    pub fn admits(&self, epoch: u64) -> bool {
        epoch >= Shared::lock(&self.shared.election).acting_epoch()
    }

    /// Asks a fence from now on before this balancer acts without a majority.
    pub fn set_fence(&self, fence: Arc<dyn Fence>) {
        *Shared::lock(&self.shared.fence) = Some(fence);
        Shared::lock(&self.shared.election).minority(Minority::AsksFence);
    }

    /// The sum of the requests in flight for a cluster at all balancers (cases 194 and 195).
    pub fn demand(&self, cluster: &ClusterKey) -> u64 {
        self.shared.demand_of(cluster, &self.directory)
    }

    /// What counts as this balancer's requests in flight for a cluster; without it, what its members have.
    pub fn state_demand(&self, cluster: &ClusterKey, number: Option<u64>) {
        Shared::lock(&self.shared.demand).state(cluster, number);
    }

    /// Tells the others something under a name; `None` takes it back. It stays known to them after this balancer is lost,
    /// until they forget it.
    ///
    /// # Errors
    /// It is longer than 8 KiB.
    pub fn note(&self, name: &str, text: Option<String>) -> Result<(), TooLong> {
        let length = name.len() + text.as_ref().map_or(0, String::len);
        if length > LONGEST {
            return Err(TooLong(length));
        }
        self.shared.say(format!("{NOTE}{name}"), text);
        Ok(())
    }

    /// What the others said under a name, the oldest balancer first.
    pub fn notes(&self, name: &str) -> Vec<Note> {
        let heard = Shared::lock(&self.shared.heard);
        let notes = heard.iter().filter_map(|(node, one)| {
            let text = one.notes.get(name)?.clone();
            Some(Note { node: node.clone(), live: one.owns, text })
        });
        notes.collect()
    }

    /// Says how far this balancer is. One that drains or leaves does not act any more when this returns; when the future ends,
    /// those that are there had a moment to hear of it.
    pub fn announce(&self, phase: Phase) -> impl Future<Output = ()> + Send + 'static {
        Shared::lock(&self.shared.election).enter(phase);
        self.shared.acting.send_if_modified(|acting| phase != Phase::Active && acting.take().is_some());
        push(self.shared.clone())
    }

    /// Where the others reach this balancer.
    pub fn address(&self) -> SocketAddr {
        self.shared.options.advertise
    }

    /// Talks to a balancer that was found otherwise.
    pub fn meet(&self, address: SocketAddr) {
        Shared::lock(&self.shared.met).push(address);
        self.shared.news.notify_one();
    }

    /// The scheme of the members that the others speak of.
    pub fn members(&self) -> GroupMembers {
        GroupMembers { shared: self.shared.clone(), directory: self.directory.clone() }
    }

    /// The sums for all clusters that anybody has something to do for.
    pub fn demands(&self) -> BTreeMap<ClusterKey, u64> {
        self.shared.demands(&self.directory)
    }
}

/// Talks to those that are there at once, and more than once, for what is said may be lost.
async fn push(shared: Arc<Shared>) {
    let mut pushed = shared.pushed.subscribe();
    for _ in 0..PUSHES {
        *Shared::lock(&shared.push) = true;
        pushed.mark_unchanged();
        shared.news.notify_one();
        if timeout(PUSH, pushed.changed()).await.is_err() {
            return;
        }
        sleep(HEARING).await;
    }
}

/// Looks again and again at what there is to do, and which members there are.
async fn count(shared: Arc<Shared>, directory: Arc<Directory>) {
    let mut changes = directory.changes();
    let mut ticks = interval(COUNTING);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    publish(&shared, &directory);
    loop {
        tokio::select! {
            changed = changes.changed() => {
                if changed.is_err() {
                    return;
                }
                // What comes and goes together is told together.
                sleep(HEARING).await;
                changes.borrow_and_update();
                publish(&shared, &directory);
            }
            _ = ticks.tick() => shared.say_demand(&directory),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group").field("options", &self.shared.options).finish_non_exhaustive()
    }
}
