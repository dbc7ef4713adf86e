//! Balancers that know each other: real processes on the loopback interface.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Answer, Connection, Member, NS, Program, sinew, write};

const HOST: &str = "shop.example.org";

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// The settings of the group, and what `docs/group.md` makes of them: detection and take-over take at most the longer of
/// lease and silence, and six rounds of gossip.
const LEASE: Duration = Duration::from_secs(3);
const ROUND: Duration = Duration::from_millis(200);

/// What a machine under load may add.
const LOAD: Duration = Duration::from_secs(8);

/// A configuration with one cluster and no members, and the secrets.
struct Site {
    folder: TempDir,
}

impl Site {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let main = format!("<sequence {NS} name=\"main\"><in><send/></in><out><send/></out></sequence>");
        write(folder.path(), "configs/sequences/main.xml", &main);
        let balancer = format!(
            "loadbalancer {{\nadmission_delay 0;\n}}\nservices {{\nshop {{\nhosts {HOST};\ndomains {{\nshop.domain {{\n\
             tenant_range *;\n}}\n}}\n}}\n}}\n"
        );
        write(folder.path(), "configs/loadbalancer.conf", &balancer);
        write(folder.path(), "token", "correct horse\n");
        write(folder.path(), "key", "a secret of the group, long enough to be one\n");
        write(folder.path(), "other-key", "another secret of thirty-two characters\n");
        write(folder.path(), "short-key", "short\n");
        Self { folder }
    }

    fn serve(&self, id: &str, seeds: &[SocketAddr], more: &[&str]) -> Program {
        let file = |name: &str| format!("file:{}", self.folder.path().join(name).display());
        let seeds: Vec<String> = seeds.iter().map(ToString::to_string).collect();
        let settings = [
            "membership.registration.address=127.0.0.1:0".to_owned(),
            format!("membership.registration.token={}", file("token")),
            "group.address=127.0.0.1:0".to_owned(),
            format!("group.id={id}"),
            format!("group.keys={}", file("key")),
            format!("group.seeds={}", seeds.join(",")),
            "group.size=3".to_owned(),
            format!("group.lease={}ms", LEASE.as_millis()),
            format!("group.silence={}ms", LEASE.as_millis()),
            format!("group.gossip_interval={}ms", ROUND.as_millis()),
            "server.threads=1".to_owned(),
        ];
        let settings: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
        Program::serve_with(&self.folder.path().join("configs"), &[&settings, more].concat())
    }
}

/// What a balancer says of its group.
fn group(program: &Program) -> Value {
    let answer = Connection::get(program.admin, "/lb/group");
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_str::<Value>(&answer.text()).expect("JSON")["group"].take()
}

/// The balancers that one sees, with their states.
fn seen(program: &Program) -> Vec<(String, String)> {
    let group = group(program);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let balancers = group["balancers"].as_array().expect("a list").iter();
    let mut seen: Vec<_> = balancers.map(|one| (text(&one["id"]), text(&one["state"]))).collect();
    seen.sort();
    seen
}

fn acts(program: &Program) -> bool {
    group(program)["acting"] == true
}

fn states(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(id, state)| ((*id).to_owned(), (*state).to_owned())).collect()
}

/// Asks until something holds; how long it took.
fn until(what: &str, holds: impl Fn() -> bool) -> Duration {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "never: {what}");
    }
    println!("{what}: {:.2} s", began.elapsed().as_secs_f64());
    began.elapsed()
}

fn request(address: SocketAddr, text: &str) -> Answer {
    let mut connection = Connection::open(address);
    connection.send(text.as_bytes());
    connection.read(false)
}

/// The status of a client's request.
fn status(program: &Program) -> u16 {
    request(program.http, &format!("GET /x HTTP/1.1\r\nHost: {HOST}\r\n\r\n")).status
}

/// One request as curl makes it: a member registers for an hour, leaves, or is looked for.
fn registration(program: &mut Program, method: &str, member: SocketAddr) -> u16 {
    let address = program.registration();
    let body = "{\"lease_seconds\":3600}";
    let text = format!(
        "{method} /members/shop.domain/{member} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer correct horse\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    request(address, &text).status
}

/// The members that get requests, as one balancer sees them.
fn ready(program: &Program) -> Vec<String> {
    let answer = Connection::get(program.admin, "/lb/clusters/shop.domain/-/members").text();
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let members = answer["members"].as_array().expect("a list").iter();
    let mut ready: Vec<String> = members
        .filter(|member| member["state"] == "ready")
        .map(|member| member["id"].as_str().expect("a text").to_owned())
        .collect();
    ready.sort();
    ready
}

/// A member that leaves one balancer is told that it may end when the others know it too.
#[test]
fn a_member_leaves_all_before_it_is_told_so() {
    let site = Site::new();
    let (stays, mut leaves) = (Member::start("stays"), Member::start("leaves"));
    let mut a = site.serve("lb-a", &[], &[]);
    let b = site.serve("lb-b", &[a.group()], &[]);
    for member in [&stays, &leaves] {
        assert_eq!(registration(&mut a, "PUT", member.address), 201);
    }
    until("both are there", || ready(&b).len() == 2);
    assert_eq!(registration(&mut a, "DELETE", leaves.address), 202);
    let began = Instant::now();
    while registration(&mut a, "GET", leaves.address) != 404 {
        assert!(began.elapsed() < PATIENCE, "it does not leave");
    }
    let took = until("the other knows it too", || ready(&b) == [stays.address.to_string()]);
    assert!(took <= LOAD, "{took:?}");
    leaves.kill();
    assert!((0..40).all(|_| status(&b) == 200));
}

#[test]
fn three_balancers_find_each_other_elect_one_and_share_their_members() {
    let site = Site::new();
    let member = Member::start("m");
    let mut a = site.serve("lb-a", &[], &[]);
    let mut b = site.serve("lb-b", &[a.group()], &[]);
    let mut c = site.serve("lb-c", &[a.group(), b.group()], &[]);
    let all = states(&[("lb-a", "active"), ("lb-b", "active"), ("lb-c", "active")]);
    until("all see each other", || [&a, &b, &c].iter().all(|one| seen(one) == all));
    until("the oldest acts", || acts(&a) && !acts(&b) && !acts(&c));
    until("all know it", || [&a, &b, &c].iter().all(|one| group(one)["coordinator"]["id"] == "lb-a"));

    // A member that registers with one is there at all.
    assert_eq!(status(&a), 503, "nobody is there");
    assert_eq!(registration(&mut b, "PUT", member.address), 201);
    let took = until("the member is there at all", || [&a, &b, &c].iter().all(|one| status(one) == 200));
    assert!(took <= ROUND * 6 + LOAD, "{took:?}");
    let socket = c.socket().display().to_string();
    let shown = sinew(&["ctl", "members", "list", "--socket", &socket]).output().expect("it runs");
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains(&member.address.to_string()) && shown.contains("group"), "{shown}");

    // Killed: another acts, and requests go on.
    let epoch = group(&a)["coordinator"]["epoch"].as_u64().expect("a number");
    a.signal("KILL");
    a.wait();
    let took = until("another acts after a kill", || acts(&b));
    assert!(took <= LEASE + ROUND * 6 + LOAD, "{took:?}");
    assert!(group(&b)["coordinator"]["epoch"].as_u64() > Some(epoch));
    assert!(!acts(&c));
    until("the dead is lost", || seen(&c)[0].1 == "lost");
    assert!((0..20).all(|_| status(&b) == 200 && status(&c) == 200));

    // It comes back as the youngest.
    let mut a = site.serve("lb-a", &[b.group(), c.group()], &[]);
    until("it is back", || [&a, &b, &c].iter().all(|one| seen(one) == all));
    assert!(acts(&b));
    until("it knows the member", || status(&a) == 200);

    // One that is told to end hands over at once.
    let metrics = Connection::get(b.admin, "/metrics").text();
    for line in ["sinew_group_peers 2", "sinew_group_acting 1"] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    b.signal("TERM");
    let took = until("another acts after SIGTERM", || acts(&c));
    assert!(took <= ROUND * 5 + LOAD, "{took:?}");
    assert_eq!(b.wait().code(), Some(0));
    let left = || seen(&c).iter().all(|(id, state)| id != "lb-b" || state == "leaving");
    let took = until("it left", left);
    assert!(took <= ROUND * 5 + LOAD, "{took:?}");
    until("it is forgotten", || seen(&c) == states(&[("lb-a", "active"), ("lb-c", "active")]));
    a.wait_for_log(|line| line.contains("balancer left"));

    // The table for people.
    let shown = sinew(&["ctl", "group", "--socket", &socket]).output().expect("it runs");
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    for words in
        ["group        wso2.carbon.lb.domain", "balancer     lb-c", "coordinator  lb-c, epoch", "ADDRESS"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }

    // Who has another key stays outside, and is counted.
    let other = format!("group.keys=file:{}", site.folder.path().join("other-key").display());
    let stranger = site.serve("lb-d", &[a.group(), c.group()], &["--set", &other]);
    let refused =
        || Connection::get(c.admin, "/metrics").text().contains("sinew_group_refused_total{reason=\"key\"}");
    until("the stranger is counted", refused);
    assert_eq!(seen(&c), states(&[("lb-a", "active"), ("lb-c", "active")]));
    assert_eq!(seen(&stranger).len(), 1);
    assert!(!acts(&stranger));
}

#[test]
fn what_is_wrong_with_the_settings_is_said() {
    let site = Site::new();
    let folder = site.folder.path().join("configs").display().to_string();
    let key = |name: &str| format!("group.keys=file:{}", site.folder.path().join(name).display());
    let rows = [
        (vec!["group.address=127.0.0.1:0".to_owned()], "`group` needs `keys`"),
        (vec!["group.address=127.0.0.1:0".to_owned(), key("short-key")], "needs 32"),
        (vec!["group.address=0.0.0.0:0".to_owned(), key("key")], "the address of no single machine"),
        (
            vec!["group.address=127.0.0.1:0".to_owned(), key("key"), "group.lease=1s".to_owned()],
            "shorter than four times",
        ),
        (vec!["group.seeds=lb1".to_owned()], "no host with a port"),
    ];
    for (settings, complaint) in rows {
        let more: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
        let slow = ["--set", "group.gossip_interval=300ms"];
        let quiet = [
            "--set",
            "admin.enabled=false",
            "--set",
            "admin.socket=",
            "--set",
            "listeners.https.enabled=false",
        ];
        let arguments = [&["run", &folder, "--listen", "127.0.0.1:0"], &more[..], &slow, &quiet].concat();
        let output = sinew(&arguments).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{said}");
        assert!(said.contains(complaint), "{complaint}: {said}");
    }
}
