//! The response side of elastic-load-balancer.md §3.5, column "new", row by row.

use std::borrow::Cow;
use std::time::SystemTime;

use super::support::answer;
use crate::balancing::affinity::decide::{Change, Current, changes};
use crate::balancing::affinity::identification::{Learned, learned_cookies};

const X: Current<'static> = Current { id: "JSESSIONID=X", path: "/", elsewhere: false, lost: false };

fn bind(id: &'static str, path: &'static str) -> Change<'static> {
    Change::Bind { id: Cow::Borrowed(id), path }
}

fn remove(id: &'static str) -> Change<'static> {
    Change::Remove(Cow::Borrowed(id))
}

/// What is tried, the session of the request, the `Set-Cookie` headers, and what changes.
type Row<'a> = (&'a str, Option<Current<'a>>, &'a [&'a str], Vec<Change<'a>>);

#[test]
fn rows_of_the_response_side() {
    let same = &["JSESSIONID=X; Path=/"][..];
    let changed = &["JSESSIONID=Y; Path=/; HttpOnly"][..];
    let elsewhere = Current { elsewhere: true, ..X };
    let lost = Current { lost: true, ..X };
    let (gone, renewed) = (remove("JSESSIONID=X"), Change::Renew("JSESSIONID=X"));
    let rows: [Row<'_>; 20] = [
        ("no session on the request", None, same, vec![bind("JSESSIONID=X", "/")]),
        ("nothing at all", None, &[], vec![]),
        ("nothing new", Some(X), &[], vec![]),
        ("nothing of interest", Some(X), &["a=JSESSIONID; Path=/"], vec![]),
        ("same id, entry alive", Some(X), same, vec![renewed]),
        ("same id, entry lost", Some(lost), same, vec![bind("JSESSIONID=X", "/")]),
        ("other id, same path", Some(X), changed, vec![gone.clone(), bind("JSESSIONID=Y", "/")]),
        ("other id, default path", Some(X), &["JSESSIONID=Y"], vec![gone.clone(), bind("JSESSIONID=Y", "/")]),
        (
            "other id, other path",
            Some(X),
            &["JSESSIONID=Z; path=/other"],
            vec![bind("JSESSIONID=Z", "/other")],
        ),
        ("other name, same path", Some(X), &["PHPSESSID=Q"], vec![bind("PHPSESSID=Q", "/")]),
        ("a name that begins alike", Some(X), &["JSESSIONIDSSO=S"], vec![bind("JSESSIONIDSSO=S", "/")]),
        (
            "several headers",
            None,
            &["a=1", "JSESSIONID=X; Path=/", "PHPSESSID=Q; Path=/app"],
            vec![bind("JSESSIONID=X", "/"), bind("PHPSESSID=Q", "/app")],
        ),
        ("deleted", Some(X), &["JSESSIONID=X; Max-Age=0"], vec![gone.clone()]),
        ("deleted, unknown", None, &["JSESSIONID=X; Max-Age=0"], vec![gone.clone()]),
        (
            "deleted by another value, and begun anew",
            Some(X),
            &["JSESSIONID=; Max-Age=0", "JSESSIONID=Y"],
            vec![gone.clone(), remove("JSESSIONID="), gone.clone(), bind("JSESSIONID=Y", "/")],
        ),
        ("deleted for another path", Some(X), &["JSESSIONID=; Path=/a"], vec![remove("JSESSIONID=")]),
        ("another answered", Some(elsewhere), &[], vec![bind("JSESSIONID=X", "/")]),
        ("another answered, same id", Some(elsewhere), same, vec![bind("JSESSIONID=X", "/")]),
        ("another answered, other id (W8)", Some(elsewhere), changed, vec![gone, bind("JSESSIONID=Y", "/")]),
        ("another answered, entry lost", Some(Current { lost: true, ..elsewhere }), &[], vec![]),
    ];
    for (row, current, set_cookies, expected) in rows {
        let headers = answer(set_cookies);
        let learned = learned_cookies(&headers, SystemTime::now());
        assert_eq!(changes(current, learned), expected, "{row}");
    }
}

/// endpoints.md §6.2: of SOAP sessions there is one, and the next id replaces it.
#[test]
fn sessions_that_are_no_cookies() {
    let current = Current { id: "urn:uuid:1", path: "/", elsewhere: false, lost: false };
    let learned = |id| [Learned::without_path(Cow::Borrowed(id))];
    assert_eq!(changes(Some(current), learned("urn:uuid:1")), [Change::Renew("urn:uuid:1")]);
    let expected = [remove("urn:uuid:1"), bind("urn:uuid:2", "/")];
    assert_eq!(changes(Some(current), learned("urn:uuid:2")), expected);
}
