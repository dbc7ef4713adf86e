//! hyper as the oracle: what it understands of a stream of requests, and what we do.
//!
//! Both answer each request with what they understood. Where they differ, we must have refused, for one of the reasons
//! that [`REASONS`] lists; what we rewrite on purpose is rewritten in hyper's reading too ([`rewritten`]).

use std::cell::Cell;
use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;

use ::http::{HeaderMap, Method, Request, Response, Uri, Version};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use proptest::prelude::*;
use sinew_core::message::Body;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::transport::http::server::ServerSettings;
use crate::transport::http::testing::{Client, Server, converse};

/// What was understood of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Understood {
    method: Method,
    target: Uri,
    version: Version,
    /// Sorted by name.
    headers: Vec<(String, String)>,
    /// Length and hash, or that it was none.
    body: Option<(usize, u64)>,
}

/// What became of a stream: the requests in order, then perhaps a status that refused the next.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reading {
    requests: Vec<Understood>,
    refused: Option<u16>,
}

fn understood<B>(request: &Request<B>, body: Option<&[u8]>) -> Understood {
    let hash = |bytes: &[u8]| {
        let mut hasher = DefaultHasher::new();
        hasher.write(bytes);
        hasher.finish()
    };
    Understood {
        method: request.method().clone(),
        target: request.uri().clone(),
        version: request.version(),
        headers: sorted(request.headers()),
        body: body.map(|body| (body.len(), hash(body))),
    }
}

fn sorted(headers: &HeaderMap) -> Vec<(String, String)> {
    let lines =
        headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().escape_ascii().to_string()));
    let mut lines: Vec<_> = lines.collect();
    // Stable: lines of one name keep their order.
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    lines
}

type Record = Arc<std::sync::Mutex<Vec<Understood>>>;

/// hyper over a stream in memory, which loses no answer when it is closed early.
async fn hypers_reading(pieces: &[&[u8]]) -> Reading {
    let record = Record::default();
    let seen = Arc::clone(&record);
    let (mut client, server) = tokio::io::duplex(1 << 20);
    let service = service_fn(move |request: Request<Incoming>| {
        let seen = Arc::clone(&seen);
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map(http_body_util::Collected::to_bytes).ok();
            let request = Request::from_parts(head, ());
            seen.lock().unwrap().push(understood(&request, body.as_deref()));
            let code = if body.is_some() { 200 } else { 400 };
            Response::builder().status(code).header("x-seen", "1").body(Empty::<bytes::Bytes>::new())
        }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.half_close(true).max_header_size(64 * 1024);
    let connection = builder.serve_connection(TokioIo::new(server), service);
    let conversation = async {
        for piece in pieces {
            // An error means that it has closed.
            let _ = client.write_all(piece).await;
            tokio::task::yield_now().await;
        }
        let _ = client.shutdown().await;
        let mut answers = Vec::new();
        let _ = client.read_to_end(&mut answers).await;
        String::from_utf8_lossy(&answers).into_owned()
    };
    let (_, answers) = tokio::join!(connection, conversation);
    let requests = std::mem::take(&mut *record.lock().unwrap());
    Reading { requests, refused: refused(&answers) }
}

/// The status of an answer that no handler gave.
fn refused(answers: &str) -> Option<u16> {
    let heads =
        answers.split("\r\n\r\n").filter(|head| !head.is_empty() && !head.starts_with("HTTP/1.1 100"));
    let last = heads.last().filter(|head| !head.contains("\r\nx-seen: "))?;
    last.split(' ').nth(1)?.parse().ok()
}

/// Ours, and everything that it understood so far.
struct Ours {
    server: Server,
    record: Record,
}

impl Ours {
    async fn start() -> Self {
        let record = Record::default();
        let seen = Arc::clone(&record);
        let server = Server::start(ServerSettings::default(), move |request| {
            let seen = Arc::clone(&seen);
            Box::pin(async move {
                let (head, body) = request.into_parts();
                let body = body.collect().await.map(http_body_util::Collected::to_bytes).ok();
                let request = Request::from_parts(head, ());
                seen.lock().unwrap().push(understood(&request, body.as_deref()));
                let code = if body.is_some() { 200 } else { 400 };
                Response::builder().status(code).header("x-seen", "1").body(Body::empty()).unwrap()
            })
        })
        .await;
        Self { server, record }
    }

    async fn reading(&self, pieces: &[&[u8]]) -> Reading {
        let mut client = Client::connect(self.server.address).await;
        client.0.set_nodelay(true).unwrap();
        for piece in pieces {
            // An error means that it has closed.
            let _ = client.0.write_all(piece).await;
            tokio::task::yield_now().await;
        }
        let _ = client.0.shutdown().await;
        let answers = client.read_to_end().await;
        let requests = std::mem::take(&mut *self.record.lock().unwrap());
        Reading { requests, refused: refused(&answers) }
    }
}

// --- what may differ ------------------------------------------------------------------------------------------------

/// Of a request as hyper understood it, and of the whole stream in lower case.
type Applies = fn(&Understood, &str) -> bool;

/// Why we may refuse what hyper understands, and how it is seen.
const REASONS: [(&str, Applies); 9] = [
    // hyper drops the length without a word, which others behind us may have believed (hardening.md §1.1).
    ("length and encoding", |_, raw| raw.contains("content-length") && raw.contains("transfer-encoding")),
    // hyper drops it without a word.
    ("fragment", |_, raw| raw.contains('#')),
    ("method", |seen, _| {
        seen.method == Method::CONNECT || seen.method == Method::TRACE || seen.method.as_str().len() > 32
    }),
    ("target", |seen, _| {
        let path = seen.target.path_and_query().map_or("", |path| path.as_str());
        let is_even = path.starts_with('/') || (path == "*" && seen.method == Method::OPTIONS);
        let scheme = seen.target.scheme_str();
        !is_even || path.len() > 8000 || path.contains("%00") || scheme.is_some_and(|scheme| scheme != "http")
    }),
    ("host", |seen, _| {
        let hosts: Vec<_> = seen.headers.iter().filter(|(name, _)| name == "host").collect();
        match hosts[..] {
            [] => seen.version != Version::HTTP_10,
            [(_, host)] => !matches!(host.as_str(), "a" | "b:80"),
            _ => true,
        }
    }),
    ("transfer encoding", |seen, _| {
        let codings: Vec<_> = seen.headers.iter().filter(|(name, _)| name == "transfer-encoding").collect();
        !codings.is_empty() && !matches!(codings[..], [(_, coding)] if coding.eq_ignore_ascii_case("chunked"))
    }),
    ("expectation", |seen, _| {
        seen.headers
            .iter()
            .any(|(name, value)| name == "expect" && !value.eq_ignore_ascii_case("100-continue"))
    }),
    // Over 2^63 - 1.
    ("length", |seen, _| {
        let length = seen.headers.iter().find(|(name, _)| name == "content-length");
        length.is_some_and(|(_, length)| {
            length.parse::<u64>().is_ok_and(|length| i64::try_from(length).is_err())
        })
    }),
    // hyper takes trailers as leniently as headers; ours must be lines of a name and a value that CR and LF end.
    ("trailers", |seen, raw| seen.body.is_some() && raw.contains("z-trailer")),
];

/// What `check_request` rewrites, because others could read it differently (hardening.md §1.1).
fn rewritten(mut seen: Understood) -> Understood {
    let is_http_10 = seen.version == Version::HTTP_10;
    seen.headers.retain(|(name, _)| match name.as_str() {
        "transfer-encoding" | "transfer_encoding" | "content_length" => false,
        "upgrade" => !is_http_10,
        _ => true,
    });
    for (name, value) in &mut seen.headers {
        if name == "content-length" {
            *value = value.parse::<u64>().map_or_else(|_| value.clone(), |length| length.to_string());
        }
    }
    if let Some(authority) = seen.target.authority() {
        seen.headers.retain(|(name, _)| name != "host");
        seen.headers.push(("host".into(), authority.to_string()));
        seen.headers.sort_by(|a, b| a.0.cmp(&b.0));
    }
    seen
}

/// How much is said of what nobody understood.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refusals {
    /// With the same status.
    Same,
    /// By both or by none: a head can be wrong in two ways, and then either is told.
    Both,
    /// Nothing: whether a stream that ended within what is no head gets a last word depends on how much of it had come.
    Any,
}

/// Everything must be equal up to the first request that we refuse for a reason.
fn compare(raw: &str, hypers: &Reading, ours: &Reading, refusals: Refusals) -> Result<(), String> {
    let raw = raw.to_ascii_lowercase();
    let differ = |why: &str| Err(format!("{why}\nstream {raw:?}\nhyper {hypers:#?}\nours {ours:#?}"));
    for (index, theirs) in hypers.requests.iter().enumerate() {
        let Some(mine) = ours.requests.get(index) else {
            let reason = REASONS.iter().find(|(_, applies)| applies(theirs, &raw));
            return match (reason, ours.refused) {
                (Some(_), Some(400..=431 | 501)) => Ok(()),
                (Some((name, _)), refused) => differ(&format!("no refusal for {name}, but {refused:?}")),
                (None, _) => differ("no reason not to understand"),
            };
        };
        let theirs_rewritten = rewritten(theirs.clone());
        if *mine == theirs_rewritten {
            continue;
        }
        let is_stricter =
            Understood { body: None, ..theirs_rewritten } == *mine && REASONS[8].1(theirs, &raw);
        if is_stricter {
            return Ok(());
        }
        return differ("understood differently");
    }
    if ours.requests.len() > hypers.requests.len() {
        return differ("more than hyper");
    }
    let is_alike = match refusals {
        Refusals::Same => hypers.refused == ours.refused,
        Refusals::Both => hypers.refused.is_some() == ours.refused.is_some(),
        Refusals::Any => true,
    };
    if is_alike { Ok(()) } else { differ("refused differently") }
}

// --- the table ------------------------------------------------------------------------------------------------------

const TABLE: [&str; 30] = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
    "\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\nGET /2 HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.0\r\nConnection: keep-alive\r\nUpgrade: x\r\n\r\nGET /2 HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET http://b:80/x?y HTTP/1.1\r\nHost: a\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 005\r\nContent-Length: 5\r\n\r\nhello",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhello",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551613\r\n\r\nhello",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n2;a=b\r\nhe\r\n3 \r\nllo\r\n00\r\nz-trailer: y\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
    "POST / HTTP/1.1\r\nHost: a\r\nContent_Length: 5\r\nTransfer_Encoding: chunked\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\nHost: a\nX: \u{e9}\n\nGET /2 HTTP/1.1\nHost: a\n\n",
];

#[tokio::test]
async fn streams_are_understood_as_hyper_understands_them() {
    let ours = Ours::start().await;
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(70_000));
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(101));
    for stream in TABLE.into_iter().chain([long.as_str(), many.as_str()]) {
        let pieces = [stream.as_bytes()];
        let (hypers, mine) = (hypers_reading(&pieces).await, ours.reading(&pieces).await);
        compare(stream, &hypers, &mine, Refusals::Same).unwrap_or_else(|difference| panic!("{difference}"));
    }
}

#[tokio::test]
async fn what_is_rewritten_and_refused_is_what_the_list_says() {
    // The comparison must be able to fail: these reasons are met by the table above.
    let ours = Ours::start().await;
    for (stream, refused) in [(TABLE[16], 400), (TABLE[17], 501), (TABLE[25], 400), (TABLE[13], 413)] {
        let hypers = hypers_reading(&[stream.as_bytes()]).await;
        assert_eq!((hypers.requests.len(), hypers.refused), (1, None), "{stream:?}");
        let answer = converse(ours.server.address, stream).await;
        assert_eq!(self::refused(&answer), Some(refused), "{stream:?}: {answer}");
    }
    let unlike = Reading { requests: Vec::new(), refused: None };
    let hypers = hypers_reading(&[TABLE[0].as_bytes()]).await;
    assert!(compare(TABLE[0], &hypers, &unlike, Refusals::Any).is_err());
    assert!(compare(TABLE[0], &unlike, &hypers, Refusals::Any).is_err());
}

// --- arbitrary streams ----------------------------------------------------------------------------------------------

fn one_of(options: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(options).prop_map(str::to_owned)
}

/// Mostly the first option.
fn mostly(usual: &'static str, others: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![8 => Just(usual.to_owned()), 1 => one_of(others)]
}

fn line() -> impl Strategy<Value = String> {
    one_of(&[
        "X: y",
        "x:y",
        "X: ",
        "X: \t y z \t",
        "X-Empty:",
        "X: a\u{e9}b",
        "X: \u{7f}",
        "X: a\u{1}b",
        "X: a\rb",
        "X : y",
        " folded",
        ": y",
        "nonsense",
        "Accept: a, b",
        "Cookie: a=b",
        "Cookie: c=d",
        "Connection: close",
        "Connection: keep-alive",
        "Connection: x, close",
        "Upgrade: h2c",
        "Expect: 100-continue",
        "Expect: other",
        "Host: a",
        "Host: c/d",
        "Content-Length: 0",
        "Content-Length: 00",
        "Content-Length: 5",
        "Content-Length: 5, 5",
        "Content-Length: 0x5",
        "Content-Length: 9999999999999999999",
        "Content_Length: 5",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, chunked",
        "Transfer_Encoding: chunked",
    ])
}

/// The framing lines of a message, and its body.
fn framed() -> impl Strategy<Value = (String, Vec<u8>)> {
    let text = proptest::collection::vec(any::<u8>(), 0..300);
    let chunk = (
        proptest::collection::vec(any::<u8>(), 1..200),
        mostly("", &[";a=b", " ", ";", "\t;x", "x", ";a\nb"]),
        mostly("\r\n", &["\n", "\r", ""]),
        mostly("\r\n", &["\n", "x\r\n"]),
    );
    let trailers =
        mostly("", &["z-trailer: y\r\n", "z-trailer\r\n", "z-trailer: y\n", "z-trailer: a\r\nz: b\r\n"]);
    prop_oneof![
        4 => Just((String::new(), Vec::new())),
        3 => text.prop_map(|body| (format!("Content-Length: {}\r\n", body.len()), body)),
        3 => (proptest::collection::vec(chunk, 0..4), mostly("0\r\n", &["0;x\r\n", "", "-0\r\n", "0\n"]), trailers)
            .prop_map(|(chunks, last, trailers)| {
                let mut body = Vec::new();
                for (data, extension, size_end, data_end) in chunks {
                    body.extend(format!("{:x}{extension}{size_end}", data.len()).into_bytes());
                    body.extend(data);
                    body.extend(data_end.into_bytes());
                }
                body.extend(format!("{last}{trailers}\r\n").into_bytes());
                ("Transfer-Encoding: chunked\r\n".to_owned(), body)
            }),
    ]
}

fn message() -> impl Strategy<Value = Vec<u8>> {
    (
        mostly("", &["\r\n", "\n\r\n", " "]),
        mostly("GET", &["POST", "get", "X-Y!", "HEAD", "OPTIONS", "CONNECT", "TRACE", "G(T", ""]),
        mostly(
            "/",
            &[
                "/a?b=c",
                "http://b:80/x",
                "http://b:80",
                "ftp://b/x",
                "*",
                "foo",
                "/a#b",
                "/\u{fc}",
                "/%00",
                "/a b",
                "",
            ],
        ),
        mostly("HTTP/1.1", &["HTTP/1.0", "HTTP/1.2", "http/1.1", "HTTP/2.0", ""]),
        mostly("Host: a\r\n", &["", "Host: b:80\n", "Host:\r\n"]),
        proptest::collection::vec((line(), mostly("\r\n", &["\n", "\r"])), 0..3),
        framed(),
        mostly("\r\n", &["\n", "\r\r"]),
    )
        .prop_map(|(before, method, target, version, host, lines, (framing, body), end)| {
            let lines: String = lines.into_iter().map(|(line, end)| line + &end).collect();
            let head = format!("{before}{method} {target} {version}\r\n{host}{lines}{framing}{end}");
            [head.into_bytes(), body].concat()
        })
}

#[test]
fn arbitrary_streams_are_understood_as_hyper_understands_them() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ours = runtime.block_on(Ours::start());
    let streams = (proptest::collection::vec(message(), 1..4), proptest::collection::vec(1_usize..600, 0..6));
    let (both, neither) = (Cell::new(0), Cell::new(0));
    proptest!(ProptestConfig::with_cases(400), |((messages, cuts) in streams)| {
        let stream = messages.concat();
        let mut pieces = Vec::new();
        let mut rest = &stream[..];
        for cut in &cuts {
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        let (hypers, mine) =
            runtime.block_on(async { (hypers_reading(&pieces).await, ours.reading(&pieces).await) });
        let raw = String::from_utf8_lossy(&stream);
        let refusals = if pieces.len() == 1 { Refusals::Both } else { Refusals::Any };
        let compared = compare(&raw, &hypers, &mine, refusals);
        prop_assert!(compared.is_ok(), "{}", compared.unwrap_err());
        both.set(both.get() + mine.requests.len());
        neither.set(neither.get() + usize::from(mine.refused.is_some()));
    });
    let (both, neither) = (both.get(), neither.get());
    assert!(both > 150 && neither > 50, "too few to tell: {both} requests understood, {neither} refused");
}
