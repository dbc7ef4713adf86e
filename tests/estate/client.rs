//! A client of each balancer, which asks all the time.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::nodes::HOST;
use crate::place::pause;

/// The time between two requests.
const ROUND: Duration = Duration::from_millis(40);

/// How long connecting may take, and an answer: longer than a member and a second one after it have.
const CONNECTING: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(7);

/// What became of a request: the member that answered, or why none did.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
    pub(crate) answer: Result<String, String>,
}

/// Asks one balancer until it is dropped.
pub(crate) struct Client {
    outcomes: Arc<Mutex<Vec<Outcome>>>,
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Client {
    pub(crate) fn start(address: SocketAddr) -> Self {
        let outcomes = Arc::new(Mutex::new(Vec::new()));
        let end = Arc::new(AtomicBool::new(false));
        let (taken, ended) = (outcomes.clone(), end.clone());
        let thread = std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                let began = Instant::now();
                let answer = ask(address).unwrap_or_else(|error| Err(error.to_string()));
                let outcome = Outcome { began, ended: Instant::now(), answer };
                taken.lock().expect("outcomes").push(outcome);
                pause(ROUND);
            }
        });
        Self { outcomes, end, thread: Some(thread) }
    }

    /// The members that answered requests that were made since.
    pub(crate) fn answered(&self, since: Instant) -> BTreeSet<String> {
        let outcomes = self.outcomes.lock().expect("outcomes");
        let recent = outcomes.iter().rev().take_while(|outcome| outcome.began >= since);
        recent.filter_map(|outcome| outcome.answer.clone().ok()).collect()
    }

    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        self.outcomes.lock().expect("outcomes").clone()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One request on a connection of its own.
fn ask(address: SocketAddr) -> io::Result<Result<String, String>> {
    let mut stream = TcpStream::connect_timeout(&address, CONNECTING)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET /x HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).unwrap_or("no answer");
    if status != "200" {
        return Ok(Err(status.to_owned()));
    }
    let member = answer
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("x-member: ").map(str::to_owned));
    Ok(member.ok_or_else(|| "an answer of no member".to_owned()))
}
