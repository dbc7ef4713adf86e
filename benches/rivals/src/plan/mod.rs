//! The work: what is asked of which proxies, and what is measured.

mod growth;

use std::time::Duration;

use crate::load::{Body, Pace, Request, Traffic};
use crate::peers::Peer;
use crate::setup::{Kind, Setup};

/// One comparison.
pub(crate) struct Work {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// What it is, for readers.
    pub(crate) title: &'static str,
    /// Who does it. The others are compared with the first.
    pub(crate) rows: Vec<Row>,
    /// What is measured.
    pub(crate) measure: Measure,
    /// How many members the back end has.
    pub(crate) members: usize,
}

/// One who does it.
pub(crate) struct Row {
    /// The name of the proxy, and what sets it apart from other rows.
    pub(crate) label: String,
    /// The name of the proxy.
    pub(crate) peer: &'static str,
    /// What it does.
    pub(crate) kind: Kind,
    /// What its clients do.
    pub(crate) traffic: Traffic,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Processor time for each answer, in microseconds.
    PerAnswer,
    /// Processor time for the bytes of bodies, in milliseconds for each gigabyte.
    PerGigabyte,
    /// Median and 99th percentile of the time to an answer, in microseconds.
    Latency,
    /// Memory for each idle connection, in KiB.
    IdleMemory,
    /// Memory of the process after its start, in MiB.
    ProcessMemory,
    /// The time from the start of the process to the first answer, in milliseconds.
    Start,
    /// The time from when one more service is asked for to its first answer, in milliseconds.
    Change,
}

const CONNECTIONS: usize = 64;
const MIB: u64 = 1024 * 1024;

/// All work, for the proxies that there are.
pub(crate) fn all(peers: &[&Peer]) -> Vec<Work> {
    let every = |kind: Kind, traffic: Traffic| -> Vec<Row> {
        let able = peers.iter().filter(|peer| peer.can(kind));
        let row = |peer: &&Peer| Row {
            label: peer.name.to_owned(),
            peer: peer.name,
            kind,
            traffic: traffic.clone(),
        };
        able.map(row).collect()
    };
    let work = |name, title, kind, measure, traffic: fn(&str) -> Traffic| Work {
        name,
        title,
        rows: every(kind, traffic(Setup::path(kind))),
        measure,
        members: if kind == Kind::One { 1 } else { 64 },
    };
    let mut all = vec![
        work("small", "Small GET, keep-alive, to one member", Kind::One, Measure::PerAnswer, small),
        work("balanced", "64 members in turn, access log on", Kind::Balanced, Measure::PerAnswer, small),
        work("sticky", "64 members, sticky cookie, access log on", Kind::Sticky, Measure::PerAnswer, sticky),
        work("chunked", "Answer of 10 KB in chunks of 4 KB", Kind::One, Measure::PerAnswer, chunked),
        work("sized", "Answer of 16 KiB", Kind::One, Measure::PerAnswer, |path| {
            again(Request::sized(path, 16 * 1024))
        }),
        work("post", "POST of 1 KiB", Kind::One, Measure::PerAnswer, |path| {
            again(Request { body: Some(Body::Bytes(1024)), ..Request::small(path) })
        }),
        work("connections", "A connection for each request", Kind::One, Measure::PerAnswer, |path| Traffic {
            pace: Pace::NewConnection,
            ..small(path)
        }),
        work("tls", "TLS, keep-alive", Kind::One, Measure::PerAnswer, |path| Traffic {
            tls: true,
            ..small(path)
        }),
        work("handshakes", "A full TLS handshake for each request", Kind::One, Measure::PerAnswer, |path| {
            Traffic { tls: true, pace: Pace::NewConnection, connections: 16, ..small(path) }
        }),
        work("latency", "4,000 requests a second", Kind::One, Measure::Latency, |path| Traffic {
            pace: Pace::Rate(4000),
            ..small(path)
        }),
    ];
    for (name, title, traffic) in [
        ("down-1m", "1 MiB down", (|path| bulk(Request::sized(path, MIB))) as fn(&str) -> Traffic),
        ("down-100m", "100 MiB down", |path| bulk(Request::sized(path, 100 * MIB))),
        ("up-1m", "1 MiB up", |path| bulk(upload(path, MIB))),
        ("up-100m", "100 MiB up", |path| bulk(upload(path, 100 * MIB))),
    ] {
        all.push(work(name, title, Kind::One, Measure::PerGigabyte, traffic));
    }
    for (name, title, traffic) in [
        ("idle-50", "50 idle connections", (|path| idle(path, 50)) as fn(&str) -> Traffic),
        ("idle-1000", "1,000 idle connections", |path| idle(path, 1000)),
        ("idle-9000", "9,000 idle connections", |path| idle(path, 9000)),
    ] {
        all.push(work(name, title, Kind::One, Measure::IdleMemory, traffic));
    }
    all.push(work(
        "idle-process",
        "After the start, without traffic",
        Kind::One,
        Measure::ProcessMemory,
        |path| idle(path, 1),
    ));
    all.push(work("start", "Start to first answer", Kind::One, Measure::Start, |path| idle(path, 1)));
    let is_there = peers.iter().any(|peer| peer.name == "sinew");
    let own = |name, title, rows: &[(&str, Kind)], measure, traffic: fn(&str) -> Traffic| {
        let rows = rows.iter().filter(|_| is_there);
        let rows = rows.map(|(label, kind)| Row::of_sinew(label, *kind, traffic(Setup::path(*kind))));
        Work { name, title, rows: rows.collect(), measure, members: 1 }
    };
    all.push(own(
        "mediators",
        "Mediators that need no payload",
        &[
            ("none", Kind::One),
            ("3", Kind::Mediated(3)),
            ("20", Kind::Mediated(20)),
            ("100", Kind::Mediated(100)),
        ],
        Measure::PerAnswer,
        small,
    ));
    all.push(own(
        "payload",
        "A filter on the body and a payload factory",
        &[("pass-through", Kind::One), ("filter and payloadFactory", Kind::Payload)],
        Measure::PerAnswer,
        order,
    ));
    let deployed = [
        ("1", Kind::One),
        ("100", Kind::Deployed(100)),
        ("1,000", Kind::Deployed(1000)),
        ("10,000", Kind::Deployed(10_000)),
    ];
    all.push(own("deployed", "Deployed proxy services", &deployed, Measure::PerAnswer, small));
    all.push(own("deployed-start", "Start with proxy services", &deployed, Measure::Start, |path| {
        idle(path, 1)
    }));
    all.push(own("deployed-change", "One more proxy service", &deployed, Measure::Change, |path| {
        idle(path, 1)
    }));
    if is_there {
        all.extend(growth::all());
    }
    all
}

impl Row {
    fn of_sinew(label: &str, kind: Kind, traffic: Traffic) -> Self {
        Self { label: format!("sinew, {label}"), peer: "sinew", kind, traffic }
    }
}

/// How long memory is left alone before it is looked at: idle connections may be put aside meanwhile.
pub(crate) const REST: Duration = Duration::from_secs(3);

/// How long a process is left alone after its start before its memory is looked at.
pub(crate) const SETTLED: Duration = Duration::from_secs(5);

fn again(request: Request) -> Traffic {
    Traffic { connections: CONNECTIONS, pace: Pace::Again, tls: false, request }
}

fn small(path: &str) -> Traffic {
    again(Request::small(path))
}

fn sticky(path: &str) -> Traffic {
    again(Request { sticky: true, ..Request::small(path) })
}

fn chunked(path: &str) -> Traffic {
    again(Request { answer: "chunked".to_owned(), answer_bytes: 10_240, ..Request::small(path) })
}

fn bulk(request: Request) -> Traffic {
    Traffic { connections: 8, ..again(request) }
}

fn upload(path: &str, bytes: u64) -> Request {
    Request { body: Some(Body::Bytes(bytes)), ..Request::small(path) }
}

fn idle(path: &str, connections: usize) -> Traffic {
    Traffic { connections, pace: Pace::Once, ..small(path) }
}

fn order(path: &str) -> Traffic {
    let items: String =
        (0..6).map(|item| format!("<item code=\"IBM\"><price>{item}.50</price></item>")).collect();
    let text = format!(
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body><order>{items}</order></soapenv:Body></soapenv:Envelope>"
    );
    again(Request { body: Some(Body::Text(text, "text/xml; charset=UTF-8")), ..Request::small(path) })
}
