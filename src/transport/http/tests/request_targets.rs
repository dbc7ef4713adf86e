//! Hardening.md §1.1, the rows about methods, targets and versions.

use super::rows::Verdict::{Passed, Refused};
use super::rows::{check, request};
use crate::transport::http::server::ServerSettings;
use crate::transport::http::testing::{Client, Member, Server, converse, header, status};

fn line(line: &str) -> Vec<u8> {
    request(line, "Host: a\r\n")
}

#[tokio::test]
async fn row_targets() {
    check(vec![
        ("CONNECT with an authority", line("CONNECT a:80 HTTP/1.1"), Refused(501)),
        ("CONNECT with a path", line("CONNECT / HTTP/1.1"), Refused(501)),
        ("* with GET", line("GET * HTTP/1.1"), Refused(400)),
        ("authority with GET", line("GET a:80 HTTP/1.1"), Refused(400)),
        ("no slash", line("GET foo HTTP/1.1"), Refused(400)),
        ("other scheme", line("GET ftp://a/x HTTP/1.1"), Refused(400)),
        ("user in an absolute target", line("GET http://u@a/ HTTP/1.1"), Refused(400)),
        ("port in an absolute target", line("GET http://a:99999/ HTTP/1.1"), Refused(400)),
        ("fragment", line("GET /a#b HTTP/1.1"), Refused(400)),
        ("NUL in the path", line("GET /a%00b HTTP/1.1"), Refused(400)),
        ("space", line("GET /a b HTTP/1.1"), Refused(400)),
        ("double space", line("GET  /a HTTP/1.1"), Refused(400)),
        ("tab", line("GET\t/a\tHTTP/1.1"), Refused(400)),
        ("raw NUL", line("GET /a\0b HTTP/1.1"), Refused(400)),
        ("overlong UTF-8", b"GET /\xc0\xae HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(), Refused(400)),
        ("encoded NUL in the query", line("GET /a?b=%00 HTTP/1.1"), Passed(1, &[], &[])),
        ("OPTIONS *", line("OPTIONS * HTTP/1.1"), Passed(1, &[], &[])),
        (
            "absolute target wins over Host",
            request("GET http://other:81/x HTTP/1.1", "Host: a\r\n"),
            Passed(1, &["host: other:81"], &["host: a\r\n"]),
        ),
    ])
    .await;
}

#[tokio::test]
async fn row_paths_pass_unchanged() {
    for path in ["/a/../b", "/a/%2e%2e/b", "/a\\b", "/a%2Fb?c=%20", "//a//b", "/\u{fc}"] {
        let member = Member::ok().await;
        let server = Server::relay(ServerSettings::default(), member.address).await;
        let answer = converse(server.address, line(&format!("GET {path} HTTP/1.1"))).await;
        assert_eq!(status(&answer), 200, "{path}: {answer}");
        let head = &member.requests()[0].head;
        assert!(head.starts_with(&format!("GET {path} HTTP/1.1\r\n")), "{path}: {head}");
    }
}

#[tokio::test]
async fn row_methods() {
    check(vec![("TRACE", line("TRACE / HTTP/1.1"), Refused(405))]).await;
    for method in ["get", "PROPFIND", "X-Y!"] {
        let member = Member::ok().await;
        let server = Server::relay(ServerSettings::default(), member.address).await;
        let answer = converse(server.address, line(&format!("{method} / HTTP/1.1"))).await;
        assert_eq!(status(&answer), 200, "{method}: {answer}");
        assert!(member.requests()[0].head.starts_with(&format!("{method} / ")), "{method}");
    }
}

#[tokio::test]
async fn row_versions() {
    let versions = ["HTTP/0.9", "HTTP/1", "HTTP/1.2", "HTTP/2.0", "http/1.1", "HTTP/01.1", "HTTP/x"];
    let lines: Vec<_> = versions.iter().map(|version| format!("GET / {version}")).collect();
    check(lines.iter().map(|text| (text.as_str(), line(text), Refused(400))).collect()).await;
}

#[tokio::test]
async fn row_http_2_preface() {
    let server = Server::relay(ServerSettings::default(), Member::ok().await.address).await;
    let answer = converse(server.address, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
    assert!(answer.is_empty() || status(&answer) == 400, "{answer}");
}

#[tokio::test]
async fn http_10_is_answered_in_kind() {
    let member =
        Member::answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n").await;
    let server = Server::relay(ServerSettings::default(), member.address).await;
    // No Host is needed, Upgrade is not passed on, and a body of unknown length ends with the connection.
    let mut client = Client::connect(server.address).await;
    client.write("GET / HTTP/1.0\r\nUpgrade: x\r\n\r\n").await;
    let answer = client.read_to_end().await;
    assert!(answer.starts_with("HTTP/1.0 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nok"), "{answer}");
    let seen = &member.requests()[0];
    assert!(seen.head.starts_with("GET / HTTP/1.1\r\n"), "{seen:?}");
    assert_eq!(header(&seen.head, "upgrade"), None, "{seen:?}");
    assert_eq!(header(&seen.head, "host").unwrap(), member.address.to_string());
}
