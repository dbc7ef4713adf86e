//! One balancer while it runs: gossip, what follows from it, and what is said in turn.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chitchat::{Chitchat, ChitchatConfig, ChitchatHandle, ChitchatId, FailureDetectorConfig, spawn_chitchat};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout};

use super::board::{Board, Heard};
use super::demand::Own;
use super::election::{Acting, Election, Minority, Peer};
use super::network::{Network, SealedTransport};
use super::tracker::Tracker;
use super::view::{self, View};
use super::words::{Card, NodeId, Phase, Said};
use super::{Fence, GroupOptions};
use crate::telemetry::metrics::GroupCounts;

/// What the parts of a group share.
pub(super) struct Shared {
    pub(super) options: GroupOptions,
    pub(super) started: Instant,
    pub(super) counts: Arc<GroupCounts>,
    pub(super) board: Mutex<Board>,
    pub(super) election: Mutex<Election>,
    /// What the others say.
    pub(super) heard: Mutex<BTreeMap<NodeId, Heard>>,
    /// Counts what changed of the members of the others, and of whether these are there.
    pub(super) members: watch::Sender<u64>,
    pub(super) demand: Mutex<Own>,
    pub(super) view: watch::Sender<Arc<View>>,
    pub(super) acting: watch::Sender<Option<u64>>,
    pub(super) fence: Mutex<Option<Arc<dyn Fence>>>,
    /// Somebody said something, here or elsewhere.
    pub(super) news: Notify,
    /// Balancers that were named while the process runs.
    pub(super) met: Mutex<Vec<SocketAddr>>,
    /// Counts how often everything was said to everybody at once.
    pub(super) pushed: watch::Sender<u64>,
    pub(super) push: Mutex<bool>,
}

/// Runs gossip, and begins anew when it must.
pub(super) struct Node {
    pub(super) shared: Arc<Shared>,
    pub(super) network: Arc<dyn Network>,
}

/// Why a life ended.
enum End {
    /// An earlier run seems to be later.
    Generation(u64),
    /// Gossip broke.
    Broken(String),
}

/// News of so long are taken together.
const TOGETHER: Duration = Duration::from_millis(20);

/// How long to wait before gossip that broke is begun anew.
const PAUSE: Duration = Duration::from_secs(1);

/// So many of the others are told at once when something cannot wait.
const MOST_PUSHES: usize = 10;

impl Shared {
    /// The locks guard what stays whole when a thread panics.
    pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to act now.
    pub(super) fn acting(&self) -> Option<Acting> {
        Self::lock(&self.election).acting(Instant::now())
    }

    /// Says something; `None` takes it back.
    pub(super) fn say(&self, key: String, value: Option<String>) {
        if Self::lock(&self.board).say(key, value) {
            self.news.notify_one();
        }
    }
}

impl Node {
    /// Runs until it is dropped.
    pub(super) async fn run(self) {
        let mut generation = self.shared.options.started;
        loop {
            match self.live(generation).await {
                End::Generation(next) => {
                    tracing::info!(target: "group", "the clock was set back since the last start");
                    generation = next;
                }
                End::Broken(error) => {
                    tracing::error!(target: "group", error, "gossip broke, and begins anew");
                    sleep(PAUSE).await;
                    generation = generation.saturating_add(1);
                }
            }
        }
    }

    async fn live(&self, generation: u64) -> End {
        let Shared { options, counts, election, news, .. } = &*self.shared;
        let id = ChitchatId::new(options.name.clone(), generation, options.advertise);
        let transport = SealedTransport::new(self.network.clone(), options.keys.clone(), counts.clone());
        let config = configuration(options, id.clone());
        let handle = match spawn_chitchat(config, Vec::new(), &transport).await {
            Ok(handle) => handle,
            Err(error) => return End::Broken(error.to_string()),
        };
        let mut life = Life::new(self.shared.clone(), handle, id);
        {
            let mut election = Shared::lock(election);
            let now = Instant::now();
            let (phase, said) = (election.phase(), election.said(now));
            *election = Election::new(life.me.clone(), life.rules(), now);
            election.learn(&said);
            if matches!(phase, Phase::Draining | Phase::Leaving) {
                election.enter(phase);
            }
        }
        life.publish(true).await;
        let chitchat = life.handle.chitchat();
        let (shared, mine) = (self.shared.clone(), life.id.clone());
        let _listener = chitchat.lock().await.subscribe_event("", move |event| {
            if *event.node != mine {
                shared.news.notify_one();
            }
        });
        let broken = life.handle.termination_watcher();
        tokio::pin!(broken);
        let mut rounds = interval(options.gossip_interval);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let until = self.shared.acting().map(|acting| acting.until);
            let ends = async {
                match until {
                    Some(until) => sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            let round = tokio::select! {
                _ = rounds.tick() => true,
                () = news.notified() => {
                    sleep(TOGETHER).await;
                    false
                }
                () = ends => false,
                end = &mut broken => {
                    let error = end.err().map_or_else(|| "it ended".to_owned(), |error| error.to_string());
                    return End::Broken(error);
                }
            };
            if let Some(generation) = life.look(round).await {
                return End::Generation(generation);
            }
        }
    }
}

/// One run of gossip; it ends when this is dropped.
struct Life {
    shared: Arc<Shared>,
    handle: ChitchatHandle,
    id: ChitchatId,
    me: NodeId,
    tracker: Tracker,
    asked: Option<Instant>,
    said: Said,
}

impl Drop for Life {
    fn drop(&mut self) {
        self.handle.abort();
    }
}

impl Life {
    fn new(shared: Arc<Shared>, handle: ChitchatHandle, id: ChitchatId) -> Self {
        let tracker = Tracker::new(id.clone(), shared.options.silence, Instant::now());
        let me = NodeId { generation: id.generation_id, name: id.node_id.clone() };
        Self { shared, handle, id, me, tracker, asked: None, said: Said::default() }
    }

    fn rules(&self) -> super::election::Rules {
        let mut rules = self.shared.options.rules;
        if Shared::lock(&self.shared.fence).is_some() {
            rules.minority = Minority::AsksFence;
        }
        rules
    }

    /// Looks at what is new, and says what follows. A generation is that with which to begin anew.
    async fn look(&mut self, round: bool) -> Option<u64> {
        let now = Instant::now();
        let chitchat = self.handle.chitchat();
        let peers = {
            let chitchat = chitchat.lock().await;
            self.tracker.observe(chitchat.node_states(), now);
            self.listen(&chitchat, now);
            self.tracker.peers()
        };
        // Later an earlier run is only a memory of others, which they lose.
        if now < self.shared.started + self.shared.options.rules.lease
            && let Some(generation) = self.tracker.later_generation()
        {
            return Some(generation);
        }
        let (said, view) = self.decide(now, &peers, round);
        let urgent = self.is_urgent(&said);
        self.said = said;
        self.publish(false).await;
        let pushes = std::mem::take(&mut *Shared::lock(&self.shared.push));
        if urgent || pushes {
            self.push(&view);
        }
        if pushes {
            self.shared.pushed.send_modify(|count| *count += 1);
        }
        for address in std::mem::take(&mut *Shared::lock(&self.shared.met)) {
            // It ended, and is begun anew in a moment.
            let _ = self.handle.gossip(address);
        }
        self.tell(view);
        self.ask_fence(now);
        None
    }

    /// Moves the election on. What stops to act does so before anybody is told.
    fn decide(&self, now: Instant, peers: &[Peer], round: bool) -> (Said, View) {
        let options = &self.shared.options;
        let mut election = Shared::lock(&self.shared.election);
        self.tracker.all_said().for_each(|said| election.learn(said));
        election.step(now, peers, round, options.clock.seconds());
        let acting = election.acting(now).map(|acting| acting.epoch);
        self.shared.acting.send_if_modified(|before| std::mem::replace(before, acting) != acting);
        let lease = u64::try_from(options.rules.lease.as_millis()).unwrap_or(u64::MAX);
        let card = Card { version: options.version.to_owned(), size: options.rules.size, lease };
        let said = Said { card, time: Some(self.tracker.seconds(now)), ..election.said(now) };
        let view = View {
            me: self.me.clone(),
            phase: election.phase(),
            size: election.size(),
            others: self.tracker.others(),
            coordinator: election.coordinator(now, peers),
        };
        self.shared.counts.state(view.live().count(), acting.is_some(), election.acting_epoch());
        (said, view)
    }

    /// What the others should hear now and not with the next round.
    fn is_urgent(&self, said: &Said) -> bool {
        let candidate = |said: &Said| said.vote.as_ref().map(|vote| (vote.candidate.clone(), vote.epoch));
        let term = |said: &Said| said.term.map(|term| (term.epoch, term.stance));
        said.phase != self.said.phase
            || candidate(said) != candidate(&self.said)
            || term(said) != term(&self.said)
    }

    /// Writes what this balancer says to where gossip finds it.
    async fn publish(&self, all: bool) {
        let chitchat = self.handle.chitchat();
        let mut chitchat = chitchat.lock().await;
        let state = chitchat.self_node_state();
        for (key, value) in self.said.write() {
            match value {
                Some(value) => state.set(key, value),
                None if state.get(key).is_some() => state.delete(key),
                None => {}
            }
        }
        Shared::lock(&self.shared.board).write(state, all);
    }

    /// Reads what the others say.
    fn listen(&self, chitchat: &Chitchat, now: Instant) {
        let states = chitchat.node_states();
        let stale = self.shared.options.stale;
        let mut heard = Shared::lock(&self.shared.heard);
        let mut before = std::mem::take(&mut *heard);
        let mut is_new = false;
        for run in self.tracker.current() {
            let id = ChitchatId::new(run.node.name.clone(), run.node.generation, run.address);
            let Some(state) = states.get(&id) else { continue };
            let mut one = before.remove(&run.node).unwrap_or_else(Heard::new);
            let owns = run.is_live() && run.said.phase != Phase::Leaving;
            is_new |= one.read(run, state) | (std::mem::replace(&mut one.owns, owns) != owns);
            one.at = run.heard;
            one.fresh = run.is_fresh(now, stale);
            heard.insert(run.node.clone(), one);
        }
        if is_new || before.values().any(|one| one.owns) {
            self.shared.members.send_modify(|count| *count += 1);
        }
    }

    /// Talks to the others at once.
    fn push(&self, view: &View) {
        for other in view.live().take(MOST_PUSHES) {
            // It ended, and is begun anew in a moment.
            let _ = self.handle.gossip(other.address);
        }
    }

    fn tell(&self, view: View) {
        self.shared.view.send_if_modified(|before| {
            let is_new = **before != view;
            if is_new {
                view::tell(before, &view);
                *before = Arc::new(view);
            }
            is_new
        });
    }

    /// Asks the fence, when it is time to: three times in each lease.
    fn ask_fence(&mut self, now: Instant) {
        let lease = self.shared.options.rules.lease;
        let Some(epoch) = Shared::lock(&self.shared.election).asks_fence(now) else { return };
        let Some(fence) = Shared::lock(&self.shared.fence).clone() else { return };
        if self.asked.is_some_and(|asked| now < asked + lease / 3) {
            return;
        }
        self.asked = Some(now);
        let (shared, id) = (self.shared.clone(), self.me.clone());
        tokio::spawn(async move {
            let until = now + lease - lease / 10;
            if timeout(lease, fence.claim(epoch)).await != Ok(true) {
                tracing::debug!(target: "group", balancer = %id, epoch, "the fence does not let it act");
                return;
            }
            Shared::lock(&shared.election).grant(until);
            shared.news.notify_one();
        });
    }
}

fn configuration(options: &GroupOptions, id: ChitchatId) -> ChitchatConfig {
    ChitchatConfig {
        chitchat_id: id,
        cluster_id: options.group.clone(),
        gossip_interval: options.gossip_interval,
        listen_addr: options.listen,
        seed_nodes: options.seeds.clone(),
        // Only whom it talks to follows from this; who is there does not.
        failure_detector_config: FailureDetectorConfig {
            phi_threshold: 16.0,
            max_interval: options.gossip_interval * 10,
            initial_interval: options.gossip_interval,
            dead_node_grace_period: options.forget,
            ..FailureDetectorConfig::default()
        },
        marked_for_deletion_grace_period: options.forget,
        catchup_callback: None,
        extra_liveness_predicate: None,
    }
}
