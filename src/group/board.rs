//! What this balancer says besides its part in the election, and what it knows of what the others say.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use chitchat::NodeState;
use tokio::time::Instant;

use super::members::{SharedMember, State};
use super::tracker::Run;
use super::words::{DEMAND, DRAIN, MEMBER, MEMBERS, NOTE, SESSIONS};
use crate::clusters::{ClusterKey, MemberDefinition};

/// The keys and values of this balancer.
#[derive(Debug, Default)]
pub(super) struct Board {
    wanted: BTreeMap<String, String>,
    /// Counts changes of members and drains.
    members: u64,
    changed: BTreeSet<String>,
}

/// What another balancer says.
#[derive(Debug)]
pub(super) struct Heard {
    /// When it was last heard of.
    pub(super) at: Option<Instant>,
    /// Whether its numbers count.
    pub(super) fresh: bool,
    /// Whether it is there and its members are.
    pub(super) owns: bool,
    version: u64,
    revision: Option<String>,
    pub(super) demand: BTreeMap<String, u64>,
    pub(super) notes: BTreeMap<String, String>,
    pub(super) sessions: BTreeMap<String, String>,
    /// Its members.
    pub(super) members: Arc<Members>,
    pub(super) drains: Arc<BTreeMap<String, String>>,
}

/// Members by cluster and key.
pub(super) type Members = BTreeMap<(ClusterKey, Arc<str>), (MemberDefinition, State)>;

/// The longest value, in bytes: several fit into a datagram.
pub(super) const LONGEST: usize = 8 * 1024;

impl Board {
    /// Says something; `None` takes it back. False when nothing is new.
    pub(super) fn say(&mut self, key: String, value: Option<String>) -> bool {
        let same = self.wanted.get(&key) == value.as_ref();
        if same {
            return false;
        }
        if key.starts_with(MEMBER) || key.starts_with(DRAIN) {
            self.members += 1;
        }
        match value {
            Some(value) => self.wanted.insert(key.clone(), value),
            None => self.wanted.remove(&key),
        };
        self.changed.insert(key);
        true
    }

    /// What is said under keys with a beginning, without it.
    pub(super) fn under<'a>(&'a self, beginning: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let from = self.wanted.range::<str, _>((Bound::Included(beginning), Bound::Unbounded));
        from.map_while(move |(key, value)| Some((key.strip_prefix(beginning)?, value.as_str())))
    }

    /// Writes what changed since the last time; everything when `all`, for a state that is new.
    pub(super) fn write(&mut self, state: &mut NodeState, all: bool) {
        let changed = std::mem::take(&mut self.changed);
        let members = all || changed.iter().any(|key| key.starts_with(MEMBER) || key.starts_with(DRAIN));
        if all {
            self.wanted.iter().for_each(|(key, value)| state.set(key, value));
        } else {
            for key in changed {
                match self.wanted.get(&key) {
                    Some(value) => state.set(key, value),
                    None if state.get(&key).is_some() => state.delete(&key),
                    None => {}
                }
            }
        }
        // After all members, so that who sees it has seen them.
        if members {
            state.set(MEMBERS, self.members);
        }
    }
}

impl Heard {
    pub(super) fn new() -> Self {
        Self {
            at: None,
            fresh: false,
            owns: false,
            version: 0,
            revision: None,
            demand: BTreeMap::new(),
            notes: BTreeMap::new(),
            sessions: BTreeMap::new(),
            members: Arc::default(),
            drains: Arc::default(),
        }
    }

    /// Reads what is new; whether that concerns members.
    pub(super) fn read(&mut self, run: &Run, state: &NodeState) -> bool {
        if self.version == run.version {
            return false;
        }
        self.version = run.version;
        let under = |beginning: &'static str| {
            let found = state.iter_prefix(beginning);
            found.filter_map(move |(key, value)| Some((key.strip_prefix(beginning)?, value.value.as_str())))
        };
        let owned = |beginning| under(beginning).map(|(key, value)| (key.to_owned(), value.to_owned()));
        self.demand = under(DEMAND).filter_map(|(key, n)| Some((key.to_owned(), n.parse().ok()?))).collect();
        self.notes = owned(NOTE).collect();
        self.sessions = owned(SESSIONS).collect();
        let revision = state.get(MEMBERS);
        let is_new = self.revision.as_deref() != revision;
        if is_new {
            self.revision = revision.map(str::to_owned);
            let members = under(MEMBER).filter_map(|(key, value)| SharedMember::read(key, value));
            let members = members
                .map(|(cluster, definition, state)| ((cluster, definition.key()), (definition, state)));
            self.members = Arc::new(members.collect());
            self.drains = Arc::new(owned(DRAIN).collect());
        }
        is_new
    }
}
