//! The `Cookie` headers of a request.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use super::{acceptable, pieces};

/// Cookies whose names contain one of these are sessions (elastic-load-balancer.md §3.5 S1, with the names that the
/// WSO2 fork added).
const SESSION_NAMES: [&str; 4] = ["JSESSIONID", "PHPSESSID", "phpMyAdmin", "wordpress_test_cookie"];

/// The session cookies of a request in their order, each whole: `NAME=value`. Borrowed from the headers.
///
/// As in the original a name *contains* a session name, so that `JSESSIONIDSSO` and `SHOP_JSESSIONID` are sticky too.
/// Other than there the value does not count: `back=/page?JSESSIONID` is no session. Several `Cookie` headers, as
/// HTTP/2 has them, are read as one. Empty values and overlong cookies are no sessions.
pub fn session_cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    cookies(headers).filter(|cookie| is_session(cookie))
}

/// The values of the cookies with exactly this name.
pub fn cookie_values<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h str> {
    cookies(headers)
        .filter_map(|cookie| cookie.split_once('='))
        .filter_map(move |(written, value)| (written == name).then_some(value))
}

/// Takes the session cookies off a request and leaves the others; a header without cookies goes.
///
/// For requests that a static endpoint balances anew although they carry a session: the new child must not see the
/// dead cookie (endpoints.md E73), but all others (E74). Members of clusters get cookies unchanged
/// (elastic-load-balancer.md W5).
pub fn remove_session_cookies(headers: &mut HeaderMap) {
    if session_cookies(headers).next().is_none() {
        return;
    }
    let kept: Vec<HeaderValue> = headers.get_all(COOKIE).iter().filter_map(without_sessions).collect();
    headers.remove(COOKIE);
    for value in kept {
        headers.append(COOKIE, value);
    }
}

/// Whether a cookie of this name is a session.
pub(super) fn names_session(name: &str) -> bool {
    SESSION_NAMES.iter().any(|known| name.contains(known))
}

fn is_session(cookie: &str) -> bool {
    acceptable(cookie)
        && cookie.split_once('=').is_some_and(|(name, value)| names_session(name) && !value.is_empty())
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers.get_all(COOKIE).iter().flat_map(|line| pieces(line.as_bytes()))
}

/// The line without its session cookies, as it is when there are none; `None` when nothing is left.
fn without_sessions(line: &HeaderValue) -> Option<HeaderValue> {
    if !pieces(line.as_bytes()).any(is_session) {
        return Some(line.clone());
    }
    let is_kept = |piece: &&[u8]| !piece.is_empty() && !std::str::from_utf8(piece).is_ok_and(is_session);
    let kept: Vec<&[u8]> =
        line.as_bytes().split(|&byte| byte == b';').map(<[u8]>::trim_ascii).filter(is_kept).collect();
    if kept.is_empty() { None } else { HeaderValue::from_bytes(&kept.join(&b"; "[..])).ok() }
}
