//! Sessions of static endpoints, which are stricter than those of clusters (endpoints.md §6.3).

use std::sync::Arc;

use tokio::time::Instant;

use super::{Affinity, MOST_IDS};
use crate::balancing::affinity::session::{Session, Target};

/// What the session of a request means for a `loadbalance` endpoint with `session`.
#[derive(Clone, Debug)]
pub enum ChildChoice<T> {
    /// The child of this session gets the request. When it fails, no other is tried (309003).
    Bound(Arc<Session<T>>),
    /// The child of this session is not ready, and no other is tried: 309001.
    NotReady(Arc<Session<T>>),
    /// There is no such child any more: 309002.
    InvalidPath(Arc<Session<T>>),
    /// The request starts a session: the algorithm chooses.
    Open,
}

impl<T> ChildChoice<T> {
    /// The session that the request has.
    pub fn session(&self) -> Option<&Session<T>> {
        match self {
            ChildChoice::Bound(session)
            | ChildChoice::NotReady(session)
            | ChildChoice::InvalidPath(session) => Some(session),
            ChildChoice::Open => None,
        }
    }
}

impl<T: Target> Affinity<T> {
    /// What a request with these session ids means for a static endpoint; `ready` says whether a child is, `None` that
    /// there is no such child. The first known session decides, whatever its child can do.
    pub fn child<I>(&self, ids: I, now: Instant, ready: impl Fn(&T) -> Option<bool>) -> ChildChoice<T>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let mut ids = ids.into_iter().take(MOST_IDS).peekable();
        if ids.peek().is_none() {
            return ChildChoice::Open;
        }
        let session = ids.find_map(|id| self.table.find(&self.scope, id.as_ref(), now));
        let standing = session.as_deref().and_then(|session| ready(session.target()));
        self.table.count_request(standing == Some(true));

        let Some(session) = session else { return ChildChoice::Open };
        match standing {
            Some(true) => ChildChoice::Bound(session),
            Some(false) => ChildChoice::NotReady(session),
            None => ChildChoice::InvalidPath(session),
        }
    }
}
