//! Clients that keep a number of requests in flight.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a request is in flight on average: its last byte comes so long after its first. They differ, or clients that were
/// held up together would go on in step, and be without requests at the same moments.
pub(crate) const IN_FLIGHT: Duration = Duration::from_secs(1);

/// The golden section, whose multiples are spread evenly between whole numbers.
const GOLDEN: f64 = 0.618_033_988_749_895;

/// `busy` when they shall end.
const END: usize = usize::MAX;

/// Clients, of which some have a request in flight all the time.
pub(crate) struct Clients {
    busy: Arc<AtomicUsize>,
    answered: Arc<AtomicU64>,
    threads: Vec<JoinHandle<Outcome>>,
}

/// What became of their requests.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// What went wrong.
    pub(crate) problems: Vec<String>,
    /// The longest time from the last byte of a request to the last one of its answer.
    pub(crate) slowest: Duration,
}

/// What they ask for: four bytes are posted to a path, and the answer is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) path: &'static str,
    pub(crate) answer: &'static str,
}

impl Clients {
    /// So many clients, of which none is busy.
    pub(crate) fn start(address: SocketAddr, count: usize, asked: Asked) -> Self {
        let (busy, answered) = (Arc::new(AtomicUsize::new(0)), Arc::<AtomicU64>::default());
        let client = |number: usize| {
            let (busy, answered) = (busy.clone(), answered.clone());
            std::thread::spawn(move || work(address, number, asked, &busy, &answered))
        };
        let threads = (0..count).map(client).collect();
        Self { busy, answered, threads }
    }

    /// So many have a request in flight from now on.
    pub(crate) fn busy(&self, count: usize) {
        self.busy.store(count, Ordering::Relaxed);
    }

    /// How many requests were answered as they should so far.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Ends them.
    pub(crate) fn end(self) -> Outcome {
        self.busy(END);
        let ends = self.threads.into_iter().map(|thread| thread.join().expect("a client"));
        ends.fold(Outcome::default(), |mut all, one| {
            all.problems.extend(one.problems);
            all.slowest = all.slowest.max(one.slowest);
            all
        })
    }
}

/// Load has a pace: nobody ever writes to the channel.
pub(crate) fn pause(time: Duration) {
    let (_open, nothing) = std::sync::mpsc::channel::<()>();
    let _ = nothing.recv_timeout(time);
}

/// Sends one request after the other while its number is among the busy ones.
fn work(
    address: SocketAddr,
    number: usize,
    asked: Asked,
    busy: &AtomicUsize,
    answered: &AtomicU64,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut connection = None;
    for round in 0_u32.. {
        let spread = ((number as f64 + f64::from(round)) * GOLDEN).fract();
        match busy.load(Ordering::Relaxed) {
            END => break,
            count if number >= count => {
                connection = None;
                pause(Duration::from_millis(20));
            }
            _ => match request(address, &mut connection, asked, IN_FLIGHT.mul_f64(0.5 + spread)) {
                Ok((text, took)) if text == asked.answer => {
                    outcome.slowest = outcome.slowest.max(took);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                wrong => {
                    outcome.problems.push(format!("{wrong:?}"));
                    connection = None;
                    pause(Duration::from_millis(50));
                }
            },
        }
    }
    outcome
}

/// One request: the body of the answer if that is good, else its status line.
fn request(
    address: SocketAddr,
    connection: &mut Option<BufReader<TcpStream>>,
    asked: Asked,
    in_flight: Duration,
) -> std::io::Result<(String, Duration)> {
    let open = match connection {
        Some(open) => open,
        None => {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            connection.insert(BufReader::new(stream))
        }
    };
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nwo",
        asked.path
    );
    open.get_mut().write_all(head.as_bytes())?;
    pause(in_flight);
    open.get_mut().write_all(b"rk")?;
    let began = Instant::now();
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if open.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let status = head.lines().next().unwrap_or_default().to_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    if !status.contains(" 200 ") {
        return Ok((status, began.elapsed()));
    }
    let mut body = Vec::new();
    match length {
        Some(length) => {
            body.resize(length, 0);
            open.read_exact(&mut body)?;
        }
        None => read_chunks(open, &mut body)?,
    }
    Ok((String::from_utf8_lossy(&body).into_owned(), began.elapsed()))
}

fn read_chunks(open: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> std::io::Result<()> {
    loop {
        let mut line = String::new();
        open.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).map_err(std::io::Error::other)?;
        let mut chunk = vec![0; size + 2];
        open.read_exact(&mut chunk)?;
        body.extend_from_slice(&chunk[..size]);
        if size == 0 {
            return Ok(());
        }
    }
}
