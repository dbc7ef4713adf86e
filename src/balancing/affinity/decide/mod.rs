//! What the sessions of a request and of its answer mean.
//!
//! [`verdict`] and [`changes`] are the rules, without state. [`Affinity`] applies them to a table for the members of a
//! cluster ([`Affinity::choose`]) and for the children of a static endpoint ([`Affinity::child`]).

use std::sync::Arc;

use tokio::time::Instant;

use super::identification::{Learned, MOST_IDS};
use super::session::{Session, Target};
use super::table::SessionTable;
use super::window::Window;

mod answer;
mod child;
mod request;

pub use answer::{Change, Current, changes};
pub use child::ChildChoice;
pub use request::{Choice, Standing, Sticky, Verdict, verdict};

/// The sessions of one cluster or endpoint.
#[derive(Clone, Debug)]
pub struct Affinity<T> {
    /// Where sessions are kept.
    pub table: Arc<SessionTable<T>>,
    /// Who they belong to: the resolved cluster, or the endpoint. Sessions of others are not found, so neither a cookie
    /// of another host (elastic-load-balancer.md case 130) nor of another tenant's cluster (case 131, W44) counts, and
    /// the members of one cluster cannot touch the sessions of another.
    pub scope: Arc<str>,
    /// How long they live.
    pub window: Window,
    /// What becomes of sessions whose member is suspended.
    pub sticky: Sticky,
}

impl<T: Target> Affinity<T> {
    /// Where a request with these session ids goes; `standing` says how a target stands, `None` that it left.
    ///
    /// The first session in order whose target may be used counts, and lives longer (§3.5 S2, S4, S6). A request without
    /// ids does not touch the table. At most [`MOST_IDS`] ids are looked up.
    pub fn choose<I>(&self, ids: I, now: Instant, standing: impl Fn(&T) -> Option<Standing>) -> Choice<T>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let (mut asked, mut former) = (false, None);
        for id in ids.into_iter().take(MOST_IDS) {
            asked = true;
            let Some(session) = self.table.find(&self.scope, id.as_ref(), now) else { continue };
            match verdict(standing(session.target()), self.sticky, now) {
                Verdict::Use => {
                    self.table.renew(&session, self.window, now);
                    self.table.count_request(true);
                    return Choice::Bound(session);
                }
                Verdict::PassOver => {
                    former.get_or_insert(session);
                }
                Verdict::Forget => self.table.forget(&session),
            }
        }
        if asked {
            self.table.count_request(false);
        }
        Choice::Open { former }
    }

    /// Keeps what an answer says about sessions. `current` is the session that the choice for the request was made by
    /// ([`Choice::session`]), `answered` who answered, which after a fail-over is another.
    pub fn learn<'s>(
        &self,
        current: Option<&'s Session<T>>,
        learned: impl IntoIterator<Item = Learned<'s>>,
        answered: &T,
        now: Instant,
    ) {
        let mut learned = learned.into_iter().peekable();
        let elsewhere = current.is_some_and(|session| session.target() != answered);
        if learned.peek().is_none() && !elsewhere {
            return;
        }
        let current = current.map(|session| Current {
            id: session.id(),
            path: session.path(),
            elsewhere,
            lost: self.table.find(&self.scope, session.id(), now).is_none(),
        });
        for change in changes(current, learned) {
            match change {
                Change::Renew(id) => {
                    if let Some(session) = self.table.find(&self.scope, id, now) {
                        self.table.renew(&session, self.window, now);
                    }
                }
                Change::Bind { id, path } => self.bind(&id, path, answered, now),
                Change::Remove(id) => self.table.remove(&self.scope, &id),
            }
        }
    }

    /// Binds a session before there is an answer, for ids that clients make up
    /// ([`SessionKind::starts_at_client`](super::SessionKind::starts_at_client)).
    pub fn start(&self, id: &str, target: &T, now: Instant) {
        self.bind(id, "/", target, now);
    }

    fn bind(&self, id: &str, path: &str, target: &T, now: Instant) {
        self.table.bind(&self.scope, id, path, target.clone(), self.window, now);
    }
}
