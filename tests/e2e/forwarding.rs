//! A main sequence in front of a real back end.

use std::io::Write;

use tempfile::TempDir;

use crate::support::{Answer, BackEnd, Connection, NS, Program, forward_all, write};

struct Stage {
    _folder: TempDir,
    back_end: BackEnd,
    program: Program,
}

fn stage() -> Stage {
    let folder = TempDir::new().expect("a folder");
    let back_end = BackEnd::start();
    write(folder.path(), "sequences/main.xml", &forward_all(&back_end.url()));
    let program = Program::serve(folder.path());
    Stage { _folder: folder, back_end, program }
}

impl Stage {
    fn ask(&self, request: &str) -> Answer {
        let mut connection = Connection::open(self.program.http);
        connection.send(request.replace('\n', "\r\n").as_bytes());
        connection.read(request.starts_with("HEAD"))
    }
}

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;

/// 1 GiB down and up stream through, and memory stays small.
#[test]
fn large_bodies_stream() {
    let stage = stage();
    for kind in ["large", "chunked"] {
        let mut connection = Connection::open(stage.program.http);
        connection.send(format!("GET /{kind}/{GIB} HTTP/1.1\r\nHost: b\r\n\r\n").as_bytes());
        let head = connection.read_head();
        let answer = Answer { status: 200, head, body: Vec::new() };
        let mut count = 0;
        connection.read_body(&answer, |piece| count += piece.len() as u64);
        assert_eq!(count, GIB, "{kind}");
    }
    let mut connection = Connection::open(stage.program.http);
    let mut writer = connection.writer();
    let sending = std::thread::spawn(move || {
        let head = format!("POST /count HTTP/1.1\r\nHost: b\r\nContent-Length: {GIB}\r\n\r\n");
        writer.write_all(head.as_bytes()).expect("the head is taken");
        let piece = vec![b'x'; MIB as usize];
        for _ in 0..GIB / MIB {
            writer.write_all(&piece).expect("the body is taken");
        }
    });
    assert_eq!(connection.read(false).text(), GIB.to_string());
    sending.join().expect("everything was sent");
    match stage.program.resident() {
        Some(resident) => assert!(resident < 64 * MIB, "{} MiB at the peak", resident / MIB),
        None => eprintln!("skipped: this system does not tell the memory of a process"),
    }
}

#[test]
fn ten_thousand_requests_on_one_connection() {
    let stage = stage();
    let mut connection = Connection::open(stage.program.http);
    for _ in 0..10_000 {
        connection.send(b"GET /hi HTTP/1.1\r\nHost: b\r\n\r\n");
        let answer = connection.read(false);
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"hi".as_slice()));
    }
    assert_eq!(stage.back_end.requests(), 10_000);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let stage = stage();
    let mut connection = Connection::open(stage.program.http);
    let requests: String = (0..20).map(|n| format!("GET /large/{n} HTTP/1.1\r\nHost: b\r\n\r\n")).collect();
    connection.send(requests.as_bytes());
    for n in 0..20 {
        assert_eq!(connection.read(false).body.len(), n);
    }
}

/// http-transport.md cases 43 to 45: no framing where there is no body.
#[test]
fn case_043_to_045_answers_without_body() {
    let stage = stage();
    let head = stage.ask("HEAD /large/10 HTTP/1.1\nHost: b\n\n");
    assert_eq!((head.status, head.header("content-length")), (200, Some("10")));
    for status in [204, 304] {
        let mut connection = Connection::open(stage.program.http);
        let request = format!("GET /status/{status} HTTP/1.1\r\nHost: b\r\n\r\n");
        connection.send((request.clone() + &request).as_bytes());
        for _ in 0..2 {
            let answer = connection.read(false);
            assert_eq!((answer.status, answer.header("transfer-encoding")), (status, None));
            assert_eq!(answer.header("etag"), Some("\"1\""));
        }
    }
}

/// http-transport.md case 26: 100 comes first, and the back end sees no `Expect`.
#[test]
fn case_026_expect_100_continue() {
    let stage = stage();
    let mut connection = Connection::open(stage.program.http);
    connection.send(b"POST /echo HTTP/1.1\r\nHost: b\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    assert_eq!(connection.read(false).status, 100);
    connection.send(b"hi");
    let answer = connection.read(false);
    assert_eq!(answer.status, 200);
    assert!(answer.text().ends_with("\n\nhi") && !answer.text().contains("expect"), "{}", answer.text());
}

/// http-transport.md cases 16, 24, 25, 36, 39: what the back end sees.
#[test]
fn case_016_024_025_036_039_headers_towards_the_back_end() {
    let stage = stage();
    let answer = stage.ask(
        "POST /echo/a?b=c HTTP/1.1\nHost: shop\nContent-Type: text/plain\nContent-Length: 2\nUser-Agent: a\n\
         Connection: close, X-Hop\nX-Hop: 1\nTE: trailers\nProxy-Authorization: x\nKeep-Alive: 5\nX-End: 1\n\nhi",
    );
    let expected = format!(
        "POST /echo/a?b=c HTTP/1.1\ncontent-length: 2\ncontent-type: text/plain\nhost: {}\nuser-agent: Sinew\nx-end: 1\n\nhi",
        stage.back_end.address
    );
    assert_eq!(answer.text(), expected);
}

#[test]
fn chunked_bodies_go_through() {
    let stage = stage();
    let answer =
        stage.ask("POST /count HTTP/1.1\nHost: b\nTransfer-Encoding: chunked\n\n5\nhello\n3;x=y\nabc\n0\n\n");
    assert_eq!(answer.text(), "8");
}

#[test]
fn large_headers_go_through() {
    let stage = stage();
    let value = "v".repeat(30_000);
    let answer = stage.ask(&format!("GET /echo HTTP/1.1\nHost: b\nX-Large: {value}\n\n"));
    assert!(answer.text().contains(&format!("x-large: {value}\n")), "{} bytes", answer.body.len());
    let too_large = "v".repeat(70_000);
    assert_eq!(stage.ask(&format!("GET /echo HTTP/1.1\nHost: b\nX-Large: {too_large}\n\n")).status, 431);
}

/// Statuses and headers of the back end come through; 4xx and 5xx are no faults (endpoints.md E15).
#[test]
fn case_041_statuses_come_through() {
    let stage = stage();
    for status in [200, 201, 404, 418, 500] {
        let answer = stage.ask(&format!("GET /status/{status} HTTP/1.1\nHost: b\n\n"));
        assert_eq!((answer.status, answer.header("etag")), (status, Some("\"1\"")));
    }
}

/// http-transport.md §8.1: an answer that is cut off while the out-sequence reads it is 101501, the endpoint's fault.
#[test]
fn an_answer_that_is_cut_off_runs_the_fault_sequence() {
    let back_end = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = back_end.local_addr().expect("an address");
    std::thread::spawn(move || {
        let (mut stream, _) = back_end.accept().expect("a connection");
        let mut head = [0; 4096];
        let _ = std::io::Read::read(&mut stream, &mut head);
        let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 100\r\n\r\n<a>";
        std::io::Write::write_all(&mut stream, answer).expect("it is read");
    });
    let folder = TempDir::new().expect("a folder");
    let fault = "<property name=\"X-Code\" expression=\"get-property('ERROR_CODE')\" scope=\"transport\"/>\
        <property name=\"X-Sending\" expression=\"$axis2:SENDING_FAULT\" scope=\"transport\"/><respond/>";
    let proxy = format!(
        "<proxy {NS} name=\"P\"><target><endpoint><address uri=\"http://{address}/\"/></endpoint>\
         <outSequence><log level=\"full\"/><send/></outSequence><faultSequence>{fault}</faultSequence></target></proxy>"
    );
    write(folder.path(), "proxy-services/P.xml", &proxy);
    let program = Program::serve(folder.path());
    let mut connection = Connection::open(program.http);
    connection.send(b"GET /services/P HTTP/1.1\r\nHost: b\r\n\r\n");
    let answer = connection.read(false);
    assert_eq!((answer.header("x-code"), answer.header("x-sending")), (Some("101501"), Some("true")));
}
