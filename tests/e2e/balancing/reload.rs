//! `loadbalancer.conf` changes while requests run.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use tempfile::TempDir;

use super::{ask, balance, configuration};
use crate::support::{Connection, Member, Program, write};

const HOST: &str = "shop.example.org";
const RELOADS: usize = 1000;

/// 1,000 reloads under load, every third of a broken file: no request fails, and a session stays where it is.
#[test]
fn the_configuration_is_reloaded_a_thousand_times() {
    let members = [Member::start("m1"), Member::start("m2"), Member::start("m3")];
    let folder = TempDir::new().expect("a folder");
    balance(folder.path(), HOST, "", &members);
    let mut program = Program::serve_with(folder.path(), &["--no-watch"]);
    let mut connection = Connection::open(program.http);
    let first = ask(&mut connection, "GET", HOST, "first", "");
    assert_eq!(first.status, 200, "{}", first.text());
    let bound = first.header("x-member").expect("a member").to_owned();

    let stop = Arc::new(AtomicBool::new(false));
    let clients =
        [client(program.http, stop.clone(), None), client(program.http, stop.clone(), Some(bound.clone()))];
    for reload in 1..=RELOADS {
        let text = match reload % 3 {
            0 => "loadbalancer { instances }".to_owned(),
            number => configuration(HOST, &format!("size_of_cache {reload}; instances {number};"), &members),
        };
        write(folder.path(), "loadbalancer.conf", &text);
        program.signal("HUP");
        // Every reload counts: the next signal is sent when its revision is in service.
        program.wait_for_log(|line| revision(line) == Some(reload as u64 + 1));
        program.forget_log();
    }
    stop.store(true, Ordering::Relaxed);
    let [free, sticky] = clients.map(|client| client.join().expect("no request failed"));
    eprintln!("{free} requests without and {sticky} with a session during {RELOADS} reloads");
    assert!(free > 0 && sticky > 0);
    // The turns went on: had each reload begun anew, the first member would have had nearly all.
    let shares: Vec<usize> =
        members.iter().map(|member| member.ids().iter().filter(|id| *id == "free").count()).collect();
    let (most, least) = (shares.iter().max().copied(), shares.iter().min().copied());
    assert!(most <= least.map(|least| least + 2), "shares {shares:?}");
}

/// Case 43: the mistake is one line of the log, with its place, and the members answer as before.
#[test]
fn case_043_a_mistake_is_logged_once() {
    let members = [Member::start("m1"), Member::start("m2")];
    let folder = TempDir::new().expect("a folder");
    balance(folder.path(), HOST, "", &members);
    let mut program = Program::serve_with(folder.path(), &["--no-watch"]);
    let mut connection = Connection::open(program.http);
    let mut answered = || ask(&mut connection, "GET", HOST, "x", "").header("x-member").map(str::to_owned);
    assert_eq!(answered().as_deref(), Some("m1"));
    let wrong = configuration(HOST, "instances 2", &members);
    write(folder.path(), "loadbalancer.conf", &wrong);
    program.forget_log();
    program.signal("HUP");
    program.wait_for_log(|line| line.contains("E0901"));
    program.signal("HUP");
    program.wait_for_log(|line| line.contains("nothing changed"));
    let errors: Vec<&String> =
        program.seen().iter().filter(|line| line.contains("\"level\":\"error\"")).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("loadbalancer.conf:2:12"), "{errors:?}");
    assert_eq!([answered(), answered()].map(Option::unwrap_or_default), ["m2", "m1"]);
}

/// The revision that a line of the log says to be in service.
fn revision(line: &str) -> Option<u64> {
    let record: serde_json::Value = serde_json::from_str(line).ok()?;
    (record["target"] == "deployment").then(|| record["revision"].as_u64()).flatten()
}

/// Sends requests one after the other; those of a session must reach its member.
fn client(address: SocketAddr, stop: Arc<AtomicBool>, session: Option<String>) -> JoinHandle<usize> {
    std::thread::spawn(move || {
        let mut connection = Connection::open(address);
        let (id, cookie) = match &session {
            Some(member) => ("bound", format!("Cookie: JSESSIONID={member}\r\n")),
            None => ("free", String::new()),
        };
        let mut requests = 0;
        while !stop.load(Ordering::Relaxed) {
            let answer = ask(&mut connection, "GET", HOST, id, &cookie);
            assert_eq!(answer.status, 200, "{}", answer.text());
            if session.is_some() {
                assert_eq!(answer.header("x-member"), session.as_deref());
            }
            requests += 1;
        }
        requests
    })
}
