//! All clusters, and what every source said of their members.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

use super::live::{Live, Phase};
use super::{Cluster, ClusterKey, Layer, Member, MemberDefinition, MemberError, Source};

/// The clusters by key. Reading is free of locks; changes are serialised.
#[derive(Debug)]
pub struct Directory {
    clusters: ArcSwap<Clusters>,
    books: Mutex<Books>,
    changes: watch::Sender<u64>,
    orders: broadcast::Sender<Order>,
}

/// What an operator says of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its cluster.
    pub cluster: ClusterKey,
    /// Its key.
    pub member: Arc<str>,
    /// Whether it drains; otherwise it gets requests again.
    pub drain: bool,
}

/// So many orders wait for who is slow to hear of them.
const ORDERS: usize = 256;

type Clusters = HashMap<ClusterKey, Arc<Cluster>>;
type Books = BTreeMap<ClusterKey, Vec<Entry>>;

/// What is known of one member.
#[derive(Debug)]
struct Entry {
    key: Arc<str>,
    said: BTreeMap<Source, MemberDefinition>,
    /// Those of the sources that do not hear of it any more.
    suspicious: BTreeSet<Source>,
    live: Arc<Live>,
}

/// A member that some sources speak of.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// The member.
    pub member: Arc<Member>,
    /// Whether none of these sources heard of it when it should have.
    pub suspected: bool,
}

/// There is no such member.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cluster {cluster} has no member {member}")]
pub struct Unknown {
    /// The cluster that was named.
    pub cluster: ClusterKey,
    /// The member that was named.
    pub member: Arc<str>,
}

impl Default for Directory {
    fn default() -> Self {
        Self {
            clusters: ArcSwap::default(),
            books: Mutex::default(),
            changes: watch::Sender::new(0),
            orders: broadcast::Sender::new(ORDERS),
        }
    }
}

impl Directory {
    /// The cluster with a key; an empty one is made when nobody named it before.
    pub fn cluster(&self, key: &ClusterKey) -> Arc<Cluster> {
        if let Some(cluster) = self.clusters.load().get(key) {
            return cluster.clone();
        }
        let _books = self.lock();
        self.cluster_locked(key)
    }

    /// The cluster with a key, if somebody named it.
    pub fn find(&self, key: &ClusterKey) -> Option<Arc<Cluster>> {
        self.clusters.load().get(key).cloned()
    }

    /// All clusters, ordered by key.
    pub fn clusters(&self) -> Vec<Arc<Cluster>> {
        let mut clusters: Vec<_> = self.clusters.load().values().cloned().collect();
        clusters.sort_by(|one, other| one.key().cmp(other.key()));
        clusters
    }

    /// Forgets those of some clusters that have no members and that nobody works with any more.
    pub fn prune(&self, some: &BTreeSet<ClusterKey>) {
        let books = self.lock();
        let clusters = self.clusters.load_full();
        // The table holds each once, and the copy below once more.
        let is_over = |key: &ClusterKey, cluster: &Arc<Cluster>, holders: usize| {
            some.contains(key)
                && books.get(key).is_none_or(Vec::is_empty)
                && Arc::strong_count(cluster) <= holders
        };
        if clusters.iter().any(|(key, cluster)| is_over(key, cluster, 1)) {
            let mut fewer = Clusters::clone(&clusters);
            fewer.retain(|key, cluster| !is_over(key, cluster, 2));
            self.clusters.store(Arc::new(fewer));
        }
    }

    /// Counts up with each change of members, and of who speaks of them.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// A source says that a member is there, or says something new of it.
    ///
    /// # Errors
    /// The definition makes no sense; nothing changes then.
    pub fn add(
        &self,
        source: &Source,
        cluster: &ClusterKey,
        definition: MemberDefinition,
    ) -> Result<Arc<Member>, MemberError> {
        self.add_in(Phase::Ready, source, cluster, definition)
    }

    /// As [`Directory::add`], for a source whose word is not enough: a member that nobody spoke of before gets no requests
    /// until [`Directory::advance`] says that it is ready. One that is there already stays as it is.
    ///
    /// # Errors
    /// The definition makes no sense; nothing changes then.
    pub fn announce(
        &self,
        source: &Source,
        cluster: &ClusterKey,
        definition: MemberDefinition,
    ) -> Result<Arc<Member>, MemberError> {
        self.add_in(Phase::Joining, source, cluster, definition)
    }

    fn add_in(
        &self,
        phase: Phase,
        source: &Source,
        cluster: &ClusterKey,
        definition: MemberDefinition,
    ) -> Result<Arc<Member>, MemberError> {
        // Looked at before anything is touched; whether it was there before does not matter for that.
        let key = Member::new(cluster.clone(), definition.clone(), None)?.key().clone();
        let mut books = self.lock();
        let entries = books.entry(cluster.clone()).or_default();
        let is_new = self.say(entries, phase, source, definition);
        let members = self.publish(cluster, entries);
        if is_new {
            self.changes.send_modify(|count| *count += 1);
        }
        let member = members.iter().find(|member| *member.key() == key).cloned();
        Ok(member.expect("a member that was just published"))
    }

    /// A source says that a member is no longer there. It stays while another source says that it is.
    ///
    /// # Errors
    /// This source never said that it was there.
    pub fn remove(&self, source: &Source, cluster: &ClusterKey, member: &str) -> Result<(), Unknown> {
        let unknown = || Unknown { cluster: cluster.clone(), member: member.into() };
        let mut books = self.lock();
        let entries = books.get_mut(cluster).ok_or_else(unknown)?;
        let entry = entries.iter_mut().find(|entry| *entry.key == *member).ok_or_else(unknown)?;
        if !self.forget(entry, source) {
            return Err(unknown());
        }
        retire(entries);
        self.publish(cluster, entries);
        self.changes.send_modify(|count| *count += 1);
        Ok(())
    }

    /// A source says which members it knows, all of them: what it said before and does not say now is gone.
    ///
    /// Definitions that make no sense are left out and returned.
    pub fn replace(
        &self,
        source: &Source,
        all: &BTreeMap<ClusterKey, Vec<MemberDefinition>>,
    ) -> Vec<MemberError> {
        let errors = self.update(source, all);
        let mut books = self.lock();
        for (cluster, entries) in books.iter_mut() {
            let said = all.get(cluster);
            let mut left = false;
            for entry in entries.iter_mut() {
                let stays = said.is_some_and(|said| said.iter().any(|one| one.key() == entry.key));
                if !stays {
                    left |= self.forget(entry, source);
                }
            }
            if left {
                retire(entries);
                self.publish(cluster, entries);
            }
        }
        errors
    }

    /// A source says what is new, without saying that anything left: the first half of [`Directory::replace`], for what
    /// must be there before a new configuration asks for it.
    pub fn update(
        &self,
        source: &Source,
        new: &BTreeMap<ClusterKey, Vec<MemberDefinition>>,
    ) -> Vec<MemberError> {
        let mut errors = Vec::new();
        let mut books = self.lock();
        for (cluster, definitions) in new {
            let entries = books.entry(cluster.clone()).or_default();
            for definition in definitions {
                match Member::new(cluster.clone(), definition.clone(), None) {
                    Ok(_) => {
                        self.say(entries, Phase::Ready, source, definition.clone());
                    }
                    Err(error) => errors.push(error),
                }
            }
            self.publish(cluster, entries);
        }
        errors
    }

    /// A source does not hear any more of a member that it spoke of, until it speaks of it again.
    ///
    /// The member is held back when all those of [`Layer::Topology`] that speak of it say so: no member is without requests
    /// while somebody reaches it. What files and operators say does not speak against that, since they do not look.
    ///
    /// # Errors
    /// This source never said that it was there.
    pub fn suspect(&self, source: &Source, cluster: &ClusterKey, member: &str) -> Result<(), Unknown> {
        let unknown = || Unknown { cluster: cluster.clone(), member: member.into() };
        let mut books = self.lock();
        let entries = books.get_mut(cluster).ok_or_else(unknown)?;
        let entry = entries.iter_mut().find(|entry| *entry.key == *member).ok_or_else(unknown)?;
        if !entry.said.contains_key(source) {
            return Err(unknown());
        }
        if entry.suspicious.insert(source.clone()) {
            self.changes.send_modify(|count| *count += 1);
        }
        self.weigh(entry);
        Ok(())
    }

    /// Whether one of certain sources speaks of a member and does not suspect it.
    pub fn hears_of(&self, cluster: &ClusterKey, member: &str, of: impl Fn(&Source) -> bool) -> bool {
        let books = self.lock();
        let entry = books.get(cluster).and_then(|entries| entries.iter().find(|one| *one.key == *member));
        let mut sources = entry.into_iter().flat_map(|entry| entry.said.keys().map(move |one| (entry, one)));
        sources.any(|(entry, source)| of(source) && !entry.suspicious.contains(source))
    }

    /// Lets a member finish what it has, without new clients.
    ///
    /// # Errors
    /// There is no such member.
    pub fn drain(&self, cluster: &ClusterKey, member: &str) -> Result<(), Unknown> {
        self.obey(cluster, member, true)?;
        self.order(cluster, member, true);
        Ok(())
    }

    /// Gives a member requests again: after a drain, and at once when failures or suspicion keep it away.
    ///
    /// # Errors
    /// There is no such member.
    pub fn resume(&self, cluster: &ClusterKey, member: &str) -> Result<(), Unknown> {
        self.obey(cluster, member, false)?;
        self.order(cluster, member, false);
        Ok(())
    }

    /// What operators say of members by [`Directory::drain`] and [`Directory::resume`], from now on.
    pub fn orders(&self) -> broadcast::Receiver<Order> {
        self.orders.subscribe()
    }

    /// Does what an operator said elsewhere; [`Directory::orders`] does not hear of it.
    ///
    /// # Errors
    /// There is no such member.
    pub fn obey(&self, cluster: &ClusterKey, member: &str, drain: bool) -> Result<(), Unknown> {
        if drain {
            return self.enter(cluster, member, Phase::Draining);
        }
        self.enter(cluster, member, Phase::Ready)?;
        if let Some(member) = self.find(cluster).and_then(|cluster| cluster.member(member)) {
            member.live().availability.switch_on();
            member.live().set_suspected(false, Instant::now());
        }
        Ok(())
    }

    fn order(&self, cluster: &ClusterKey, member: &str, drain: bool) {
        // Without a group nobody listens.
        let _ = self.orders.send(Order { cluster: cluster.clone(), member: member.into(), drain });
    }

    fn enter(&self, cluster: &ClusterKey, member: &str, phase: Phase) -> Result<(), Unknown> {
        let found = self.find(cluster).and_then(|cluster| cluster.member(member));
        let found = found.ok_or_else(|| Unknown { cluster: cluster.clone(), member: member.into() })?;
        found.live().enter(phase, Instant::now());
        self.changes.send_modify(|count| *count += 1);
        Ok(())
    }

    /// Moves a member on, if it is in the phase `from`; false when it is not, because others moved it meanwhile.
    pub fn advance(&self, member: &Member, from: Phase, to: Phase) -> bool {
        let moved = member.live().advance(from, to, Instant::now());
        if moved {
            self.changes.send_modify(|count| *count += 1);
        }
        moved
    }

    /// The sources that say that a member is there, the weightiest last.
    pub fn sources(&self, cluster: &ClusterKey, member: &str) -> Vec<Source> {
        let books = self.lock();
        let entry = books.get(cluster).and_then(|entries| entries.iter().find(|one| *one.key == *member));
        entry.map(|entry| entry.said.keys().cloned().collect()).unwrap_or_default()
    }

    /// The members that one of certain sources says are there.
    pub fn spoken_of(&self, by: impl Fn(&Source) -> bool) -> Vec<Spoken> {
        let books = self.lock();
        let mut found = Vec::new();
        for (cluster, entries) in books.iter() {
            let Some(cluster) = self.find(cluster) else { continue };
            let named: BTreeMap<Arc<str>, Arc<Member>> =
                cluster.members().iter().map(|member| (member.key().clone(), member.clone())).collect();
            let spoken = entries.iter().filter(|entry| entry.said.keys().any(&by));
            found.extend(spoken.filter_map(|entry| {
                let member = named.get(&entry.key).cloned()?;
                // An operator does not look, and is believed.
                let told = entry.said.keys().any(|source| source.layer == Layer::RunTime && by(source));
                Some(Spoken { member, suspected: !told && entry.is_suspected(&by) })
            }));
        }
        found
    }

    /// Writes down what a source says; a member that nobody spoke of before begins in a phase. Whether the source did not
    /// speak of it before, or suspected it.
    fn say(
        &self,
        entries: &mut Vec<Entry>,
        phase: Phase,
        source: &Source,
        definition: MemberDefinition,
    ) -> bool {
        let key = definition.key();
        if let Some(entry) = entries.iter_mut().find(|entry| entry.key == key) {
            let is_new = entry.said.insert(source.clone(), definition).is_none();
            let was_suspicious = entry.suspicious.remove(source);
            self.weigh(entry);
            return is_new || was_suspicious;
        }
        entries.push(Entry {
            key,
            said: BTreeMap::from([(source.clone(), definition)]),
            suspicious: BTreeSet::new(),
            live: Arc::new(Live::new(phase)),
        });
        true
    }

    /// A source does not speak of a member any more; whether it did.
    fn forget(&self, entry: &mut Entry, source: &Source) -> bool {
        let spoke = entry.said.remove(source).is_some();
        entry.suspicious.remove(source);
        self.weigh(entry);
        spoke
    }

    /// Holds a member back when all who learn of it suspect it.
    fn weigh(&self, entry: &Entry) {
        if entry.live.set_suspected(entry.is_suspected(|_| true), Instant::now()) {
            self.changes.send_modify(|count| *count += 1);
        }
    }

    /// Makes what the books say of a cluster visible. Members of which nothing new is said stay the same objects.
    fn publish(&self, key: &ClusterKey, entries: &[Entry]) -> Arc<super::Members> {
        let cluster = self.cluster_locked(key);
        let before = cluster.snapshot();
        // Entries keep their order, so that each member is looked for behind the last that was found: thousands come one by one.
        let mut rest = before.iter();
        let member = |entry: &Entry| {
            let definition = entry.said.last_key_value()?.1;
            let mut ahead = rest.clone();
            let known = ahead.find(|member| Arc::ptr_eq(member.live(), &entry.live));
            if known.is_some() {
                rest = ahead;
            }
            match known.filter(|member| member.definition() == definition) {
                Some(member) => Some(member.clone()),
                None => {
                    let live = Some(entry.live.clone());
                    Member::new(key.clone(), definition.clone(), live).ok().map(Arc::new)
                }
            }
        };
        let now: super::Members = entries.iter().filter_map(member).collect();
        let same =
            before.len() == now.len() && before.iter().zip(&now).all(|(old, new)| Arc::ptr_eq(old, new));
        if !same {
            cluster.publish(now);
            self.changes.send_modify(|count| *count += 1);
        }
        cluster.snapshot()
    }

    /// As [`Directory::cluster`], for a caller that holds the books.
    fn cluster_locked(&self, key: &ClusterKey) -> Arc<Cluster> {
        let clusters = self.clusters.load();
        if let Some(cluster) = clusters.get(key) {
            return cluster.clone();
        }
        let cluster = Arc::new(Cluster::new(key.clone()));
        let mut more = Clusters::clone(&clusters);
        more.insert(key.clone(), cluster.clone());
        self.clusters.store(Arc::new(more));
        cluster
    }

    /// Every change leaves the books in order before it can panic.
    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// Whether all that look, of certain sources, have not heard of it; false when none of these looks.
    fn is_suspected(&self, of: impl Fn(&Source) -> bool) -> bool {
        let mut looking =
            self.said.keys().filter(|source| source.layer == Layer::Topology && of(source)).peekable();
        looking.peek().is_some() && looking.all(|source| self.suspicious.contains(source))
    }
}

/// Forgets members that no source speaks of.
fn retire(entries: &mut Vec<Entry>) {
    entries.retain(|entry| {
        let stays = !entry.said.is_empty();
        if !stays {
            entry.live.enter(Phase::Gone, Instant::now());
        }
        stays
    });
}
