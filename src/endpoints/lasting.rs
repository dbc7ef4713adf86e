//! What outlives every deployment: members, sessions, and names of hosts that were looked up.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::balancing::affinity::{DEFAULT_SESSION_TIMEOUT, SessionTable};
use crate::clusters::{ClusterKey, Directory, Layer, MemberDefinition, Source};

/// The state of the balancer that new configurations find again.
pub struct Lasting {
    /// Who is there.
    pub directory: Arc<Directory>,
    /// Which session belongs to which member; made for the first configuration.
    sessions: OnceLock<Arc<SessionTable<Arc<str>>>>,
    named: Mutex<Named>,
    /// How long sessions live when neither the endpoint nor the balancer's configuration says it: what the original calls
    /// `synapse.sal.endpoints.sesssion.timeout.default`.
    pub session_timeout: Duration,
    /// The secret of affinity cookies.
    pub affinity_secret: Option<Vec<u8>>,
}

/// The clusters that configurations name.
#[derive(Default)]
struct Named {
    now: BTreeSet<ClusterKey>,
    /// Named once, and still there.
    before: BTreeSet<ClusterKey>,
}

/// The most sessions that are kept (`session_table_max`).
pub const MOST_SESSIONS: u64 = 1_000_000;

/// Without the secret.
impl fmt::Debug for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lasting").field("directory", &self.directory).finish_non_exhaustive()
    }
}

impl Default for Lasting {
    fn default() -> Self {
        Self {
            directory: Arc::default(),
            sessions: OnceLock::new(),
            named: Mutex::default(),
            session_timeout: DEFAULT_SESSION_TIMEOUT,
            affinity_secret: None,
        }
    }
}

/// The members that artifacts name, by cluster.
pub type StaticMembers = BTreeMap<ClusterKey, Vec<MemberDefinition>>;

impl Lasting {
    /// With members that are known already.
    pub fn new(
        directory: Arc<Directory>,
        session_timeout: Duration,
        affinity_secret: Option<Vec<u8>>,
    ) -> Self {
        Self { directory, session_timeout, affinity_secret, ..Self::default() }
    }

    /// Which session belongs to which member.
    pub fn sessions(&self) -> &Arc<SessionTable<Arc<str>>> {
        self.sessions_of(MOST_SESSIONS)
    }

    /// The same; the first who asks says how many there may be.
    pub fn sessions_of(&self, most: u64) -> &Arc<SessionTable<Arc<str>>> {
        self.sessions.get_or_init(|| Arc::new(SessionTable::new(most, Instant::now())))
    }

    /// Makes members known before a configuration asks for them.
    pub fn announce(&self, members: &StaticMembers) {
        self.directory.update(&source(), members);
    }

    /// Forgets the members that the configuration in service no longer names.
    pub fn settle(&self, members: &StaticMembers) {
        self.directory.replace(&source(), members);
        let mut named = self.lock();
        let before = std::mem::replace(&mut named.now, members.keys().cloned().collect());
        named.before.extend(before);
        drop(named);
        self.prune();
    }

    /// Forgets the clusters of a configuration that is not put in service after all.
    pub fn abandon(&self, members: StaticMembers) {
        self.lock().before.extend(members.into_keys());
        self.prune();
    }

    /// Forgets the clusters that configurations named once and none names any more, as soon as they have no members and nobody
    /// works with them.
    pub fn prune(&self) {
        let mut named = self.lock();
        let Named { now, before } = &mut *named;
        let directory = &self.directory;
        before.retain(|cluster| !now.contains(cluster) && directory.find(cluster).is_some());
        directory.prune(before);
    }

    fn lock(&self) -> MutexGuard<'_, Named> {
        self.named.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn source() -> Source {
    Source::new(Layer::Static, "configuration")
}
