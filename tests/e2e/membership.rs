//! Members find the balancer: by requests as curl makes them, by a file, and by `sinew join`.

use std::io::Read;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{Answer, BackEnd, Connection, Member, NS, Program, sinew, write};

const HOST: &str = "shop.example.org";

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A configuration with one cluster and no members.
pub(crate) struct Site {
    pub(crate) folder: TempDir,
}

impl Site {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let main = format!("<sequence {NS} name=\"main\"><in><send/></in><out><send/></out></sequence>");
        write(folder.path(), "configs/sequences/main.xml", &main);
        let balancer = format!(
            "loadbalancer {{\nadmission_delay 0;\n}}\nservices {{\nshop {{\nhosts {HOST};\ndomains {{\nshop.domain {{\n\
             tenant_range *;\n}}\n}}\n}}\n}}\n"
        );
        write(folder.path(), "configs/loadbalancer.conf", &balancer);
        write(folder.path(), "token", "correct horse\n");
        Self { folder }
    }

    pub(crate) fn token(&self) -> String {
        self.folder.path().join("token").display().to_string()
    }

    pub(crate) fn serve(&self, more: &[&str]) -> Program {
        let settings = [
            "membership.registration.address=127.0.0.1:0".to_owned(),
            format!("membership.registration.token=file:{}", self.token()),
            "membership.leave_grace=100ms".to_owned(),
        ];
        let settings: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
        Program::serve_with(&self.folder.path().join("configs"), &[&settings, more].concat())
    }

    /// `sinew join` for a member, with its messages in a file.
    fn join(&self, balancers: &[SocketAddr], member: SocketAddr, more: &[&str]) -> Join {
        let urls: Vec<String> = balancers.iter().map(|address| format!("http://{address}")).collect();
        let balancers: Vec<&str> = urls.iter().flat_map(|url| ["--balancer", url]).collect();
        let (member, token) = (member.to_string(), self.token());
        let service = ["--cluster", "shop.domain", "--http", &member, "--token-file", &token];
        let mut command = sinew(&[&["join"], &balancers[..], &service, more].concat());
        Join(command.stderr(Stdio::piped()).spawn().expect("the program starts"))
    }
}

/// A side-car; killed when dropped.
pub(crate) struct Join(pub(crate) Child);

impl Join {
    pub(crate) fn signal(&self, name: &str) {
        let done = Command::new("kill").args([&format!("-{name}"), &self.0.id().to_string()]).status();
        assert!(done.expect("kill runs").success());
    }

    /// Its exit code, and what it said.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let status = self.0.wait().expect("its end");
        let mut said = String::new();
        self.0.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
        (status.code(), said)
    }
}

impl Drop for Join {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One request as curl makes it.
fn curl(address: SocketAddr, method: &str, path: &str, body: &str) -> Answer {
    let mut connection = Connection::open(address);
    let length = body.len();
    connection.send(
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer correct horse\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .as_bytes(),
    );
    connection.read(false)
}

/// One request of a client.
pub(crate) fn get(address: SocketAddr, path: &str) -> Answer {
    let mut connection = Connection::open(address);
    connection.send(format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n").as_bytes());
    connection.read(false)
}

/// Asks until the status is this one.
pub(crate) fn wait_for_status(address: SocketAddr, status: u16) {
    let began = Instant::now();
    while get(address, "/x").status != status {
        assert!(began.elapsed() < PATIENCE, "no status {status}");
    }
}

#[test]
fn a_back_end_registers_serves_and_is_lost_with_its_lease() {
    let site = Site::new();
    let back_end = BackEnd::start();
    let mut balancer = site.serve(&[]);
    let registration = balancer.registration();
    assert_eq!(get(balancer.http, "/x").status, 503, "nobody is there");
    let path = format!("/members/shop.domain/{}", back_end.address);
    let answer = curl(registration, "PUT", &path, r#"{"lease_seconds":2}"#);
    assert_eq!(answer.status, 201, "{}", answer.text());
    wait_for_status(balancer.http, 200);
    let began = Instant::now();
    wait_for_status(balancer.http, 503);
    assert!(began.elapsed() < Duration::from_secs(20), "case 225");
    assert_eq!(curl(registration, "PUT", &path, "{}").status, 201);
    wait_for_status(balancer.http, 200);
    assert_eq!(curl(registration, "DELETE", &path, "").status, 200);
    assert_eq!(get(balancer.http, "/x").status, 503, "case 225: at once");
    let metrics = Connection::get(balancer.admin, "/metrics").text();
    for line in [
        "sinew_membership_events_total{name=\"registration\",outcome=\"suspected\"} 1",
        "sinew_membership_events_total{name=\"registration\",outcome=\"left\"} 1",
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
}

#[test]
fn a_side_car_announces_and_leaves_without_a_failed_request() {
    let site = Site::new();
    let (stays, leaves) = (Member::start("stays"), Member::start("leaves"));
    let (mut one, mut other) = (site.serve(&[]), site.serve(&[]));
    let registrations = [one.registration(), other.registration()];
    let first = site.join(&registrations, stays.address, &[]);
    for balancer in [&one, &other] {
        wait_for_status(balancer.http, 200);
    }
    let second = site.join(&registrations, leaves.address, &["--health-path", "/health"]);
    let (end, failed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let clients: Vec<_> = [one.http, other.http]
        .map(|address| {
            let (end, failed) = (end.clone(), failed.clone());
            std::thread::spawn(move || {
                while !end.load(Ordering::SeqCst) {
                    if get(address, "/x").status != 200 {
                        failed.fetch_add(1, Ordering::SeqCst);
                    }
                }
            })
        })
        .into();
    for balancer in [&one, &other] {
        let began = Instant::now();
        while get(balancer.http, "/x").header("x-member") != Some("leaves") {
            assert!(began.elapsed() < PATIENCE, "the second member gets nothing");
        }
    }
    second.signal("TERM");
    let (code, said) = second.end();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.matches(" announced at http://").count(), 2, "{said}");
    assert_eq!(said.matches(" left at http://").count(), 2, "{said}");
    // It may end now.
    drop(leaves);
    for balancer in [&one, &other] {
        for _ in 0..20 {
            assert_eq!(get(balancer.http, "/x").header("x-member"), Some("stays"));
        }
    }
    end.store(true, Ordering::SeqCst);
    clients.into_iter().for_each(|client| client.join().expect("a client"));
    assert_eq!(failed.load(Ordering::SeqCst), 0);
    first.signal("INT");
    assert_eq!(first.end().0, Some(0));
    wait_for_status(one.http, 503);
}

#[test]
fn a_side_car_speaks_tls() {
    let site = Site::new();
    let back_end = BackEnd::start();
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    write(site.folder.path(), "registration.pem", &certified.cert.pem());
    write(site.folder.path(), "registration-key.pem", &certified.signing_key.serialize_pem());
    let file = |name: &str| site.folder.path().join(name).display().to_string();
    let certificate = format!("membership.registration.certificate={}", file("registration.pem"));
    let key = format!("membership.registration.key={}", file("registration-key.pem"));
    let mut balancer = site.serve(&["--set", &certificate, "--set", &key]);
    let url = format!("https://localhost:{}", balancer.registration().port());
    let trusted = file("registration.pem");
    let join = site.join(&[], back_end.address, &["--balancer", &url, "--ca-file", &trusted]);
    wait_for_status(balancer.http, 200);
    join.signal("TERM");
    let (code, said) = join.end();
    assert_eq!(code, Some(0), "{said}");
}

/// What a renewed certificate is used for from then on: new connections, without a restart.
#[test]
fn the_certificate_of_the_listener_for_members_is_read_again() {
    let site = Site::new();
    let file = |name: &str| site.folder.path().join(name);
    let renew = |name: &str| {
        let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
        write(site.folder.path(), "registration.pem", &certified.cert.pem());
        write(site.folder.path(), "registration-key.pem", &certified.signing_key.serialize_pem());
        write(site.folder.path(), name, &certified.cert.pem());
    };
    renew("first.pem");
    let certificate = format!("membership.registration.certificate={}", file("registration.pem").display());
    let key = format!("membership.registration.key={}", file("registration-key.pem").display());
    let mut balancer = site.serve(&["--set", &certificate, "--set", &key]);
    let registration = balancer.registration();
    let shows = |name: &str| {
        let mut connection = Connection::open_encrypted(registration, &file(name));
        connection.send(b"GET /members HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer correct horse\r\n\r\n");
        assert_eq!(connection.read(false).status, 200, "{name}");
    };
    shows("first.pem");
    renew("second.pem");
    let socket = format!("--socket={}", balancer.socket().display());
    let reload = || sinew(&["ctl", &socket, "reload"]).output().expect("it runs");
    assert!(reload().status.success());
    shows("second.pem");
    let metrics = Connection::get(balancer.admin, "/metrics").text();
    assert!(metrics.contains("expiry_timestamp_seconds{listener=\"registration\""), "{metrics}");
    // What cannot be read changes nothing.
    write(site.folder.path(), "registration.pem", "none");
    assert!(!reload().status.success());
    shows("second.pem");
}

#[test]
fn only_allowed_networks_register() {
    let site = Site::new();
    let mut balancer = site.serve(&["--set", "membership.registration.networks=10.0.0.0/8,192.0.2.1"]);
    let registration = balancer.registration();
    let answer = curl(registration, "PUT", "/members/shop.domain/127.0.0.1:1", "{}");
    assert_eq!(answer.status, 403, "{}", answer.text());
    let metrics = Connection::get(balancer.admin, "/metrics").text();
    let line = "sinew_membership_refused_total{name=\"registration\",reason=\"peer\"} 1";
    assert!(metrics.contains(line), "{metrics}");
}

/// A service that is not well is not announced; one that stops being well is withdrawn, and announced again later.
#[test]
fn a_side_car_asks_its_service() {
    let site = Site::new();
    let mut member = Member::start("m");
    let mut balancer = site.serve(&[]);
    let registration = balancer.registration();
    let path = format!("/members/shop.domain/{}", member.address);
    member.kill();
    let join = site.join(&[registration], member.address, &["--health-interval", "20ms", "--lease", "60s"]);
    assert_eq!(curl(registration, "GET", &path, "").status, 404);
    member.restart();
    wait_for_status(balancer.http, 200);
    member.kill();
    let began = Instant::now();
    while curl(registration, "GET", &path, "").status != 404 {
        assert!(began.elapsed() < PATIENCE, "it is not withdrawn");
    }
    member.restart();
    wait_for_status(balancer.http, 200);
    join.signal("KILL");
    drop(join);
    balancer.signal("TERM");
    assert_eq!(balancer.wait().code(), Some(0));
}

#[test]
fn a_side_car_outlives_its_balancer() {
    let site = Site::new();
    let back_end = BackEnd::start();
    let mut balancer = site.serve(&[]);
    let registration = balancer.registration();
    let join = site.join(&[registration], back_end.address, &["--lease", "3s"]);
    wait_for_status(balancer.http, 200);
    balancer.signal("KILL");
    balancer.wait();
    let place = format!("membership.registration.address={registration}");
    let balancer = site.serve(&["--set", &place]);
    wait_for_status(balancer.http, 200);
    join.signal("TERM");
    let (code, said) = join.end();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(get(balancer.http, "/x").status, 503);
}

#[test]
fn a_file_names_members_while_the_process_runs() {
    let site = Site::new();
    let back_end = BackEnd::start();
    let file = site.folder.path().join("members.toml");
    let path = format!("membership.file.path={}", file.display());
    let balancer = site.serve(&["--set", &path, "--set", "membership.file.rescan=50ms"]);
    assert_eq!(get(balancer.http, "/x").status, 503);
    let entry = format!(
        "[[member]]\ncluster = \"shop.domain\"\nhost = \"127.0.0.1\"\nhttp_port = {}\n",
        back_end.address.port()
    );
    write(site.folder.path(), "members.toml", &entry);
    wait_for_status(balancer.http, 200);
    write(site.folder.path(), "members.toml", "");
    wait_for_status(balancer.http, 503);
}

#[test]
fn what_is_wrong_with_join_is_said() {
    let site = Site::new();
    let token = site.token();
    let with = |more: &[&str]| {
        let arguments = [&["join", "--cluster", "c", "--token-file", &token], more].concat();
        let output = sinew(&arguments).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let usage: [&[&str]; 6] = [
        &["--http", "h:1"],
        &["--balancer", "http://127.0.0.1:1"],
        &["--balancer", "127.0.0.1:1", "--http", "h:1"],
        &["--balancer", "http://127.0.0.1:1", "--http", "h"],
        &["--balancer", "http://127.0.0.1:1", "--http", "h:1", "--https", "other:2"],
        &["--balancer", "http://127.0.0.1:1", "--https", "h:1", "--health-path", "/x"],
    ];
    for arguments in usage {
        let (code, complaint) = with(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {complaint}");
    }
    let missing = [
        "join",
        "--cluster",
        "c",
        "--token-file",
        "/nowhere",
        "--balancer",
        "http://127.0.0.1:1",
        "--http",
        "h:1",
    ];
    assert_eq!(sinew(&missing).output().expect("it runs").status.code(), Some(74));
}

#[test]
fn registration_needs_a_token() {
    let site = Site::new();
    let folder = site.folder.path().join("configs").display().to_string();
    let open = "membership.registration.address=127.0.0.1:0";
    let output = sinew(&["run", &folder, "--set", open]).output().expect("it runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{complaint}");
    assert!(complaint.contains("needs a `token`"), "{complaint}");
}
