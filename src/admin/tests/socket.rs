//! The Unix socket.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use tempfile::TempDir;

use super::*;

fn start(path: &Path) -> Result<(AdminServer, Arc<AdminState>), AdminError> {
    let state = state();
    let options = AdminOptions { address: None, token: None, socket: Some(path.to_owned()) };
    AdminServer::start(options, state.clone()).map(|server| (server, state))
}

fn ask(path: &Path, method: &str, target: &str, body: &str) -> Answer {
    let stream = UnixStream::connect(path).expect("it accepts");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
    let length = body.len();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: any\r\nContent-Type: application/json\r\nContent-Length: {length}"
    );
    talk(stream, &format!("{head}\r\nConnection: close\r\n\r\n{body}"))
}

#[test]
fn who_can_open_the_socket_may_change_things() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("made/admin.sock");
    let (server, state) = start(&path).expect("it starts");
    assert_eq!((server.address(), server.socket()), (None, Some(path.as_path())));
    let mode = std::fs::metadata(&path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(ask(&path, "GET", "/live", "").status, 200);
    assert_eq!(ask(&path, "GET", "/api/v1/status", "").status, 200);
    shop(&state.directory);
    let body = r#"{"host": "h", "http_port": 80}"#;
    assert_eq!(ask(&path, "POST", "/lb/clusters/shop.a.domain/-/members", body).status, 201);
    server.stop();
    assert!(!path.exists(), "the file goes with the process");
}

#[test]
fn the_file_of_a_dead_process_is_replaced_and_that_of_a_living_one_is_not() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("admin.sock");
    // A listener that is dropped leaves its file behind, as a killed process does.
    drop(UnixListener::bind(&path).expect("a socket"));
    assert!(path.exists());
    let (first, _) = start(&path).expect("it replaces the file");
    let refused = start(&path).map(|_| ()).expect_err("somebody answers there");
    assert!(matches!(&refused, AdminError::Socket { source: SocketError::InUse, .. }), "{refused}");
    let text = refused.to_string();
    assert!(text.contains("another process listens there") && text.contains("admin.sock"), "{text}");
    assert_eq!(ask(&path, "GET", "/live", "").status, 200, "the first one is not disturbed");
    first.stop();
}

/// A process that listens and does not accept is alive, however many wait for it.
#[test]
fn a_busy_process_is_no_dead_one() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("admin.sock");
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).expect("a socket");
    socket.bind(&socket2::SockAddr::unix(&path).expect("a path")).expect("a free path");
    socket.listen(0).expect("it listens");
    let waiting: Vec<_> = std::iter::repeat_with(|| {
        let client =
            socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).expect("a socket");
        client.set_nonblocking(true).expect("an option");
        let connected = client.connect(&socket2::SockAddr::unix(&path).expect("a path"));
        (client, connected.is_ok())
    })
    .take_while(|(_, connected)| *connected)
    .take(1000)
    .collect();
    assert!(waiting.len() < 1000, "its queue is full");
    let refused = start(&path).map(|_| ()).expect_err("somebody listens there");
    assert!(matches!(refused, AdminError::Socket { source: SocketError::InUse, .. }), "{refused}");
}

#[test]
fn other_files_are_left_alone() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("precious");
    std::fs::write(&path, "text").expect("a file");
    let refused = start(&path).map(|_| ()).expect_err("it is no socket");
    assert!(matches!(refused, AdminError::Socket { source: SocketError::NotASocket, .. }), "{refused}");
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), "text");
    let below = path.join("admin.sock");
    let refused = start(&below).map(|_| ()).expect_err("a file is no folder");
    assert!(refused.to_string().contains("admin.socket"), "{refused}");
}

/// Somebody who removed the file and put another one there keeps it.
#[test]
fn only_its_own_file_is_removed() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("admin.sock");
    let (server, _) = start(&path).expect("it starts");
    std::fs::remove_file(&path).expect("it is there");
    let _other = UnixListener::bind(&path).expect("a free path");
    server.stop();
    assert!(path.exists());
}
