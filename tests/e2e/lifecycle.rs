//! Starting and ending.

use std::net::TcpListener;
use std::process::Stdio;

use tempfile::TempDir;

use crate::support::{BackEnd, Connection, NS, Program, forward_all, sinew, write};

/// What `run` says, and its exit code, when it cannot start.
fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let output = sinew(arguments).stdout(Stdio::null()).output().expect("the program runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_missing_folder_is_named() {
    let (code, text) = refused(&["run", "/nowhere/at-all"]);
    assert_eq!(code, Some(74), "{text}");
    assert!(text.contains("/nowhere/at-all"), "{text}");
}

#[test]
fn a_taken_port_is_named() {
    let folder = TempDir::new().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let folder = folder.path().display().to_string();
    let (code, text) =
        refused(&["run", &folder, "--listen", &address, "--set", "listeners.https.enabled=false"]);
    assert_eq!(code, Some(75), "{text}");
    assert!(text.contains(&address), "{text}");
}

/// Another balancer shares its port among its threads; a second program must not join in.
#[test]
fn a_port_of_another_balancer_is_taken() {
    let folder = TempDir::new().expect("a folder");
    let first = Program::serve(folder.path());
    let address = first.http.to_string();
    let folder = folder.path().display().to_string();
    let arguments = [
        "run",
        &folder,
        "--listen",
        &address,
        "--set",
        "listeners.https.enabled=false",
        "--admin",
        "127.0.0.1:0",
    ];
    let (code, text) = refused(&arguments);
    assert_eq!(code, Some(75), "{text}");
}

#[test]
fn a_missing_certificate_is_named() {
    let folder = TempDir::new().expect("a folder");
    let folder = folder.path().display().to_string();
    let (code, text) = refused(&[
        "run",
        &folder,
        "--listen",
        "127.0.0.1:0",
        "--listen-https",
        "127.0.0.1:0",
        "--set",
        "listeners.https.certificate=/nowhere/cert.pem",
        "--set",
        "listeners.https.key=/nowhere/key.pem",
    ]);
    assert_eq!(code, Some(78), "{text}");
    assert!(text.contains("/nowhere/cert.pem"), "{text}");
}

#[test]
fn wrong_settings_are_named() {
    let (code, text) = refused(&["run", "--set", "timeouts.respons=1s"]);
    assert_eq!(code, Some(78), "{text}");
    assert!(text.contains("timeouts.respons") && text.contains("timeouts.response"), "{text}");
}

#[test]
fn strict_refuses_a_folder_with_errors() {
    let folder = TempDir::new().expect("a folder");
    write(folder.path(), "sequences/a.xml", &format!("<sequence {NS} name=\"a\"><nothing/></sequence>"));
    let path = folder.path().display().to_string();
    let (code, text) = refused(&["run", &path, "--strict", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, Some(78), "{text}");
    assert!(text.contains("E0401"), "{text}");
}

/// An exchange in flight is finished, new connections are not accepted, and the exit code is 0.
#[test]
fn sigterm_drains() {
    let folder = TempDir::new().expect("a folder");
    let back_end = BackEnd::start();
    write(folder.path(), "sequences/main.xml", &forward_all(&back_end.url()));
    // On one thread the idle connection's end shows that the drain has reached the busy one.
    let mut program = Program::serve_with(folder.path(), &["--set", "server.threads=1"]);
    let mut idle = Connection::open(program.http);
    idle.send(b"GET /hi HTTP/1.1\r\nHost: b\r\n\r\n");
    assert_eq!(idle.read(false).status, 200);
    let mut busy = Connection::open(program.http);
    busy.send(b"GET /slow HTTP/1.1\r\nHost: b\r\n\r\n");
    back_end.wait_for_slow();
    program.signal("TERM");
    program.wait_for_log(|line| line.contains("\"draining\""));
    assert!(idle.is_closed());
    back_end.release();
    let answer = busy.read(false);
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    assert_eq!(program.wait().code(), Some(0));
}

#[test]
fn a_second_signal_ends_at_once() {
    let folder = TempDir::new().expect("a folder");
    let back_end = BackEnd::start();
    write(folder.path(), "sequences/main.xml", &forward_all(&back_end.url()));
    let mut program = Program::serve(folder.path());
    let mut busy = Connection::open(program.http);
    busy.send(b"GET /slow HTTP/1.1\r\nHost: b\r\n\r\n");
    back_end.wait_for_slow();
    program.signal("TERM");
    program.wait_for_log(|line| line.contains("\"draining\""));
    program.signal("TERM");
    assert_eq!(program.wait().code(), Some(143));
}

/// configuration.md C93: a silent back end is a fault after the response time-out, and the client is told.
#[test]
fn c93_a_silent_back_end_is_504() {
    let folder = TempDir::new().expect("a folder");
    let back_end = BackEnd::start();
    write(folder.path(), "sequences/main.xml", &forward_all(&back_end.url()));
    let program = Program::serve_with(folder.path(), &["--set", "timeouts.response=200ms"]);
    assert_eq!(Connection::get(program.http, "/hang").status, 504);
}
