//! Clusters, hosts and maintenance of a running process (elastic-load-balancer.md §5.8, §6.2, §6.3, §9.11).

use std::net::{SocketAddr, TcpStream};

use tempfile::TempDir;

use crate::support::{BackEnd, Connection, NS, Program, sinew, write};

/// A folder with a balancer of one static cluster, and where its state is kept.
struct Site {
    folder: TempDir,
    back_end: BackEnd,
}

impl Site {
    fn new() -> Self {
        let (folder, back_end) = (TempDir::new().expect("a folder"), BackEnd::start());
        let port = back_end.address.port();
        let balancer = format!(
            "services {{ shop {{ hosts shop.example.org; domains {{ shop.domain {{ tenant_range *;
             members {{ m {{ host 127.0.0.1; httpPort {port}; }} }} }} }} }} }}"
        );
        write(folder.path(), "configs/loadbalancer.conf", &balancer);
        let main = format!("<sequence {NS} name=\"main\"><in><send/></in><out><send/></out></sequence>");
        write(folder.path(), "configs/sequences/main.xml", &main);
        Self { folder, back_end }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn serve(&self) -> Program {
        let state = format!("balancer.state={}", self.path("state.json"));
        let topology = format!("balancer.topology.file={}", self.path("topology.conf"));
        let more = ["--set", &state, "--set", &topology, "--set", "balancer.topology.rescan=50ms"];
        Program::serve_with(&self.folder.path().join("configs"), &more)
    }
}

fn ctl(program: &Program, arguments: &[&str]) -> (Option<i32>, String, String) {
    let socket = program.socket().display().to_string();
    let output =
        sinew(&[&["ctl", "--socket", &socket], arguments].concat()).output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// What it prints when all is well.
#[track_caller]
fn said(program: &Program, arguments: &[&str]) -> String {
    let (code, text, complaint) = ctl(program, arguments);
    assert_eq!((code, complaint.as_str()), (Some(0), ""), "{arguments:?}");
    text
}

/// The status of an answer for a host.
fn ask(address: SocketAddr, host: &str) -> u16 {
    let mut connection = Connection::open(address);
    connection.send(format!("GET /echo HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes());
    connection.read(false).status
}

#[test]
fn clusters_and_hosts_come_and_go_and_are_kept() {
    let site = Site::new();
    let mut program = site.serve();
    assert_eq!(ask(program.http, "shop.example.org"), 200);
    assert_eq!(ask(program.http, "php.example.org"), 404);
    let add = [
        "clusters",
        "add",
        "php.domain",
        "--host",
        "php.example.org",
        "--tenants",
        "*",
        "--set",
        "max_app_instances=3",
    ];
    assert_eq!(said(&program, &add), "php.domain is a cluster with 0 members\n");
    let member = format!("127.0.0.1:{}", site.back_end.address.port());
    said(&program, &["members", "add", "php.domain", &member]);
    assert_eq!(ask(program.http, "php.example.org"), 200, "case 228");
    let (code, _, complaint) =
        ctl(&program, &["clusters", "add", "q", "--host", "php.example.org", "--tenants", "*"]);
    assert_eq!(code, Some(1));
    assert!(complaint.contains("php.domain") && complaint.contains("all other tenants"), "{complaint}");
    said(&program, &["hosts", "add", "x.shop.example.org", "php.domain"]);
    let hosts = said(&program, &["hosts", "list"]);
    for host in ["php.example.org", "shop.example.org", "x.shop.example.org"] {
        assert!(hosts.contains(host), "{hosts}");
    }
    let clusters = said(&program, &["clusters"]);
    assert!(
        clusters.lines().any(|line| line.starts_with("php.domain") && line.ends_with("run_time")),
        "{clusters}"
    );
    assert!(
        clusters.lines().any(|line| line.starts_with("shop.domain") && line.ends_with("static")),
        "{clusters}"
    );
    assert!(said(&program, &["sessions"]).starts_with("sessions  0\n"));
    assert_eq!(
        said(&program, &["clusters", "maintenance", "php.domain", "on"]),
        "php.domain is out of service, 0 in flight\n"
    );
    assert_eq!(ask(program.http, "php.example.org"), 503);
    program.signal("TERM");
    assert_eq!(program.wait().code(), Some(0));

    let program = site.serve();
    assert_eq!(ask(program.http, "php.example.org"), 503, "all of it is kept");
    assert_eq!(
        said(&program, &["clusters", "maintenance", "php.domain", "off"]),
        "php.domain is in service\n"
    );
    said(&program, &["members", "add", "php.domain", &member]);
    assert_eq!(ask(program.http, "php.example.org"), 200);
    assert_eq!(
        said(&program, &["hosts", "remove", "x.shop.example.org"]),
        "x.shop.example.org leads nowhere any more\n"
    );
    assert_eq!(said(&program, &["clusters", "remove", "php.domain"]), "php.domain is gone\n");
    assert_eq!(ask(program.http, "php.example.org"), 404);
    assert_eq!(ask(program.http, "shop.example.org"), 200);
    assert_eq!(ctl(&program, &["clusters", "remove", "shop.domain"]).0, Some(1), "it is the file's");
}

#[test]
fn a_state_that_cannot_be_read_is_no_start() {
    let site = Site::new();
    write(site.folder.path(), "state.json", "{\"schema\": 1,\n \"clusters\": [}\n");
    let state = format!("balancer.state={}", site.path("state.json"));
    let configs = site.path("configs");
    let arguments = [
        "run",
        &configs,
        "--listen",
        "127.0.0.1:0",
        "--set",
        "listeners.https.enabled=false",
        "--set",
        &state,
        "--set",
        "admin.socket=",
    ];
    let output = sinew(&arguments).output().expect("the program runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{complaint}");
    assert!(complaint.contains("state.json:2:15"), "{complaint}");
}

/// Cases 233 to 235 with a file.
#[test]
fn the_topology_is_followed() {
    let site = Site::new();
    let mut program = site.serve();
    let port = site.back_end.address.port();
    let text = format!(
        "services {{ t {{ domains {{ t1 {{ hosts t.example.org; tenant_range *;
         members {{ m {{ host 127.0.0.1; httpPort {port}; }} }} }} }} }} }}"
    );
    // As a whole, so that no half of it is read.
    let replace = |text: &str| {
        write(site.folder.path(), "topology.new", text);
        std::fs::rename(site.path("topology.new"), site.path("topology.conf")).expect("a file");
    };
    replace(&text);
    program.wait_for_log(|line| line.contains("the topology is in service"));
    assert_eq!(ask(program.http, "t.example.org"), 200);
    assert_eq!(ask(program.http, "shop.example.org"), 200, "case 233");
    replace(&text.replace("tenant_range *;", "tenant_range *; bogus 1;"));
    program
        .wait_for_log(|line| line.contains("the topology is refused") && line.contains("topology.conf:1:"));
    assert_eq!(ask(program.http, "t.example.org"), 200, "case 235");
    program.forget_log();
    replace("services { }");
    program.wait_for_log(|line| line.contains("the topology is in service"));
    assert_eq!(ask(program.http, "t.example.org"), 404, "case 234: its hosts are removed");
    assert_eq!(ask(program.http, "shop.example.org"), 200);
    let metrics = Connection::get(program.admin, "/metrics").text();
    for (outcome, least) in [("applied", 2), ("refused", 1)] {
        let series = format!("sinew_topology_updates_total{{name=\"file\",outcome=\"{outcome}\"}} {least}\n");
        assert!(metrics.contains(&series), "{series}: {metrics}");
    }
}

/// §5.8: the listeners are closed, the readiness says so, and all of it can be undone.
#[test]
fn maintenance_closes_the_listeners() {
    let site = Site::new();
    let program = site.serve();
    let ready = || Connection::get(program.admin, "/ready");
    assert_eq!((ready().status, ask(program.http, "shop.example.org")), (200, 200));
    assert_eq!(
        said(&program, &["maintenance", "on"]),
        "the listeners are closed; what is in flight finishes\n"
    );
    for address in [program.http, program.https] {
        let refused = TcpStream::connect(address).expect_err("nobody listens");
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    }
    let answer = ready();
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("\"reason\":\"maintenance\""), "{}", answer.text());
    assert_eq!(Connection::get(program.admin, "/live").status, 200);
    assert!(said(&program, &["status"]).contains("closed    for maintenance\n"));
    assert_eq!(said(&program, &["maintenance", "off"]), "the listeners are open\n");
    assert_eq!((ready().status, ask(program.http, "shop.example.org")), (200, 200));
}
