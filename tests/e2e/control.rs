//! `sinew ctl` and a running process.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;

use crate::support::{BackEnd, Connection, NS, Program, sinew, write};

/// Two clusters: one with a member, one whose only member is passive.
const MEMBERS: &str = r#"
[[member]]
cluster = "shop.a.domain"
host = "10.0.1.1"
http_port = 9763

[[member]]
cluster = "shop.b.domain/worker"
host = "10.0.2.1"
https_port = 9443
weight = 3
active = false
"#;

/// A folder with a configuration and the settings above.
struct Site {
    folder: TempDir,
}

impl Site {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        write(folder.path(), "sinew.toml", MEMBERS);
        write(
            folder.path(),
            "configs/sequences/a.xml",
            &format!("<sequence {NS} name=\"a\"><drop/></sequence>"),
        );
        Self { folder }
    }

    fn settings(&self) -> PathBuf {
        self.folder.path().join("sinew.toml")
    }

    fn serve(&self, more: &[&str]) -> Program {
        let settings = self.settings().display().to_string();
        let arguments = [&["--settings", &settings], more].concat();
        Program::serve_with(&self.folder.path().join("configs"), &arguments)
    }
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = sinew(arguments).output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// `sinew ctl` with a socket.
fn ctl(socket: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let socket = socket.display().to_string();
    run(&[&["ctl", "--socket", &socket], arguments].concat())
}

/// What it prints when all is well.
fn said(socket: &Path, arguments: &[&str]) -> String {
    let (code, text, complaint) = ctl(socket, arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {complaint}");
    assert_eq!(complaint, "", "{arguments:?}");
    text
}

/// The cells of a table's row that begins like this.
fn row(table: &str, begin: &str) -> Vec<String> {
    let line =
        table.lines().find(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ") == begin);
    let line = line.unwrap_or_else(|| panic!("no row begins with {begin}:\n{table}"));
    line.split("  ").filter(|cell| !cell.is_empty()).map(|cell| cell.trim().to_owned()).collect()
}

#[test]
fn members_are_added_drained_resumed_and_removed() {
    let site = Site::new();
    let program = site.serve(&[]);
    let socket = program.socket();
    let mode = std::fs::metadata(&socket).expect("a socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    insta::assert_snapshot!(said(&socket, &["clusters"]));
    let state = |cluster: &str, member: &str| {
        let table = said(&socket, &["members", "list", cluster]);
        row(&table, &format!("{cluster} {member}"))[2].clone()
    };
    let added = said(&socket, &["members", "add", "shop.a.domain", "10.0.1.2:9763", "--weight", "2"]);
    assert_eq!(added, "10.0.1.2:9763 is a member of shop.a.domain, ready\n");
    assert_eq!(state("shop.a.domain", "10.0.1.2:9763"), "ready");
    let all = said(&socket, &["members", "list"]);
    assert_eq!(row(&all, "shop.a.domain 10.0.1.1:9763").last().map(String::as_str), Some("sinew.toml"));
    assert_eq!(row(&all, "shop.a.domain 10.0.1.2:9763")[4], "2");
    assert_eq!(row(&all, "shop.b.domain/worker 10.0.2.1:9443")[2], "passive", "case 224");

    let drained = said(&socket, &["members", "drain", "shop.a.domain", "10.0.1.1:9763"]);
    assert_eq!(drained, "10.0.1.1:9763 of shop.a.domain is draining\n");
    assert_eq!(state("shop.a.domain", "10.0.1.1:9763"), "draining");
    let metrics = Connection::get(program.admin, "/metrics").text();
    let series =
        "sinew_member_state{cluster=\"shop.a.domain\",member=\"10.0.1.1:9763\",state=\"draining\"} 1";
    assert!(metrics.contains(series), "{metrics}");
    let series = "sinew_member_in_flight{cluster=\"shop.a.domain\",member=\"10.0.1.2:9763\"} 0";
    assert!(metrics.contains(series), "{metrics}");
    said(&socket, &["members", "resume", "shop.a.domain", "10.0.1.1:9763"]);
    assert_eq!(state("shop.a.domain", "10.0.1.1:9763"), "ready");
    said(&socket, &["members", "suspend", "shop.a.domain", "10.0.1.1:9763"]);
    assert_eq!(state("shop.a.domain", "10.0.1.1:9763"), "suspended");
    said(&socket, &["members", "resume", "shop.a.domain", "10.0.1.1:9763"]);

    let removed = said(&socket, &["members", "remove", "shop.a.domain", "10.0.1.2:9763"]);
    assert_eq!(removed, "10.0.1.2:9763 left shop.a.domain\n");
    let metrics = Connection::get(program.admin, "/metrics").text();
    assert!(!metrics.contains("10.0.1.2:9763"), "its series leave with it: {metrics}");
    let (code, _, complaint) = ctl(&socket, &["members", "remove", "shop.a.domain", "10.0.1.1:9763"]);
    assert_eq!(code, Some(1));
    assert!(complaint.contains("sinew.toml"), "{complaint}");
}

#[test]
fn a_member_is_described_by_flags() {
    let site = Site::new();
    let program = site.serve(&[]);
    let arguments = [
        "--format",
        "json",
        "members",
        "add",
        "shop.b.domain/worker",
        "::1",
        "--https-port",
        "9443",
        "--remote-host",
        "203.0.113.5",
        "--permanent",
        "--zone",
        "eu-1",
        "--port-mapping",
        "8280=9000",
        "--port-mapping",
        "8243=9443",
    ];
    let value: serde_json::Value = serde_json::from_str(&said(&program.socket(), &arguments)).expect("JSON");
    let member = &value["member"];
    assert_eq!((&value["schema"], &member["id"]), (&1.into(), &"[::1]:9443".into()));
    let expected = serde_json::json!({ "8243": 9443, "8280": 9000 });
    assert_eq!(member["port_mappings"], expected);
    assert_eq!((&member["permanent"], &member["zone"]), (&true.into(), &"eu-1".into()));
    assert_eq!(
        (&member["http_port"], &member["remote_host"]),
        (&serde_json::Value::Null, &"203.0.113.5".into())
    );
    said(&program.socket(), &["members", "drain", "shop.b.domain/worker", "[::1]:9443"]);
}

#[test]
fn the_exit_code_says_what_went_wrong() {
    let site = Site::new();
    let program = site.serve(&[]);
    let socket = program.socket();
    let not_ok: [&[&str]; 5] = [
        &["members", "list", "shop.a.domian"],
        &["members", "drain", "shop.a.domain", "10.0.1.9:9763"],
        &["members", "add", "nowhere", "10.0.1.9:80"],
        &["members", "add", "shop.a.domain", "10.0.1.9:80", "--weight", "0"],
        &["endpoint", "off", "nobody"],
    ];
    for arguments in not_ok {
        let (code, text, complaint) = ctl(&socket, arguments);
        assert_eq!((code, text.as_str()), (Some(1), ""), "{arguments:?}: {complaint}");
        assert!(complaint.starts_with("error: "), "{complaint}");
    }
    let usage: [&[&str]; 7] = [
        &["members", "add", "shop.a.domain"],
        &["members", "add", "shop.a.domain", "10.0.1.9"],
        &["members", "add", "shop.a.domain", "10.0.1.9:0"],
        &["members", "add", "shop.a.domain", "10.0.1.9:80", "--port-mapping", "8280"],
        &["members", "melt", "shop.a.domain", "10.0.1.9:80"],
        &["--address", "http://127.0.0.1:1", "status"],
        &["--token-file", "token", "status"],
    ];
    for arguments in usage {
        assert_eq!(ctl(&socket, arguments).0, Some(2), "{arguments:?}");
    }
    for address in ["https://127.0.0.1:9191", "http://127.0.0.1:9191/lb", "http://", "a b"] {
        assert_eq!(run(&["ctl", "--address", address, "status"]).0, Some(2), "{address}");
    }
    let folder = TempDir::new().expect("a folder");
    let nothing = folder.path().join("nothing.sock");
    let dead = folder.path().join("dead.sock");
    drop(UnixListener::bind(&dead).expect("a socket"));
    for path in [&nothing, &dead] {
        let (code, text, complaint) = ctl(path, &["status"]);
        assert_eq!((code, text.as_str()), (Some(69), ""), "{complaint}");
        assert!(complaint.contains(&path.display().to_string()), "{complaint}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port");
    assert_eq!(run(&["ctl", "--address", &format!("http://{closed}"), "status"]).0, Some(69));
    let elsewhere = format!("http://{}", program.http);
    assert_eq!(run(&["ctl", "--address", &elsewhere, "status"]).0, Some(69), "no admin interface");
}

#[test]
fn the_socket_is_found_by_the_settings() {
    let site = Site::new();
    let program = site.serve(&[]);
    let socket = program.socket().display().to_string();
    write(site.folder.path(), "ctl.toml", &format!("[admin]\nsocket = \"{socket}\"\n"));
    let settings = site.folder.path().join("ctl.toml").display().to_string();
    assert_eq!(run(&["ctl", "status", "--settings", &settings]).0, Some(0));
    let output = sinew(&["ctl", "status"]).env("SINEW_ADMIN_SOCKET", &socket).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0));
    let output = sinew(&["ctl", "status"]).env("SINEW_ADMIN_SOCKET", "0").output().expect("it runs");
    assert_eq!(output.status.code(), Some(69));
    write(site.folder.path(), "ctl.toml", "[admin]\nsokcet = 1\n");
    assert_eq!(run(&["ctl", "status", "--settings", &settings]).0, Some(78));
}

#[test]
fn the_port_takes_changes_with_the_token() {
    let site = Site::new();
    let token = site.folder.path().join("token");
    std::fs::write(&token, "correct horse\n").expect("a file");
    let reference = format!("admin.token=file:{}", token.display());
    let program = site.serve(&["--set", &reference]);
    let address = format!("http://{}", program.admin);
    let file = token.display().to_string();
    let drain = ["members", "drain", "shop.a.domain", "10.0.1.1:9763"];
    let (code, _, complaint) = run(&[&["ctl", "--address", &address], &drain[..]].concat());
    assert_eq!(code, Some(1));
    assert!(complaint.contains("--token-file"), "{complaint}");
    let with = [&["ctl", "--address", &address, "--token-file", &file], &drain[..]].concat();
    assert_eq!(run(&with).0, Some(0));
    let missing = ["ctl", "--address", &address, "--token-file", "/nowhere/token", "status"];
    assert_eq!(run(&missing).0, Some(74));

    let open = site.serve(&[]);
    let address = format!("http://{}", open.admin);
    let (code, _, complaint) = run(&[&["ctl", "--address", &address], &drain[..]].concat());
    assert_eq!(code, Some(1));
    assert!(complaint.contains("admin.token"), "{complaint}");
    assert_eq!(run(&["ctl", "--address", &address, "members", "list"]).0, Some(0));
}

#[test]
fn status_and_reload() {
    let site = Site::new();
    let program = site.serve(&["--no-watch"]);
    let socket = program.socket();
    let status = said(&socket, &["status"]);
    for expected in ["phase     serving\n", "ready     yes\n", "revision  1\n"] {
        assert!(status.contains(expected), "{status}");
    }
    assert_eq!(said(&socket, &["reload"]), "nothing changed; revision 1 runs\n");
    let configs = site.folder.path().join("configs");
    write(&configs, "sequences/b.xml", &format!("<sequence {NS} name=\"b\"><drop/></sequence>"));
    assert_eq!(said(&socket, &["reload"]), "deployed revision 2\n");
    write(&configs, "sequences/b.xml", &format!("<sequence {NS} name=\"b\"><nothing/></sequence>"));
    let (code, text, _) = ctl(&socket, &["reload", "--format", "json"]);
    assert_eq!(code, Some(1), "{text}");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&value["outcome"], &value["errors"]), (&"partly".into(), &1.into()));
    let endpoints = said(&socket, &["endpoint", "list"]);
    assert!(endpoints.starts_with("ENDPOINT  STATE"), "{endpoints}");
}

/// E70 and E71 on a running process: what is switched off is not sent to.
#[test]
fn endpoints_are_switched() {
    let site = Site::new();
    let back_end = BackEnd::start();
    let configs = site.folder.path().join("configs");
    let endpoint = format!("<endpoint {NS} name=\"shop\"><address uri=\"{}\"/></endpoint>", back_end.url());
    write(&configs, "endpoints/shop.xml", &endpoint);
    let main = format!(
        "<sequence {NS} name=\"main\"><in><send><endpoint key=\"shop\"/></send></in><out><send/></out></sequence>"
    );
    write(&configs, "sequences/main.xml", &main);
    let program = site.serve(&[]);
    let socket = program.socket();
    assert!(said(&socket, &["endpoint", "list"]).contains("shop"));
    for (position, status) in [("off", 503), ("on", 200)] {
        said(&socket, &["endpoint", position, "shop"]);
        assert_eq!(Connection::get(program.http, "/echo").status, status, "{position}");
    }
}

/// A process that was killed leaves the file of its socket; the next one takes its place, but never that of a living one.
#[test]
fn a_stale_socket_is_replaced_and_a_live_one_is_not() {
    let site = Site::new();
    let socket = site.folder.path().join("admin.sock");
    let named = format!("admin.socket={}", socket.display());
    let mut first = site.serve(&["--set", &named]);
    let (folder, any) = (site.folder.path().join("configs").display().to_string(), "127.0.0.1:0");
    let certificates =
        format!("listeners.https.development_certificate_directory={}", site.folder.path().display());
    let second = [
        "run",
        &folder,
        "--listen",
        any,
        "--listen-https",
        any,
        "--admin",
        any,
        "--set",
        &named,
        "--set",
        &certificates,
    ];
    let output = sinew(&second).stdout(Stdio::null()).output().expect("the program runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(75), "{complaint}");
    assert!(complaint.contains("another process listens there"), "{complaint}");
    assert!(said(&socket, &["status"]).contains("serving"), "the first one is not disturbed");
    first.signal("KILL");
    first.wait();
    assert!(socket.exists(), "nobody could remove it");
    let mut third = site.serve(&["--set", &named]);
    assert!(said(&socket, &["status"]).contains("serving"));
    third.signal("TERM");
    assert_eq!(third.wait().code(), Some(0));
    assert!(!socket.exists(), "it is removed on exit");
}
