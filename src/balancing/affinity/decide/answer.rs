//! What an answer changes about sessions: the "Response side" of elastic-load-balancer.md §3.5, column "new".

use std::borrow::Cow;

use crate::balancing::affinity::identification::{Learned, MOST_IDS};

/// The session of the request, as it stands when the answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Current<'s> {
    /// Its id.
    pub id: &'s str,
    /// The path of its cookie.
    pub path: &'s str,
    /// True when another than its target answered: after a fail-over, or when its target could not be used.
    pub elsewhere: bool,
    /// True when the table does not know it any more: it ended, or had to make room.
    pub lost: bool,
}

/// One change of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<'s> {
    /// The session goes on.
    Renew(&'s str),
    /// The session is bound to who answered, whether it was known or not.
    Bind {
        /// Its id.
        id: Cow<'s, str>,
        /// The path of its cookie.
        path: &'s str,
    },
    /// The session is over.
    Remove(Cow<'s, str>),
}

/// The changes in their order.
///
/// A session of the request goes on when the answer names it again, is replaced by one for the same cookie (name and
/// path), and stays beside any other. A cookie that the client is told to forget takes its session along, whatever its
/// value. When another than its target answered and did not replace it, it is bound to who answered (cases 127 and E92):
/// that one has served it last, and the next request must not try the failed one first. At most [`MOST_IDS`] learned ids
/// are looked at.
pub fn changes<'s>(
    current: Option<Current<'s>>,
    learned: impl IntoIterator<Item = Learned<'s>>,
) -> Vec<Change<'s>> {
    let mut changes = Vec::new();
    let mut unsettled = current;
    for Learned { name, id, path, ended } in learned.into_iter().take(MOST_IDS) {
        if let Some(session) = current {
            let is_same = session.id == id;
            if is_same && !ended {
                unsettled = None;
                let anew = session.elsewhere || session.lost;
                changes.push(if anew { Change::Bind { id, path } } else { Change::Renew(session.id) });
                continue;
            }
            let is_replaced = !is_same && is_cookie(session, name, path);
            if is_same || is_replaced {
                unsettled = None;
            }
            if is_replaced {
                changes.push(Change::Remove(Cow::Borrowed(session.id)));
            }
        }
        changes.push(if ended { Change::Remove(id) } else { Change::Bind { id, path } });
    }
    if let Some(session) = unsettled.filter(|session| session.elsewhere && !session.lost) {
        changes.push(Change::Bind { id: Cow::Borrowed(session.id), path: session.path });
    }
    changes
}

/// Whether the session is what a client has in its cookie of this name and path.
fn is_cookie(session: Current<'_>, name: &str, path: &str) -> bool {
    let is_named =
        name.is_empty() || session.id.strip_prefix(name).is_some_and(|value| value.starts_with('='));
    is_named && session.path == path
}
