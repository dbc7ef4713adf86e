//! The out part of the shipped main sequence: where members redirect to (mediators.md case 202,
//! elastic-load-balancer.md §2.8 and cases 88 to 97).

use sinew::testing::{Flows, Reply, Request, Transcript};

use super::folder::{address, flows, shipped};
use crate::stock_quote::StockQuote;
use crate::support::{Connection, Program};

/// The host that the balancer is asked by, the public name, what the member says, what the client gets.
const ROWS: [(&str, &str, &str, &str); 19] = [
    // Case 202, and both protocols.
    ("n1.internal:9443", "lb.example", "https://n1.internal:9443/x", "https://lb.example/x"),
    ("n1.internal:9443", "lb.example", "http://n1.internal:9443/x", "http://lb.example/x"),
    ("n1.internal:9443", "lb.example", "https://n1.internal/x", "https://n1.internal/x"),
    // The balancer's own address, with any port (case 88).
    (
        "10.0.0.5:8280",
        "shop.example.org:8280",
        "http://10.0.0.5:8280/services/",
        "http://shop.example.org:8280/services/",
    ),
    (
        "10.0.0.5:8280",
        "shop.example.org:8280",
        "https://10.0.0.5:9443/a?b=c#d",
        "https://shop.example.org:8280/a?b=c#d",
    ),
    ("10.0.0.5:8280", "shop.example.org", "http://10.0.0.5:8280", "http://shop.example.org"),
    ("10.0.0.5:8280", "shop.example.org", "http://10.0.0.5:/x", "http://shop.example.org/x"),
    // Hosts are compared in lower case, on both sides.
    ("shop.internal:8280", "shop.example.org", "http://SHOP.Internal:8280/x", "http://shop.example.org/x"),
    ("SHOP.Internal:8280", "shop.example.org", "http://shop.internal:8280/x", "http://shop.example.org/x"),
    // The public name with the member's port (cases 90 and 91).
    ("10.0.0.5:8280", "shop.example.org", "http://shop.example.org:9763/x", "http://shop.example.org/x"),
    ("10.0.0.5:8280", "shop.example.org", "https://Shop.Example.org:9443/x", "https://shop.example.org/x"),
    (
        "10.0.0.5:8280",
        "shop.example.org:8280",
        "http://shop.example.org:9763/x",
        "http://shop.example.org:9763/x",
    ),
    // Other hosts, and what is no address with a port (cases 94 to 97).
    ("10.0.0.5:8280", "shop.example.org", "https://login.other.test/x", "https://login.other.test/x"),
    (
        "10.0.0.5:8280",
        "shop.example.org",
        "https://login.other.test:8443/x",
        "https://login.other.test:8443/x",
    ),
    ("10.0.0.5:8280", "shop.example.org", "http://10.0.3.1:9763/x", "http://10.0.3.1:9763/x"),
    ("10.0.0.5:8280", "shop.example.org", "/relative", "/relative"),
    ("h:8280", "shop.example.org", "http://h:8280/a?u=http://x:9/", "http://h:8280/a?u=http://x:9/"),
    ("10.0.0.5:8243", "shop.example.org", "HTTPS://10.0.0.5:8243/y", "HTTPS://10.0.0.5:8243/y"),
    ("10.0.0.5:8280", "shop.example.org", "ftp://10.0.0.5:8280/x", "ftp://10.0.0.5:8280/x"),
];

fn ask(flows: &Flows, host: &str, public: &str) -> Transcript {
    flows.send(Request::get("/shop").header("Host", host).header("X-Public-Host", public))
}

fn location(transcript: &Transcript) -> Option<&str> {
    transcript.headers.iter().find_map(|line| line.strip_prefix("location: "))
}

#[test]
fn case_202_and_088_to_097_locations() {
    for (host, public, member_says, client_gets) in ROWS {
        let Some(flows) = flows() else { return };
        let flows = flows.stub("http://member", Reply::status(302).header("Location", member_says));
        let transcript = ask(&flows, host, public);
        let got = (transcript.status, location(&transcript));
        assert_eq!(got, (302, Some(client_gets)), "{member_says} for {host}: {transcript}");
    }
}

/// The sequence does not ask for the status.
#[test]
fn every_status_with_a_location() {
    for status in [200, 201, 301, 302, 303, 307, 308] {
        let Some(flows) = flows() else { return };
        let reply = Reply::status(status).header("Location", "http://10.0.0.5:8280/x").body("moved");
        let transcript = ask(&flows.stub("http://member", reply), "10.0.0.5:8280", "lb.example");
        let got = (transcript.status, location(&transcript), transcript.body.as_str());
        assert_eq!(got, (status, Some("http://lb.example/x"), "moved"), "{transcript}");
    }
}

/// Without a Location nothing is added, and `messageType` changes neither body nor content type (the relay formatter,
/// message-and-expressions.md §5.2).
#[test]
fn other_answers_are_left_alone() {
    for (content_type, body) in [
        ("application/json", "{\"a\" : 1}"),
        ("text/xml; charset=UTF-8", "<?xml version='1.0'?><a  b='c'/>"),
        ("text/html; charset=ISO-8859-1", "<p>hi<br>"),
        ("application/xml", "<not closed"),
        ("text/plain", "hi"),
    ] {
        let Some(flows) = flows() else { return };
        let reply = Reply::status(200).header("Content-Type", content_type).body(body);
        let transcript = ask(&flows.stub("http://member", reply), "10.0.0.5:8280", "lb.example");
        let expected = format!("content-type: {content_type}");
        assert_eq!(
            (transcript.status, transcript.body.as_str()),
            (200, body),
            "{content_type}: {transcript}"
        );
        assert!(transcript.headers.contains(&expected), "{transcript}");
        assert_eq!(location(&transcript), None);
    }
}

/// Everything that the shipped main sequence does to a redirect.
#[test]
fn a_redirect_step_by_step() {
    let Some(flows) = flows() else { return };
    let redirect = Reply::status(302).header("Location", "https://n1.internal:9443/x");
    let flows = flows.stub("http://member", redirect);
    insta::assert_snapshot!(ask(&flows, "n1.internal:9443", "lb.example"));
}

/// Everything that it does to a redirect that the public name is in.
#[test]
fn a_redirect_to_the_public_name_step_by_step() {
    let Some(flows) = flows() else { return };
    let redirect = Reply::status(302).header("Location", "http://shop.example.org:9763/x");
    let flows = flows.stub("http://member", redirect);
    insta::assert_snapshot!(ask(&flows, "10.0.0.5:8280", "shop.example.org"));
}

/// The same on the wire.
#[test]
fn redirects_end_to_end() {
    let member = StockQuote::start();
    let Some(folder) = shipped(&address(&format!("http://{}", member.address))) else { return };
    let program = Program::serve(folder.path());
    let mut connection = Connection::open(program.http);
    for (host, public, member_says, client_gets) in ROWS {
        member.reply(302, &[("Location", member_says), ("Content-Type", "text/html")], "<p>moved");
        let request = format!("GET /shop?a=b HTTP/1.1\r\nHost: {host}\r\nX-Public-Host: {public}\r\n\r\n");
        connection.send(request.as_bytes());
        let answer = connection.read(false);
        assert_eq!((answer.status, answer.header("location")), (302, Some(client_gets)), "{member_says}");
        assert_eq!((answer.header("content-type"), answer.text().as_str()), (Some("text/html"), "<p>moved"));
    }
    let requests = member.requests();
    assert_eq!(requests.len(), ROWS.len());
    for (request, (host, ..)) in requests.iter().zip(ROWS) {
        // REQUEST_HOST_HEADER: the member sees the host that the client asked for (mediators.md §11).
        assert_eq!((request.target.as_str(), request.header("host")), ("/shop?a=b", host));
    }
}

/// Bytes that are no text come through as they are.
#[test]
fn bytes_come_through() {
    let member = StockQuote::start();
    let Some(folder) = shipped(&address(&format!("http://{}", member.address))) else { return };
    let program = Program::serve(folder.path());
    let picture: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    member.reply(200, &[("Content-Type", "image/png")], picture.clone());
    let answer = Connection::get(program.http, "/picture");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/png")));
    assert_eq!(answer.body, picture);
}
