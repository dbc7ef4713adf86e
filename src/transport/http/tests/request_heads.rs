//! Hardening.md §1.1, the rows about header lines, hosts, expectations and limits; hop-by-hop headers.

use super::rows::Verdict::{Passed, Refused};
use super::rows::{check, post, request};

fn get(headers: &str) -> Vec<u8> {
    request("GET /a HTTP/1.1", headers)
}

#[tokio::test]
async fn row_header_grammar() {
    check(vec![
        ("space before the colon", post("Content-Length : 5", "hello"), Refused(400)),
        ("folded line", get("Host: a\r\nX: a\r\n b\r\n"), Refused(400)),
        ("space before the first header", get(" Host: a\r\n"), Refused(400)),
        ("empty name", get("Host: a\r\n: x\r\n"), Refused(400)),
        ("no colon", get("Host: a\r\nnonsense\r\n"), Refused(400)),
        ("bad name byte", get("Host: a\r\na(b: x\r\n"), Refused(400)),
        ("bare CR in a value", get("Host: a\r\nX: a\rb\r\n"), Refused(400)),
        ("NUL in a value", get("Host: a\r\nX: a\0b\r\n"), Refused(400)),
        ("control in a value", get("Host: a\r\nX: a\x01b\r\n"), Refused(400)),
        ("DEL in a value", get("Host: a\r\nX: a\x7fb\r\n"), Refused(400)),
        ("CR only", b"GET / HTTP/1.1\rHost: a\r\r".to_vec(), Refused(400)),
        ("tab in a value", get("Host: a\r\nX: a\tb\r\n"), Passed(1, &["x: a\tb"], &[])),
        (
            "Latin-1 in a value",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: \xe9\r\n\r\n".to_vec(),
            Passed(1, &["x: \u{fffd}"], &[]),
        ),
        (
            "leading empty lines",
            [b"\r\n\r\n".to_vec(), get("Host: a\r\n")].concat(),
            Passed(1, &["host: a"], &[]),
        ),
        // Heads are written anew, so a bare LF cannot reach a member, who reads strictly here.
        ("bare LF in one line", get("Host: a\nX: y\r\n"), Passed(1, &["host: a", "x: y"], &[])),
        (
            "bare LF in all lines",
            b"GET / HTTP/1.1\nHost: a\nX: y\n\n".to_vec(),
            Passed(1, &["host: a", "x: y"], &[]),
        ),
    ])
    .await;
}

#[tokio::test]
async fn row_hosts() {
    check(vec![
        ("none in 1.1", get("X: y\r\n"), Refused(400)),
        ("two", get("Host: a\r\nHost: b\r\n"), Refused(400)),
        ("two equal", get("Host: a\r\nHost: a\r\n"), Refused(400)),
        ("empty", get("Host:\r\n"), Refused(400)),
        ("list", get("Host: a, b\r\n"), Refused(400)),
        ("user", get("Host: user@a\r\n"), Refused(400)),
        ("path", get("Host: a/x\r\n"), Refused(400)),
        ("port too large", get("Host: a:99999\r\n"), Refused(400)),
        ("port 65536", get("Host: a:65536\r\n"), Refused(400)),
        ("port empty", get("Host: a:\r\n"), Refused(400)),
        ("port not a number", get("Host: a:8x\r\n"), Refused(400)),
        ("port only", get("Host: :80\r\n"), Refused(400)),
        ("quotes and angles", get("Host: a\"<>\r\n"), Refused(400)),
        ("blank", get("Host: a b\r\n"), Refused(400)),
        ("broken IPv6", get("Host: [::1\r\n"), Refused(400)),
        ("no IPv6", get("Host: [localhost]\r\n"), Refused(400)),
        ("junk behind IPv6", get("Host: [::1]x\r\n"), Refused(400)),
        ("name and port", get("Host: a.example:65535\r\n"), Passed(1, &["host: a.example:65535"], &[])),
        (
            "trailing dot and underscore",
            get("Host: a_b.example.\r\n"),
            Passed(1, &["host: a_b.example."], &[]),
        ),
        ("IPv6 and port", get("Host: [::1]:80\r\n"), Passed(1, &["host: [::1]:80"], &[])),
        ("empty with *", request("OPTIONS * HTTP/1.1", "Host:\r\n"), Passed(1, &["host: "], &[])),
    ])
    .await;
}

#[tokio::test]
async fn row_expectations() {
    check(vec![
        ("unknown", post("Content-Length: 2\r\nExpect: 200-ok", "ok"), Refused(417)),
        ("list", post("Content-Length: 2\r\nExpect: 100-continue, x", "ok"), Refused(417)),
        ("known, without a body", get("Host: a\r\nExpect: 100-Continue\r\n"), Passed(1, &[], &["expect"])),
    ])
    .await;
}

#[tokio::test]
async fn row_limits() {
    let head = |bytes: usize| get(&format!("Host: a\r\nX: {}\r\n", "x".repeat(bytes)));
    let lines = |count: usize| {
        get(&(0..count)
            .map(|index| format!("X{index}: y\r\n"))
            .chain(["Host: a\r\n".to_owned()])
            .collect::<String>())
    };
    let target = |bytes: usize| request(&format!("GET /{} HTTP/1.1", "x".repeat(bytes)), "Host: a\r\n");
    let method = |bytes: usize| request(&format!("{} / HTTP/1.1", "X".repeat(bytes)), "Host: a\r\n");
    check(vec![
        ("head of 60 KiB", head(60 * 1024), Passed(1, &[], &[])),
        ("head of 65 KiB", head(65 * 1024), Refused(431)),
        ("head of 500 KB", head(500_000), Refused(431)),
        ("100 header lines", lines(99), Passed(1, &[], &[])),
        ("101 header lines", lines(100), Refused(431)),
        // http-transport.md case 68
        ("100,000 header lines", lines(100_000), Refused(431)),
        ("target of 8000 bytes", target(7999), Passed(1, &[], &[])),
        ("target over 8 KiB", target(8 * 1024), Refused(414)),
        ("method of 32 bytes", method(32), Passed(1, &[], &[])),
        ("method of 33 bytes", method(33), Refused(501)),
    ])
    .await;
}

#[tokio::test]
async fn case_24_25_hop_by_hop_headers_stay_here() {
    check(vec![
        (
            "named by Connection",
            get("Host: a\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nX-End: 2\r\n"),
            Passed(1, &["x-end: 2"], &["x-hop", "connection"]),
        ),
        (
            "the known ones",
            get("Host: a\r\nTE: trailers\r\nProxy-Authorization: x\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nTrailer: X\r\n"),
            Passed(1, &["host: a"], &["te:", "proxy-", "keep-alive", "trailer"]),
        ),
        ("Upgrade in 1.1", get("Host: a\r\nUpgrade: x\r\nConnection: Upgrade\r\n"), Passed(1, &[], &["upgrade"])),
        // hardening.md §2, row 3: what follows is read as a request, and never becomes the bytes of a tunnel.
        (
            "bytes behind an Upgrade",
            [get("Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"), b"\x81\x05hello\r\n\r\n".to_vec()].concat(),
            Passed(1, &[], &["upgrade"]),
        ),
        // hardening.md §2, row 37
        (
            "what matters cannot be named",
            get("Host: a\r\nAuthorization: b\r\nCookie: c\r\nX-Forwarded-For: d\r\nForwarded: for=e\r\n\
                Connection: Host, Authorization, Cookie, X-Forwarded-For, forwarded, X-Gone\r\nX-Gone: f\r\n"),
            Passed(1, &["host: a", "authorization: b", "cookie: c", "x-forwarded-for: d", "forwarded: for=e"], &["x-gone"]),
        ),
        (
            "nor can the length",
            post("Content-Length: 2\r\nConnection: Content-Length\r\nContent-Type: text/plain\r\nConnection: Content-Type", "ok"),
            Passed(1, &["content-length: 2", "content-type: text/plain"], &["connection"]),
        ),
    ])
    .await;
}
