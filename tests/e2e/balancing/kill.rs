//! Members die while requests run.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{ask, balance};
use crate::support::{Connection, Member, Program};

const HOST: &str = "shop.example.org";
const MEMBERS: usize = 8;
const KILLS: u32 = 30;

/// What one client saw: the ids it sent by GET and by POST, and how many of each were answered with 200.
#[derive(Default)]
struct History {
    gets: Vec<String>,
    posts: Vec<String>,
    failed_posts: usize,
}

/// Eight members, one killed every second for 30 s and started again: every GET is answered, no POST is delivered twice,
/// and every member works again by itself.
#[test]
fn members_are_killed_under_load() {
    let mut members: Vec<Member> = (1..=MEMBERS).map(|number| Member::start(&format!("m{number}"))).collect();
    let folder = TempDir::new().expect("a folder");
    // Suspended members come back within the test.
    balance(folder.path(), HOST, "member_suspend_duration 500;\nmember_suspend_maximum 500;", &members);
    let program = Program::serve(folder.path());
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..4).map(|number| client(number, program.http, stop.clone())).collect();

    let started = Instant::now();
    // One a second is the pace of the test; nobody else ticks on this channel.
    let (_ticks, pace) = std::sync::mpsc::channel::<()>();
    for kill in 0..KILLS {
        let wait = (Duration::from_secs(1) * kill).saturating_sub(started.elapsed());
        assert!(pace.recv_timeout(wait).is_err());
        let victim = &mut members[kill as usize % MEMBERS];
        victim.kill();
        victim.restart();
    }
    stop.store(true, Ordering::Relaxed);
    let histories: Vec<History> =
        clients.into_iter().map(|client| client.join().expect("no GET failed")).collect();

    let mut delivered: HashMap<String, usize> = HashMap::new();
    for id in members.iter().flat_map(Member::ids) {
        *delivered.entry(id).or_default() += 1;
    }
    let count = |id: &String| delivered.get(id).copied().unwrap_or_default();
    let gets: Vec<&String> = histories.iter().flat_map(|history| &history.gets).collect();
    let posts: Vec<&String> = histories.iter().flat_map(|history| &history.posts).collect();
    let failed: usize = histories.iter().map(|history| history.failed_posts).sum();
    let repeated = gets.iter().filter(|id| count(id) > 1).count();
    eprintln!("{} GETs, {repeated} of them sent again; {} POSTs, {failed} failed", gets.len(), posts.len());
    assert!(gets.len() > 1000 && posts.len() > 100, "the load was steady");
    assert!(gets.iter().all(|id| count(id) >= 1), "every answered GET was delivered");
    let twice: Vec<_> = posts.iter().filter(|id| count(id) > 1).collect();
    assert!(twice.is_empty(), "POSTs delivered twice: {twice:?}");
    assert!(failed <= KILLS as usize * 4, "at most those in flight at a kill fail");

    everybody_works(&program, &members);
}

/// Suspensions end by themselves: soon every member answers again.
fn everybody_works(program: &Program, members: &[Member]) {
    let mut missing: Vec<&str> = members.iter().map(|member| &*member.name).collect();
    let mut connection = Connection::open(program.http);
    let started = Instant::now();
    while !missing.is_empty() {
        assert!(started.elapsed() < Duration::from_secs(30), "still away: {missing:?}");
        let answer = ask(&mut connection, "GET", HOST, "after", "");
        missing.retain(|name| answer.header("x-member") != Some(name));
    }
}

/// Sends requests one after the other on kept-alive connections, every tenth a POST.
fn client(number: usize, address: SocketAddr, stop: Arc<AtomicBool>) -> JoinHandle<History> {
    std::thread::spawn(move || {
        let mut history = History::default();
        let mut connection = Connection::open(address);
        for request in 0.. {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let id = format!("c{number}-{request}");
            if request % 10 == 9 {
                let answer = ask(&mut connection, "POST", HOST, &id, "");
                if answer.status != 200 {
                    assert!((500..600).contains(&answer.status), "POST {id}: {}", answer.head);
                    history.failed_posts += 1;
                    connection = Connection::open(address);
                }
                history.posts.push(id);
            } else {
                let answer = ask(&mut connection, "GET", HOST, &id, "");
                assert_eq!(answer.status, 200, "GET {id}: {}\n{}", answer.head, answer.text());
                history.gets.push(id);
            }
        }
        history
    })
}
