//! One session: an id, and what it is bound to.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::Equivalent;

/// What sessions are bound to: the key of a member, or the path to a child of a static endpoint. Implemented for all
/// types that can be.
pub trait Target: Clone + PartialEq + Send + Sync + 'static {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Target for T {}

/// A session that a member handed out, or that a client made up.
#[derive(Debug)]
pub struct Session<T> {
    pub(super) key: Key,
    pub(super) path: Cow<'static, str>,
    pub(super) target: T,
    /// The last moment at which it lives, in nanoseconds of the table's time.
    pub(super) last: AtomicU64,
}

impl<T> Session<T> {
    /// The cluster or endpoint that it belongs to: the same id elsewhere is another session.
    pub fn scope(&self) -> &Arc<str> {
        &self.key.scope
    }

    /// The id as clients send it, for cookies `NAME=value`.
    pub fn id(&self) -> &str {
        &self.key.id
    }

    /// The path of its cookie, `/` for what is no cookie.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What it is bound to.
    pub fn target(&self) -> &T {
        &self.target
    }

    pub(super) fn last(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }
}

/// What a session is found by.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) scope: Arc<str>,
    pub(super) id: Arc<str>,
}

/// A [`Key`] that borrows, so that looking up costs no memory.
#[derive(Clone, Copy, Hash)]
pub(super) struct Lookup<'a> {
    pub(super) scope: &'a str,
    pub(super) id: &'a str,
}

/// Without the id: who has it has the session.
impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Key").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Lookup { scope: &self.scope, id: &self.id }.hash(state);
    }
}

impl Equivalent<Key> for Lookup<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self.id == *key.id && *self.scope == *key.scope
    }
}
