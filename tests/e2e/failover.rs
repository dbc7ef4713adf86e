//! Failover over the wire: what the second back end gets when the first fails (endpoints.md §12, E58, E59).

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use crate::support::{Answer, BackEnd, Connection, NS, Program, write};

/// Reads whole requests with a known length, and closes their connections without a word.
struct Closing {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Closing {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::<AtomicUsize>::default();
        let count = requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut reader = BufReader::new(stream.expect("a connection"));
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
                        break;
                    }
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().expect("a length");
                    }
                }
                let mut body = vec![0; length];
                if reader.read_exact(&mut body).is_ok() {
                    count.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        Self { address, requests }
    }
}

struct Stage {
    _folder: TempDir,
    back_end: BackEnd,
    program: Program,
}

/// A main sequence that sends to the first address, else to a back end that echoes. Nothing is ever suspended.
fn stage(first: &str) -> Stage {
    let folder = TempDir::new().expect("a folder");
    let back_end = BackEnd::start();
    let never = "<suspendOnFailure><errorCodes>-1</errorCodes></suspendOnFailure>\
                 <markForSuspension><errorCodes>-1</errorCodes></markForSuspension>";
    let child = |uri: &str| format!("<endpoint><address uri=\"{uri}\">{never}</address></endpoint>");
    let main = format!(
        "<sequence {NS} name=\"main\"><in><send><endpoint><failover>{}{}</failover></endpoint></send></in>\
         <out><send/></out></sequence>",
        child(first),
        child(&back_end.url())
    );
    write(folder.path(), "sequences/main.xml", &main);
    let program = Program::serve(folder.path());
    Stage { _folder: folder, back_end, program }
}

impl Stage {
    fn send(&self, method: &str, framing: &str, body: &[u8]) -> Answer {
        let mut connection = Connection::open(self.program.http);
        let head = format!("{method} /echo HTTP/1.1\r\nHost: b\r\nContent-Type: text/plain\r\n{framing}\r\n");
        connection.send(&[head.as_bytes(), body].concat());
        connection.read(false)
    }

    fn send_measured(&self, method: &str, body: &str) -> Answer {
        self.send(method, &format!("Content-Length: {}\r\n", body.len()), body.as_bytes())
    }
}

#[test]
fn e58_a_body_reaches_the_second_whole_when_the_first_refuses() {
    let stage = stage("http://127.0.0.1:1");
    let body = "0123456789".repeat(1000);
    let answer = stage.send_measured("POST", &body);
    assert_eq!(answer.status, 200, "{}", answer.head);
    assert!(answer.text().ends_with(&body), "{}", answer.text().len());
    assert!(answer.text().to_ascii_lowercase().contains("content-length: 10000"), "{}", answer.text());

    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let answer = stage.send("POST", "Transfer-Encoding: chunked\r\n", chunked.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.head);
    assert!(answer.text().ends_with(&body), "{}", answer.text().len());

    // More than is kept: nothing was taken of it when the connection was refused.
    let long = "0123456789".repeat(100_000);
    let answer = stage.send_measured("POST", &long);
    assert_eq!(answer.status, 200, "{}", answer.head);
    assert!(answer.text().ends_with(&long), "{}", answer.text().len());
}

#[test]
fn e59_what_may_have_been_executed_is_not_repeated_unless_that_is_harmless() {
    let closing = Closing::start();
    let stage = stage(&format!("http://{}", closing.address));
    let body = "0123456789".repeat(1000);
    for (case, method, body, status) in [
        ("not idempotent", "POST", body.clone(), 502),
        ("idempotent", "PUT", body, 200),
        ("idempotent without a body", "GET", String::new(), 200),
        ("idempotent, too long to be kept", "PUT", "0123456789".repeat(100_000), 502),
    ] {
        let before = (closing.requests.load(Ordering::SeqCst), stage.back_end.requests());
        let answer = stage.send_measured(method, &body);
        assert_eq!(answer.status, status, "{case}: {}", answer.head);
        let after = (closing.requests.load(Ordering::SeqCst), stage.back_end.requests());
        assert_eq!(after.0 - before.0, 1, "{case}: the first got it once");
        assert_eq!(after.1 - before.1, usize::from(status == 200), "{case}: the second");
        if status == 200 {
            assert!(answer.text().ends_with(&body), "{case}: {}", answer.text().len());
        }
    }
}
