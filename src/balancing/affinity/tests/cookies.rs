//! Reading `Set-Cookie`, and taking sessions off a request.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

use super::support::{answer, request};
use crate::balancing::affinity::identification::{
    Learned, SessionKind, UnknownSessionKind, cookie_values, learned_cookies, remove_session_cookies,
};

#[test]
fn what_set_cookie_says() {
    // 2024-01-01T00:00:00Z
    let wall_clock = SystemTime::UNIX_EPOCH + Duration::from_secs(1_704_067_200);
    let long_value = format!("JSESSIONID={}", "x".repeat(246));
    let long_path = format!("JSESSIONID=X; Path=/{}", "x".repeat(256));
    for (set_cookie, expected) in [
        ("JSESSIONID=X", Some(("JSESSIONID=X", "/", false))),
        ("JSESSIONID=X; Path=/app; Secure; HttpOnly", Some(("JSESSIONID=X", "/app", false))),
        ("JSESSIONID=X;PATH = /app ", Some(("JSESSIONID=X", "/app", false))),
        ("JSESSIONID=X; Path=/a; Path=/b", Some(("JSESSIONID=X", "/b", false))),
        ("JSESSIONID=X; Path=app", Some(("JSESSIONID=X", "/", false))),
        ("JSESSIONID=X; Path", Some(("JSESSIONID=X", "/", false))),
        (" JSESSIONID = X ; Version=1", Some(("JSESSIONID=X", "/", false))),
        ("JSESSIONID=\"a=b\"", Some(("JSESSIONID=\"a=b\"", "/", false))),
        ("JSESSIONID=X; Max-Age=0", Some(("JSESSIONID=X", "/", true))),
        ("JSESSIONID=X; Max-Age=00", Some(("JSESSIONID=X", "/", true))),
        ("JSESSIONID=X; Max-Age=-99999999999999999999", Some(("JSESSIONID=X", "/", true))),
        ("JSESSIONID=X; Max-Age=99999999999999999999", Some(("JSESSIONID=X", "/", false))),
        ("JSESSIONID=X; Max-Age=soon", Some(("JSESSIONID=X", "/", false))),
        ("JSESSIONID=X; Max-Age=", Some(("JSESSIONID=X", "/", false))),
        ("JSESSIONID=X; Max-Age=-", Some(("JSESSIONID=X", "/", false))),
        ("JSESSIONID=X; Expires=Sun, 31 Dec 2023 23:59:59 GMT", Some(("JSESSIONID=X", "/", true))),
        ("JSESSIONID=X; Expires=Mon, 01 Jan 2024 00:00:01 GMT", Some(("JSESSIONID=X", "/", false))),
        ("JSESSIONID=X; Expires=never", Some(("JSESSIONID=X", "/", false))),
        (
            "JSESSIONID=X; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60",
            Some(("JSESSIONID=X", "/", false)),
        ),
        ("JSESSIONID=X; Max-Age=0; Expires=Fri, 01 Jan 2100 00:00:00 GMT", Some(("JSESSIONID=X", "/", true))),
        ("JSESSIONID=; Path=/app", Some(("JSESSIONID=", "/app", true))),
        ("a=JSESSIONID", None),
        ("JSESSIONID", None),
        ("; JSESSIONID=X", None),
        ("", None),
        (&long_value, None),
        (&long_path, None),
    ] {
        let headers = answer(&[set_cookie]);
        let learned: Vec<_> = learned_cookies(&headers, wall_clock).collect();
        let expected: Vec<_> = expected
            .map(|(id, path, ended)| Learned { name: "JSESSIONID", id: Cow::Borrowed(id), path, ended })
            .into_iter()
            .collect();
        assert_eq!(learned, expected, "{set_cookie:?}");
    }
}

/// Bytes beyond ASCII spoil what they stand in, and nothing else.
#[test]
fn bytes_that_are_no_text() {
    let value = |bytes: &[u8]| HeaderValue::from_bytes(bytes).expect("a value");
    let line = |bytes: &[u8]| HeaderMap::from_iter([(SET_COOKIE, value(bytes))]);
    for (bytes, expected) in [
        (&b"JSESSIONID=X; Comment=\xe9; Path=/a"[..], vec![("JSESSIONID=X", "/a")]),
        (b"JSESSIONID=\xe9", vec![]),
        (b"\xff; JSESSIONID=X", vec![]),
    ] {
        let headers = line(bytes);
        let learned: Vec<_> = learned_cookies(&headers, SystemTime::now()).collect();
        let learned: Vec<_> = learned.iter().map(|cookie| (&*cookie.id, cookie.path)).collect();
        assert_eq!(learned, expected);
    }
    let mut headers = HeaderMap::from_iter([(COOKIE, value(b"a=\xff; JSESSIONID=X; b=2"))]);
    remove_session_cookies(&mut headers);
    assert_eq!(headers[COOKIE].as_bytes(), b"a=\xff; b=2");
}

/// E73 and E74: what the new child of a static endpoint sees.
#[test]
fn e73_e74_sessions_are_taken_off_and_other_cookies_stay() {
    for (cookies, expected) in [
        (&["JSESSIONID=X"][..], &[][..]),
        (&["a=b; JSESSIONID=X; c=d;PHPSESSID=1"], &["a=b; c=d"]),
        (&["a=b;c=d", "JSESSIONID=X", "e=f; JSESSIONID=Y"], &["a=b;c=d", "e=f"]),
        (&["a=b;c=d"], &["a=b;c=d"]),
        (&[], &[]),
    ] {
        let mut headers = request(cookies);
        remove_session_cookies(&mut headers);
        let left: Vec<_> = headers.get_all(COOKIE).iter().collect();
        assert_eq!(left, expected, "{cookies:?}");
    }
}

#[test]
fn cookies_by_name() {
    let headers = request(&["LB=1; XLB=2; LB=3", "lb=4; LB; LB==5"]);
    assert_eq!(cookie_values(&headers, "LB").collect::<Vec<_>>(), ["1", "3", "=5"]);
}

#[test]
fn e78_an_unknown_kind_of_session_is_refused() {
    assert_eq!("http".parse(), Ok(SessionKind::Http));
    assert_eq!("soap".parse(), Ok(SessionKind::Soap));
    assert_eq!("simpleClientSession".parse(), Ok(SessionKind::SimpleClient));
    for word in ["bogus", "", "HTTP"] {
        assert_eq!(word.parse::<SessionKind>(), Err(UnknownSessionKind(word.to_owned())));
    }
}
