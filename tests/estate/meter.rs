//! Whether the machine runs at all: bounds say nothing while processes do not get a processor.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::place::pause;

/// How long a thread waits again and again, and how late it may wake without it meaning anything.
const ROUND: Duration = Duration::from_millis(20);
const USUAL: Duration = Duration::from_millis(100);

/// With more lost time than this neither bounds nor requests say anything.
pub(crate) const MOST: Duration = Duration::from_secs(1);

/// Looks how late a thread wakes, until it is dropped.
pub(crate) struct Meter {
    /// When it woke late, and by how much.
    late: Arc<Mutex<Vec<(Instant, Duration)>>>,
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Meter {
    pub(crate) fn start() -> Self {
        let late = Arc::new(Mutex::new(Vec::new()));
        let end = Arc::new(AtomicBool::new(false));
        let (seen, ended) = (late.clone(), end.clone());
        let thread = std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                let began = Instant::now();
                pause(ROUND);
                let lost = began.elapsed().saturating_sub(ROUND);
                if lost > USUAL {
                    seen.lock().expect("times").push((Instant::now(), lost));
                }
            }
        });
        Self { late, end, thread: Some(thread) }
    }

    /// How much time was lost since.
    pub(crate) fn lost(&self, since: Instant) -> Duration {
        let late = self.late.lock().expect("times");
        late.iter().filter(|(at, _)| *at >= since).map(|(_, lost)| *lost).sum()
    }

    /// Whether what took too long since proves nothing.
    pub(crate) fn is_starved(&self, since: Instant) -> bool {
        self.lost(since) > MOST
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
