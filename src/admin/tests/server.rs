//! The listener and its thread.

use std::net::TcpListener;

use super::*;
use crate::settings::{Override, Sources, load};

#[test]
fn a_taken_port_is_an_error_with_its_cause() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("a bound address");
    match AdminServer::start(AdminOptions { address: Some(address), ..options(None) }, state()) {
        Err(AdminError::Bind { source, .. }) => assert_eq!(source.kind(), std::io::ErrorKind::AddrInUse),
        other => panic!("unexpected: {other:?}"),
    }
}

#[test]
fn stopping_frees_the_port_even_with_open_connections() {
    let running = Running::start(None);
    let address = running.address();
    let mut idle = connect(address);
    idle.write_all(b"GET /live HTTP/1.1\r\n").expect("a part is sent");
    running.server.stop();
    assert!(TcpStream::connect_timeout(&address, PATIENCE).is_err());
    let mut rest = String::new();
    // Closed or reset, depending on what was read before.
    assert!(idle.read_to_string(&mut rest).is_err() || rest.is_empty());
}

#[test]
fn a_connection_serves_several_requests() {
    let running = Running::start(None);
    let mut stream = connect(running.address());
    for _ in 0..3 {
        stream.write_all(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("the request is sent");
        let mut text = Vec::new();
        let mut byte = [0];
        while !text.ends_with(b"\"live\":true}") {
            stream.read_exact(&mut byte).expect("the answer comes");
            text.extend_from_slice(&byte);
        }
        assert!(text.starts_with(b"HTTP/1.1 200 OK\r\n"));
    }
}

#[test]
fn silent_connections_keep_nobody_out() {
    let running = Running::start(None);
    let _silent: Vec<TcpStream> = (0..16).map(|_| connect(running.address())).collect();
    assert_eq!(running.get("/live", &[]).status, 200);
}

#[test]
fn large_heads_and_garbage_are_refused() {
    let running = Running::start(None);
    let large = format!("X: {}", "a".repeat(64 * 1024));
    let address = running.address();
    let mut stream = connect(address);
    // The connection may be closed while we are still sending.
    let _ = stream.write_all(format!("GET /live HTTP/1.1\r\nHost: localhost\r\n{large}\r\n\r\n").as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(exchange(address, "\u{1}\u{2} nonsense\r\n\r\n").status, 400);
    assert_eq!(running.get("/live", &[]).status, 200);
}

#[test]
fn the_settings_become_options() {
    let settings = |text: &str| {
        let mut sources = Sources::default();
        sources.flags.push(Override::parse(text).expect("a flag"));
        load(&sources).expect("good settings").settings.admin
    };
    let options = |text: &str| AdminOptions::from_settings(&settings(text)).expect("no token to read");
    let on = options("admin.address=127.0.0.1:0").expect("it is on");
    assert_eq!(on.address.map(|address| address.port()), Some(0));
    assert!(on.token.is_none());
    assert_eq!(on.socket.as_deref(), Some(std::path::Path::new(".sinew/admin.sock")));
    let only_socket = options("admin.enabled=false").expect("it is on");
    assert!(only_socket.address.is_none() && only_socket.socket.is_some());
    for off in ["admin.socket=0", "admin.socket="] {
        assert!(options(off).expect("it is on").socket.is_none(), "{off}");
    }
    assert!(AdminOptions::from_settings(&settings("admin.token=env:SINEW_NO_SUCH_TOKEN")).is_err());
    let mut off = settings("admin.enabled=false");
    off.socket = None;
    assert!(AdminOptions::from_settings(&off).expect("no token to read").is_none());
}
