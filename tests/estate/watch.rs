//! What balancers say of their group and their members, looked at all the time over their admin sockets.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::place::pause;

/// The time between two looks.
const ROUND: Duration = Duration::from_millis(100);

/// How long an answer may take; a process that stands still gives none.
const PATIENCE: Duration = Duration::from_secs(3);

/// One look.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
    pub(crate) seen: Seen,
}

/// What a balancer says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The balancers that it knows, with their states.
    pub(crate) balancers: BTreeMap<String, String>,
    pub(crate) coordinator: Option<String>,
    /// The epoch, while it acts.
    pub(crate) acts: Option<u64>,
    /// The members, by address, with their states.
    pub(crate) members: BTreeMap<String, String>,
    /// What time it is, as the head of the answer says.
    pub(crate) date: String,
}

/// Looks at one balancer until it is dropped.
pub(crate) struct Watch {
    looks: Arc<Mutex<Vec<Look>>>,
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    pub(crate) fn start(id: &'static str, socket: PathBuf) -> Self {
        let looks = Arc::new(Mutex::new(Vec::new()));
        let end = Arc::new(AtomicBool::new(false));
        let (taken, ended) = (looks.clone(), end.clone());
        let thread = std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                let began = Instant::now();
                if let Ok(seen) = look(id, &socket) {
                    taken.lock().expect("looks").push(Look { began, ended: Instant::now(), seen });
                }
                pause(ROUND);
            }
        });
        Self { looks, end, thread: Some(thread) }
    }

    /// The last answer to a question that was asked since.
    pub(crate) fn last(&self, since: Instant) -> Option<Seen> {
        let looks = self.looks.lock().expect("looks");
        looks.last().filter(|look| look.began >= since).map(|look| look.seen.clone())
    }

    /// All answers to questions that were asked since.
    pub(crate) fn since(&self, since: Instant) -> Vec<Look> {
        let looks = self.looks.lock().expect("looks");
        looks.iter().filter(|look| look.began >= since).cloned().collect()
    }

    /// The longest time between two answers since.
    pub(crate) fn longest_gap(&self, since: Instant) -> Duration {
        let looks = self.looks.lock().expect("looks");
        let recent = looks.iter().filter(|look| look.ended >= since).map(|look| look.ended);
        let ends: Vec<Instant> = [since].into_iter().chain(recent).chain([Instant::now()]).collect();
        ends.windows(2).map(|pair| pair[1].saturating_duration_since(pair[0])).max().unwrap_or_default()
    }

    /// Times in which it acted for certain, with the epochs: it said so at both ends.
    pub(crate) fn acted(&self) -> Vec<(Instant, Instant, u64)> {
        let looks = self.looks.lock().expect("looks");
        let pairs = looks.windows(2).filter_map(|pair| {
            let [one, other] = pair else { return None };
            let epoch = one.seen.acts.filter(|epoch| other.seen.acts == Some(*epoch))?;
            Some((one.ended, other.began, epoch))
        });
        pairs.collect()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn look(id: &str, socket: &Path) -> io::Result<Seen> {
    let (_, members) = ask(socket, "/lb/clusters/shop.domain/-/members")?;
    let (date, group) = ask(socket, "/lb/group")?;
    let group = &group["group"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let states = |list: &Value| -> BTreeMap<String, String> {
        let list = list.as_array().into_iter().flatten();
        list.map(|one| (text(&one["id"]), text(&one["state"]))).collect()
    };
    let coordinator = group["coordinator"]["id"].as_str().map(str::to_owned);
    let acts = (group["acting"] == true && coordinator.as_deref() == Some(id))
        .then(|| group["coordinator"]["epoch"].as_u64())
        .flatten();
    Ok(Seen {
        balancers: states(&group["balancers"]),
        coordinator,
        acts,
        members: states(&members["members"]),
        date,
    })
}

/// One request; the date of the answer, and its body.
fn ask(socket: &Path, path: &str) -> io::Result<(String, Value)> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let line =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("date: ").map(str::to_owned));
    Ok((line.unwrap_or_default(), serde_json::from_str(body)?))
}
