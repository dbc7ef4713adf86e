//! The routes of a cluster: which cookie value means which member.

use std::collections::HashMap;
use std::fmt;

use http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

use super::cookie::AffinityCookie;
use super::decide::{Standing, Sticky, Verdict, verdict};
use super::identification::{MOST_IDS, cookie_values};

/// What the cookie says: 16 hexadecimal digits that mean a member to who has the key, and nothing to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RouteId(pub(super) u64);

impl RouteId {
    /// The id that a cookie value is; none unless it is written just as [`RouteId`] is displayed.
    fn read(value: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_id = value.len() == 16 && value.bytes().all(is_digit);
        if is_id { u64::from_str_radix(value, 16).ok().map(RouteId) } else { None }
    }
}

impl fmt::Display for RouteId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

/// What the cookie of a request means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteChoice<'r, T> {
    /// The route that the cookie names, kept for the answer ([`Routes::set_cookie`]).
    pub presented: Option<RouteId>,
    /// The member that gets the request; `None` leaves it to the algorithm.
    pub member: Option<&'r T>,
}

/// The way to one member.
#[derive(Clone, Debug)]
struct Route<T> {
    id: RouteId,
    member: T,
    plain: HeaderValue,
    secure: HeaderValue,
}

/// The routes to the members of one cluster, built once for each snapshot of its members.
///
/// A cookie only leads to a member that is in here, so forged ids, and ids of other clusters, lead nowhere
/// (hardening.md §2 row 24).
#[derive(Clone, Debug)]
pub struct Routes<T> {
    cookie: AffinityCookie,
    by_id: HashMap<RouteId, Route<T>>,
    by_member: HashMap<Box<str>, RouteId>,
}

impl<T> Routes<T> {
    pub(super) fn new<K: AsRef<str>>(
        cookie: &AffinityCookie,
        cluster: &str,
        members: impl IntoIterator<Item = (K, T)>,
    ) -> Self {
        let (mut by_id, mut by_member) = (HashMap::new(), HashMap::new());
        for (key, member) in members {
            let id = cookie.route_id(cluster, key.as_ref());
            let (plain, secure) = cookie.header_values(id);
            by_id.insert(id, Route { id, member, plain, secure });
            by_member.insert(key.as_ref().into(), id);
        }
        Routes { cookie: cookie.clone(), by_id, by_member }
    }

    /// The member that the request's cookie names, if it is one of these and may be used now; `standing` says how a
    /// member stands. The cookie goes to the member like any other (elastic-load-balancer.md W5). Of several cookies of
    /// the name the first counts that names a member.
    pub fn choose(
        &self,
        headers: &HeaderMap,
        sticky: Sticky,
        now: Instant,
        standing: impl Fn(&T) -> Option<Standing>,
    ) -> RouteChoice<'_, T> {
        let mut values = cookie_values(headers, self.cookie.name()).take(MOST_IDS);
        let route = values.find_map(|value| self.by_id.get(&RouteId::read(value)?));
        let usable = route.filter(|route| verdict(standing(&route.member), sticky, now) == Verdict::Use);
        RouteChoice { presented: route.map(|route| route.id), member: usable.map(|route| &route.member) }
    }

    /// The `Set-Cookie` for the answer of the member with this key; `None` when the client has that cookie already.
    ///
    /// The client gets it when it had no cookie, an unknown one, or one of another member than the one that answered.
    /// `secure` is for requests over https. `None` too when the member is not among these.
    pub fn set_cookie(
        &self,
        presented: Option<RouteId>,
        answered: &str,
        secure: bool,
    ) -> Option<HeaderValue> {
        let route = self.by_id.get(self.by_member.get(answered)?)?;
        let is_known = presented == Some(route.id);
        (!is_known).then(|| if secure { route.secure.clone() } else { route.plain.clone() })
    }
}
