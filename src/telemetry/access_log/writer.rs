//! From worker threads to the destination, without making them wait for it.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

use super::{ExchangeRecord, combined, json};
use crate::settings::{AccessLog as AccessLogSettings, AccessLogFormat, LogDestination};
use crate::telemetry::shards::Sharded;

/// Where records are put. Clones put them into the same log.
#[derive(Debug, Clone)]
pub struct AccessLog {
    /// `None` when it is off.
    shared: Option<Arc<Shared>>,
}

/// The thread that writes. When this is dropped it writes what is left, for at most a second.
#[derive(Debug)]
pub struct AccessLogThread {
    shared: Arc<Shared>,
    thread: Thread,
    ended: Receiver<()>,
}

/// Opens the destination: at the start, and again when asked to.
pub type OpenDestination = Box<dyn FnMut() -> io::Result<Box<dyn Write + Send>> + Send>;

/// A buffer that holds this much is full: further records of its thread are left out. It bounds the memory of the log
/// to twice so much for each thread.
const BUFFER_LIMIT: usize = 1024 * 1024;

/// A buffer that holds this much is written at once.
const BUFFER_URGENT: usize = 64 * 1024;

/// How long a record may wait for others to be written together with it.
const GATHERING_TIME: Duration = Duration::from_millis(100);

/// How long the last records may take when the thread is dropped.
const LAST_RECORDS_TIME: Duration = Duration::from_secs(1);

#[derive(Debug)]
struct Shared {
    format: AccessLogFormat,
    buffers: Sharded<Buffer>,
    dropped: AtomicU64,
    /// The writing thread waits for the first record; see [`write_all`].
    asleep: AtomicBool,
    reopen: AtomicBool,
    stop: AtomicBool,
    writer: OnceLock<Thread>,
}

/// The alignment keeps the buffers of two threads off a common cache line.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Buffer(Mutex<Lines>);

#[derive(Debug, Default)]
struct Lines {
    text: String,
    count: u64,
}

// === impl AccessLog ===

impl AccessLog {
    /// No access log.
    pub fn off() -> AccessLog {
        AccessLog { shared: None }
    }

    /// The access log that the settings ask for, with buffers for so many worker threads.
    ///
    /// # Errors
    ///
    /// When the destination cannot be opened or the thread cannot be started.
    pub fn open(
        settings: &AccessLogSettings,
        threads: usize,
    ) -> io::Result<(AccessLog, Option<AccessLogThread>)> {
        if !settings.enabled {
            return Ok((AccessLog::off(), None));
        }
        let destination = match &settings.path {
            LogDestination::StandardOutput => standard_output(),
            LogDestination::File(path) => file(path.clone()),
        };
        let (log, thread) = AccessLog::start(settings.format, destination, threads)?;
        Ok((log, Some(thread)))
    }

    /// Starts the thread that writes to `destination`, with buffers for so many worker threads.
    ///
    /// # Errors
    ///
    /// When the destination cannot be opened or the thread cannot be started.
    pub fn start(
        format: AccessLogFormat,
        mut destination: OpenDestination,
        threads: usize,
    ) -> io::Result<(AccessLog, AccessLogThread)> {
        let out = destination()?;
        let shared = Arc::new(Shared {
            format,
            buffers: Sharded::new(threads, Buffer::default),
            dropped: AtomicU64::new(0),
            asleep: AtomicBool::new(false),
            reopen: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            writer: OnceLock::new(),
        });
        let (end, ended) = sync_channel(1);
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("access-log".to_owned()).spawn(move || {
            write_all(&of_thread, out, destination);
            // Nobody waits for the end when the other side is gone.
            let _ = end.send(());
        })?;
        let thread = shared.writer.get_or_init(|| thread.thread().clone()).clone();
        Ok((AccessLog { shared: Some(Arc::clone(&shared)) }, AccessLogThread { shared, thread, ended }))
    }

    /// Puts a record into the log. It is made only when the log is on, and left out when the buffer is full.
    pub fn write<'a>(&self, record: impl FnOnce() -> ExchangeRecord<'a>) {
        if let Some(shared) = &self.shared {
            shared.write(&record());
        }
    }

    /// Whether records are written at all.
    pub fn is_on(&self) -> bool {
        self.shared.is_some()
    }

    /// How many records were left out since the start.
    pub fn dropped(&self) -> u64 {
        self.shared.as_ref().map_or(0, |shared| shared.dropped.load(Ordering::Relaxed))
    }

    /// Opens the destination again before the next record, after somebody moved the file away.
    pub fn reopen(&self) {
        if let Some(shared) = &self.shared {
            shared.reopen.store(true, Ordering::SeqCst);
            shared.wake();
        }
    }
}

/// The standard output of the process as a destination.
fn standard_output() -> OpenDestination {
    Box::new(|| Ok(Box::new(io::stdout())))
}

/// A file as a destination: appended to, and made when it does not exist.
fn file(path: PathBuf) -> OpenDestination {
    Box::new(move || {
        let file = OpenOptions::new().append(true).create(true).open(&path)?;
        Ok(Box::new(file))
    })
}

// === impl Shared ===

impl Shared {
    fn write(&self, record: &ExchangeRecord<'_>) {
        let mut lines = self.buffers.local().lock();
        if lines.text.len() >= BUFFER_LIMIT || self.stop.load(Ordering::Relaxed) {
            drop(lines);
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let before = lines.text.len();
        match self.format {
            AccessLogFormat::Json => json::write(&mut lines.text, record),
            AccessLogFormat::Combined => combined::write(&mut lines.text, record),
        }
        lines.count = lines.count.saturating_add(1);
        let urgent = before < BUFFER_URGENT && lines.text.len() >= BUFFER_URGENT;
        drop(lines);
        if urgent || self.asleep.load(Ordering::SeqCst) {
            self.wake();
        }
    }

    fn wake(&self) {
        self.asleep.store(false, Ordering::SeqCst);
        if let Some(writer) = self.writer.get() {
            writer.unpark();
        }
    }

    fn has_nothing_to_do(&self) -> bool {
        let told = self.stop.load(Ordering::SeqCst) || self.reopen.load(Ordering::SeqCst);
        !told && self.buffers.iter().all(|buffer| buffer.lock().count == 0)
    }
}

impl Buffer {
    /// Only ever held for writing one record into memory or for taking all of them out, and by no other worker: the
    /// lock is there for the writing thread.
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === the writing thread ===

/// Writes until told to stop.
///
/// Between records it sleeps without waking up. It says so *before* it looks into a buffer, and a worker looks for that
/// *after* it put something there. The buffer's lock lies in between for both: one of the two notices the other.
fn write_all(shared: &Shared, mut out: Box<dyn Write + Send>, mut destination: OpenDestination) {
    let mut lines = Lines::default();
    let mut healthy = true;
    loop {
        shared.asleep.store(true, Ordering::SeqCst);
        while shared.has_nothing_to_do() {
            thread::park();
        }
        shared.asleep.store(false, Ordering::SeqCst);
        let stop = shared.stop.load(Ordering::SeqCst);
        if !stop {
            thread::park_timeout(GATHERING_TIME);
        }
        if shared.reopen.swap(false, Ordering::SeqCst) {
            match destination() {
                Ok(new) => out = new,
                Err(error) => tracing::warn!(%error, "the access log cannot be opened again"),
            }
        }
        for buffer in shared.buffers.iter() {
            std::mem::swap(&mut *buffer.lock(), &mut lines);
            if lines.count == 0 {
                continue;
            }
            if let Err(error) = out.write_all(lines.text.as_bytes()) {
                shared.dropped.fetch_add(lines.count, Ordering::Relaxed);
                if healthy {
                    tracing::warn!(%error, "the access log cannot be written");
                }
                healthy = false;
            } else {
                healthy = true;
            }
            lines.text.clear();
            lines.count = 0;
        }
        // What cannot be flushed cannot be counted either; the next write reports the error.
        let _ = out.flush();
        if stop {
            return;
        }
    }
}

// === impl AccessLogThread ===

impl AccessLogThread {
    /// Writes what is left and ends, or gives up after `deadline`. Records put afterwards are left out.
    /// True when everything was written.
    pub fn finish(self, deadline: Duration) -> bool {
        self.stop(deadline)
    }

    fn stop(&self, deadline: Duration) -> bool {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.shared.asleep.store(false, Ordering::SeqCst);
        self.thread.unpark();
        self.ended.recv_timeout(deadline).is_ok()
    }
}

impl Drop for AccessLogThread {
    fn drop(&mut self) {
        if !self.shared.stop.load(Ordering::SeqCst) {
            self.stop(LAST_RECORDS_TIME);
        }
    }
}
