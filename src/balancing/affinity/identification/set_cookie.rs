//! The `Set-Cookie` headers of an answer: sessions that begin, go on or end.

use std::borrow::Cow;
use std::time::SystemTime;

use http::HeaderMap;
use http::header::SET_COOKIE;

use super::cookie_date::cookie_date;
use super::cookies::names_session;
use super::{LONGEST_ID, acceptable, pieces};

/// What an answer says about one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned<'a> {
    /// The name of the cookie; "" for sessions that are no cookies.
    pub name: &'a str,
    /// The id as requests will carry it, for cookies `NAME=value`.
    pub id: Cow<'a, str>,
    /// The path below which the client will send the cookie.
    pub path: &'a str,
    /// True when the client is told to forget the cookie.
    pub ended: bool,
}

impl<'a> Learned<'a> {
    /// A session that is no cookie.
    pub fn without_path(id: Cow<'a, str>) -> Self {
        Learned { name: "", id, path: "/", ended: false }
    }
}

/// The session cookies that an answer sets, from all its `Set-Cookie` headers (elastic-load-balancer.md §3.5).
///
/// `Path` is `/` unless the cookie has one that starts with a slash. A cookie ends with `Max-Age` of 0 or less, with an
/// `Expires` before `wall_clock` unless there is a `Max-Age` (RFC 6265 §5.3), and with an empty value, which no two
/// clients could be told apart by. Attributes that make no sense are ignored, the last of a kind counts.
pub fn learned_cookies(headers: &HeaderMap, wall_clock: SystemTime) -> impl Iterator<Item = Learned<'_>> {
    headers.get_all(SET_COOKIE).iter().filter_map(move |line| learned_cookie(line.as_bytes(), wall_clock))
}

fn learned_cookie(line: &[u8], wall_clock: SystemTime) -> Option<Learned<'_>> {
    // A cookie that is no text must not make its first attribute the cookie.
    let first = line.split(|&byte| byte == b';').next().unwrap_or_default();
    let cookie = std::str::from_utf8(first.trim_ascii()).ok()?;
    let (name, value) = cookie.split_once('=')?;
    let (trimmed_name, trimmed_value) = (name.trim_ascii(), value.trim_ascii());
    if !names_session(trimmed_name) || !acceptable(cookie) {
        return None;
    }
    let id = if (trimmed_name, trimmed_value) == (name, value) {
        Cow::Borrowed(cookie)
    } else {
        Cow::Owned(format!("{trimmed_name}={trimmed_value}"))
    };

    let attributes = line.get(first.len().saturating_add(1)..).unwrap_or_default();
    let (mut path, mut max_age, mut expires) = ("/", None, None);
    for attribute in pieces(attributes) {
        let (key, setting) = attribute.split_once('=').unwrap_or((attribute, ""));
        let (key, setting) = (key.trim_ascii(), setting.trim_ascii());
        if key.eq_ignore_ascii_case("path") {
            path = if setting.starts_with('/') { setting } else { "/" };
        } else if key.eq_ignore_ascii_case("max-age") {
            max_age = is_over(setting).or(max_age);
        } else if key.eq_ignore_ascii_case("expires") {
            expires = cookie_date(setting).map(|date| date < wall_clock).or(expires);
        }
    }
    let ended = trimmed_value.is_empty() || max_age.or(expires).unwrap_or(false);
    (path.len() <= LONGEST_ID).then_some(Learned { name: trimmed_name, id, path, ended })
}

/// Whether this `Max-Age` ends the cookie; `None` when it is no number (RFC 6265 §5.2.2). It may have more digits than
/// any integer type.
fn is_over(seconds: &str) -> Option<bool> {
    let (negative, digits) = match seconds.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, seconds),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| negative || digits.bytes().all(|digit| digit == b'0'))
}
