//! What it costs Sinew when there is more of something; each row is compared with the first of its work.

use super::{Measure, Row, Work, again, small};
use crate::load::{Body, Request, Traffic};
use crate::setup::{Kind, Setup};

/// As many members as there are descriptors for: each is a listener of the back end and a connection to it.
const MEMBERS: usize = 9000;

/// All of these works.
pub(super) fn all() -> Vec<Work> {
    let path = Setup::path(Kind::One);
    let one = |title, name, rows: Vec<(String, Traffic)>| Work {
        name,
        title,
        rows: rows.into_iter().map(|(label, traffic)| Row::of_sinew(&label, Kind::One, traffic)).collect(),
        measure: Measure::PerAnswer,
        members: 1,
    };
    let members = [1, 10, 100, 1000, MEMBERS].map(|count| {
        let kind = Kind::Members(count);
        Row::of_sinew(&count.to_string(), kind, small(Setup::path(kind)))
    });
    let connections = [1, 10, 100, 1000, 9000]
        .map(|count| (count.to_string(), Traffic { connections: count, ..small(path) }));
    let headers = [0, 10, 25, 50, 90].map(|count| {
        (format!("{} headers", 8 + count), again(Request { more_headers: count, ..Request::small(path) }))
    });
    let answers = [0, 1, 4, 16, 64, 256, 1024]
        .map(|size| (format!("{size} KiB"), again(Request::sized(path, size * 1024))));
    let requests = [1, 4, 16, 64, 256, 1024].map(|size| {
        let body = Some(Body::Bytes(size * 1024));
        (format!("{size} KiB"), again(Request { body, ..Request::small(path) }))
    });
    vec![
        Work {
            name: "members",
            title: "Members in turn, access log on",
            rows: members.into(),
            measure: Measure::PerAnswer,
            members: MEMBERS,
        },
        one("Busy connections", "busy", connections.into()),
        one("Headers of a request", "headers", headers.into()),
        one("Bodies of answers", "answers", answers.into()),
        one("Bodies of requests", "requests", requests.into()),
    ]
}
