//! What schemes tell what they learn.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

use super::group::Common;
use super::ports::all_open;
use super::{Admission, Damping, Departure, Event, Next};
use crate::clusters::{ClusterKey, Directory, Layer, Member, MemberDefinition, MemberError, Phase, Source};

/// Takes what one scheme learns. When it is dropped, the members that the scheme spoke of are taken back.
pub struct Feed {
    inner: Arc<Inner>,
}

/// Why an event changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The member makes no sense (case 220).
    #[error(transparent)]
    Member(#[from] MemberError),
    /// There are too many.
    #[error("there are {0} members already, and there may be no more")]
    Full(usize),
    /// The scheme never spoke of it.
    #[error("the cluster {cluster} has no member {member}")]
    Unknown {
        /// The cluster that was named.
        cluster: ClusterKey,
        /// The member that was named.
        member: Arc<str>,
    },
}

struct Inner {
    scheme: &'static str,
    source: Source,
    common: Arc<Common>,
    books: Mutex<Books>,
}

type Id = (ClusterKey, Arc<str>);

#[derive(Default)]
struct Books {
    members: HashMap<Id, Known>,
    damping: Damping,
    incarnations: u64,
}

/// A member that the scheme spoke of.
struct Known {
    member: Arc<Member>,
    stage: Stage,
    /// Tells it from earlier members with the same key, of which tasks may still speak.
    incarnation: u64,
    /// What goes on about it; ended when it is dropped.
    task: Option<Task>,
}

/// How far it is, as this scheme sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Joining,
    Ready,
    /// Not heard of by this scheme, and whether it was ready before.
    Suspect {
        was_ready: bool,
    },
    Leaving,
}

struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How often it is looked whether a member that leaves has finished what it had.
const DRAIN_ROUND: Duration = Duration::from_millis(100);

impl Feed {
    pub(super) fn new(scheme: &'static str, common: Arc<Common>) -> Self {
        let source = Source::new(Layer::Topology, scheme);
        Self { inner: Arc::new(Inner { scheme, source, common, books: Mutex::default() }) }
    }

    /// Takes an event.
    ///
    /// # Errors
    /// It makes no sense, and changed nothing.
    pub fn report(&self, event: Event) -> Result<(), Refused> {
        let inner = &self.inner;
        let mut books = inner.lock();
        match event {
            Event::Join { cluster, definition } => inner.join(&mut books, cluster, definition),
            Event::Update { cluster, definition } => inner.update(&mut books, cluster, definition),
            Event::Suspect { cluster, member } => inner.suspect(&mut books, (cluster, member)),
            Event::Leave { cluster, member, departure: Departure::Announced } => {
                inner.leave(&mut books, (cluster, member))
            }
            Event::Leave { cluster, member, departure: Departure::Lost } => {
                inner.lose(&mut books, (cluster, member))
            }
        }
    }

    /// A member that the scheme spoke of and that is still there, also while it leaves.
    pub fn member(&self, cluster: &ClusterKey, member: &Arc<str>) -> Option<Arc<Member>> {
        let books = self.inner.lock();
        books.members.get(&(cluster.clone(), member.clone())).map(|known| known.member.clone())
    }

    /// The clusters that there are.
    pub fn directory(&self) -> &Directory {
        &self.inner.common.directory
    }

    /// Something came to the scheme that it does not believe; `reason` is a word of a small set.
    pub fn refused(&self, reason: &'static str) {
        self.refusals()(reason);
    }

    /// What [`Feed::refused`] does, for others who must not keep the feed.
    pub fn refusals(&self) -> impl Fn(&'static str) + Send + Sync + use<> {
        let (scheme, counts) = (self.inner.scheme, self.inner.common.counts.clone());
        move |reason| counts.refused(scheme, reason)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        let mut books = self.inner.lock();
        let ids: Vec<Id> = books.members.keys().cloned().collect();
        for id in &ids {
            self.inner.take_back(&mut books, id);
        }
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("source", &self.inner.source).finish_non_exhaustive()
    }
}

impl Inner {
    fn join(
        self: &Arc<Self>,
        books: &mut Books,
        cluster: ClusterKey,
        definition: MemberDefinition,
    ) -> Result<(), Refused> {
        // Looked at before the incarnation before is ended.
        let key = Member::new(cluster.clone(), definition.clone(), None)?.key().clone();
        let id = (cluster, key);
        let most = self.common.rules.most_members;
        if books.members.contains_key(&id) {
            self.end(books, &id, "left");
        } else if books.members.len() >= most {
            return Err(Refused::Full(most));
        }
        let member = self.common.directory.announce(&self.source, &id.0, definition)?;
        self.note("joined", &id);
        books.incarnations = books.incarnations.wrapping_add(1);
        // Others may have said before that it is there; it has requests then.
        let is_new = member.live().phase() == Phase::Joining;
        let stage = if is_new { Stage::Joining } else { Stage::Ready };
        let known = Known { member, stage, incarnation: books.incarnations, task: None };
        books.members.insert(id.clone(), known);
        if is_new {
            self.admit(books, &id);
        }
        Ok(())
    }

    fn update(
        self: &Arc<Self>,
        books: &mut Books,
        cluster: ClusterKey,
        definition: MemberDefinition,
    ) -> Result<(), Refused> {
        let id = (cluster, definition.key());
        let same_place = |known: &Known| {
            known.stage != Stage::Leaving && is_same_place(known.member.definition(), &definition)
        };
        if !books.members.get(&id).is_some_and(same_place) {
            return self.join(books, id.0, definition);
        }
        let is_news = books.members.get(&id).is_some_and(|known| *known.member.definition() != definition);
        let member = self.common.directory.announce(&self.source, &id.0, definition)?;
        if is_news {
            self.note("updated", &id);
        }
        let Some(known) = books.members.get_mut(&id) else { return Ok(()) };
        known.member = member;
        if let Stage::Suspect { was_ready } = known.stage {
            known.task = None;
            // What was said anew has lifted the suspicion.
            if was_ready {
                known.stage = Stage::Ready;
            } else {
                known.stage = Stage::Joining;
                self.admit(books, &id);
            }
        }
        Ok(())
    }

    fn suspect(&self, books: &mut Books, id: Id) -> Result<(), Refused> {
        let Some(known) = books.members.get_mut(&id) else { return Err(unknown(id)) };
        if matches!(known.stage, Stage::Suspect { .. } | Stage::Leaving) {
            return Ok(());
        }
        let was_ready = known.stage == Stage::Ready;
        known.stage = Stage::Suspect { was_ready };
        known.task = None;
        // Nobody but this feed removes what it said, so that it is there. Others who hear of it keep its requests.
        let _ = self.common.directory.suspect(&self.source, &id.0, &id.1);
        self.note("suspected", &id);
        Ok(())
    }

    fn leave(self: &Arc<Self>, books: &mut Books, id: Id) -> Result<(), Refused> {
        let Some(known) = books.members.get_mut(&id) else { return Err(unknown(id)) };
        let live = known.member.live().clone();
        let hold = self.common.rules.leave_hold;
        let done = live.in_flight() == 0 && (hold.is_zero() || known.stage == Stage::Joining);
        if done || self.is_overruled(&id) {
            self.end(books, &id, "left");
            return Ok(());
        }
        if known.stage == Stage::Leaving {
            return Ok(());
        }
        known.stage = Stage::Leaving;
        for phase in [Phase::Ready, Phase::Joining] {
            self.common.directory.advance(&known.member, phase, Phase::Draining);
        }
        let limit = Instant::now() + self.common.lifecycle(&id.0).drain_timeout;
        let (inner, incarnation) = (self.clone(), known.incarnation);
        known.task = Some(self.spawn(async move {
            sleep(hold).await;
            while live.in_flight() > 0 && Instant::now() < limit {
                sleep(DRAIN_ROUND).await;
            }
            inner.end_incarnation(&id, incarnation, "left");
        }));
        Ok(())
    }

    fn lose(self: &Arc<Self>, books: &mut Books, id: Id) -> Result<(), Refused> {
        self.suspect(books, id.clone())?;
        let grace = self.common.rules.leave_grace;
        let Some(known) = books.members.get_mut(&id) else { return Ok(()) };
        if grace.is_zero() {
            self.end(books, &id, "lost");
        } else if known.task.is_none() {
            let (inner, incarnation) = (self.clone(), known.incarnation);
            known.task = Some(self.spawn(async move {
                sleep(grace).await;
                inner.end_incarnation(&id, incarnation, "lost");
            }));
        }
        Ok(())
    }

    /// Probes a member until it gets requests.
    fn admit(self: &Arc<Self>, books: &mut Books, id: &Id) {
        let now = Instant::now();
        let wait = books.damping.wait(&id.0, &id.1, now);
        if !wait.is_zero() {
            let (cluster, member) = id;
            tracing::warn!(target: "membership", %cluster, %member, ?wait, "the member comes and goes; it must wait");
        }
        let Some(known) = books.members.get_mut(id) else { return };
        let admission = Admission::new(self.common.lifecycle(&id.0).admission_delay, now + wait);
        let rounds = self.clone().probe(id.clone(), known.member.clone(), known.incarnation, admission);
        known.task = Some(self.spawn(rounds));
    }

    async fn probe(self: Arc<Self>, id: Id, member: Arc<Member>, incarnation: u64, mut admission: Admission) {
        let mut complained = false;
        loop {
            let open = all_open(&*self.common.ports, member.definition()).await;
            if !open && !complained {
                complained = true;
                let (cluster, member) = &id;
                tracing::info!(target: "membership", %cluster, %member, "not all ports of the member are open yet");
            }
            match admission.probed(open, Instant::now()) {
                Next::Admit => break,
                Next::Probe(pause) => sleep(pause).await,
            }
        }
        let mut books = self.lock();
        let known = books.members.get_mut(&id).filter(|known| known.incarnation == incarnation);
        // It may have been suspected while this waited for the books.
        if let Some(known) = known.filter(|known| known.stage == Stage::Joining) {
            known.stage = Stage::Ready;
            // An operator may have sent it to a drain meanwhile, which stays.
            self.common.directory.advance(&known.member, Phase::Joining, Phase::Ready);
            self.note("admitted", &id);
        }
    }

    fn end_incarnation(&self, id: &Id, incarnation: u64, how: &'static str) {
        let mut books = self.lock();
        if books.members.get(id).is_some_and(|known| known.incarnation == incarnation) {
            self.end(&mut books, id, how);
        }
    }

    /// A member is not there any more.
    fn end(&self, books: &mut Books, id: &Id, how: &'static str) {
        self.take_back(books, id);
        books.damping.departed(&id.0, &id.1, Instant::now());
        self.note(how, id);
    }

    /// Takes back that a member is there, and ends what goes on about it.
    fn take_back(&self, books: &mut Books, id: &Id) {
        let Some(known) = books.members.remove(id) else { return };
        let directory = &self.common.directory;
        // Nobody but this feed removes what it said, so that it is there.
        let _ = directory.remove(&self.source, &id.0, &id.1);
        // It stays when others say that it is there; then what this scheme knew of it counts no more.
        let ours = match known.stage {
            Stage::Ready | Stage::Suspect { was_ready: true } => None,
            Stage::Leaving => Some(Phase::Draining),
            // Another scheme probes it on its own; files and operators do not.
            Stage::Joining | Stage::Suspect { was_ready: false } => {
                let sources = directory.sources(&id.0, &id.1);
                sources.iter().any(|source| source.layer != Layer::Topology).then_some(Phase::Joining)
            }
        };
        if let Some(phase) = ours {
            directory.advance(&known.member, phase, Phase::Ready);
        }
    }

    /// Whether a weightier source looks after a member and has heard of it, so that it does not matter what this scheme says.
    fn is_overruled(&self, id: &Id) -> bool {
        let weightier = |source: &Source| source.layer == Layer::Topology && *source > self.source;
        self.common.directory.hears_of(&id.0, &id.1, weightier)
    }

    fn note(&self, event: &'static str, (cluster, member): &Id) {
        self.common.counts.event(self.scheme, event);
        tracing::info!(target: "membership", scheme = self.scheme, %cluster, %member, "member {event}");
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> Task {
        Task(self.common.runtime.spawn(work).abort_handle())
    }

    /// Every change leaves the books in order before it can panic.
    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown((cluster, member): Id) -> Refused {
    Refused::Unknown { cluster, member }
}

/// Whether two definitions lead to the same ports.
fn is_same_place(one: &MemberDefinition, other: &MemberDefinition) -> bool {
    one.reached_at() == other.reached_at()
        && (one.http_port, one.https_port) == (other.http_port, other.https_port)
        && one.port_mappings == other.port_mappings
}
