//! A small balancer: clusters with members that take turns, and the sessions of both.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

use crate::balancing::affinity::identification::{learned_cookies, session_cookies};
use crate::balancing::affinity::{Affinity, Choice, SessionTable, Standing, Statistics, Sticky, Window};

/// A member by its name in the specification's fixtures.
pub(super) type Name = &'static str;

/// The session time-out of fixture F1 (elastic-load-balancer.md §9.0).
pub(super) const F1_TIMEOUT: Duration = Duration::from_secs(90);

/// One cluster, balanced round robin.
pub(super) struct Cluster {
    pub(super) affinity: Affinity<Name>,
    members: RefCell<Vec<(Name, Standing)>>,
    cursor: Cell<usize>,
    /// How often the algorithm was asked.
    pub(super) turns: Cell<usize>,
}

impl Cluster {
    pub(super) fn new(table: &Arc<SessionTable<Name>>, domain: &str, members: &[Name]) -> Self {
        Cluster {
            affinity: Affinity {
                table: Arc::clone(table),
                scope: domain.into(),
                window: Window::after_use(F1_TIMEOUT),
                sticky: Sticky::Strict,
            },
            members: RefCell::new(members.iter().map(|&name| (name, Standing::Ready)).collect()),
            cursor: Cell::new(0),
            turns: Cell::new(0),
        }
    }

    pub(super) fn set(&self, member: Name, standing: Standing) {
        for (name, stands) in self.members.borrow_mut().iter_mut() {
            if *name == member {
                *stands = standing;
            }
        }
    }

    /// The member leaves, and its sessions go.
    pub(super) async fn leave(&self, member: Name) {
        self.members.borrow_mut().retain(|(name, _)| *name != member);
        self.affinity.table.retain(|session| *session.target() != member).await;
    }

    pub(super) fn standing(&self, member: Name) -> Option<Standing> {
        self.members.borrow().iter().find(|(name, _)| *name == member).map(|(_, standing)| *standing)
    }

    /// What affinity says about a request with this `Cookie` header.
    pub(super) fn choose(&self, cookie: &str) -> Choice<Name> {
        let headers = request(&[cookie]);
        self.affinity.choose(session_cookies(&headers), Instant::now(), |member| self.standing(member))
    }

    /// A request whose member works and says nothing about sessions: who got it.
    pub(super) fn get(&self, cookie: &str) -> Name {
        self.exchange(cookie, &[], &[])
    }

    /// A request that fails at `down`, and is answered by the first other member with these `Set-Cookie` headers.
    pub(super) fn exchange(&self, cookie: &str, down: &[Name], set_cookies: &[&str]) -> Name {
        let choice = self.choose(cookie);
        let mut member = choice.target().copied().unwrap_or_else(|| self.turn());
        while down.contains(&member) {
            member = self.turn();
        }
        self.answer(&choice, member, set_cookies);
        member
    }

    /// The answer to a request.
    pub(super) fn answer(&self, choice: &Choice<Name>, member: Name, set_cookies: &[&str]) {
        let headers = answer(set_cookies);
        let learned = learned_cookies(&headers, SystemTime::now());
        self.affinity.learn(choice.session(), learned, &member, Instant::now());
    }

    /// Round robin over the members that are ready (elastic-load-balancer.md §3.2).
    fn turn(&self) -> Name {
        self.turns.set(self.turns.get() + 1);
        let members = self.members.borrow();
        loop {
            let (member, standing) = members[self.cursor.get() % members.len()];
            self.cursor.set(self.cursor.get() + 1);
            if standing == Standing::Ready {
                return member;
            }
        }
    }

    pub(super) fn statistics(&self) -> Statistics {
        self.affinity.table.statistics()
    }
}

/// A table with room for everything.
pub(super) fn table<T: crate::balancing::affinity::Target>() -> Arc<SessionTable<T>> {
    Arc::new(SessionTable::new(1_000_000, Instant::now()))
}

/// Cluster shop.c of fixture F1, on a table of its own.
pub(super) fn shop_c() -> Cluster {
    Cluster::new(&table(), "shop.c.domain", &["C1", "C2", "C3"])
}

/// A request with these `Cookie` headers; "" is none.
pub(super) fn request(cookies: &[&str]) -> HeaderMap {
    headers(COOKIE, cookies)
}

/// An answer with these `Set-Cookie` headers.
pub(super) fn answer(set_cookies: &[&str]) -> HeaderMap {
    headers(SET_COOKIE, set_cookies)
}

/// Who each known session is bound to.
pub(super) fn bindings(table: &SessionTable<Name>) -> BTreeMap<String, Name> {
    table.records(Instant::now()).map(|record| (record.id.to_string(), record.target)).collect()
}

fn headers(name: http::HeaderName, values: &[&str]) -> HeaderMap {
    let values = values.iter().filter(|value| !value.is_empty());
    values.map(|value| (name.clone(), HeaderValue::from_bytes(value.as_bytes()).expect("a value"))).collect()
}
