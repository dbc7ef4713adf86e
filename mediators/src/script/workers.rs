//! Threads for scripts that may take long, so that the thread of their exchange goes on with others.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use super::engine::{self, ScriptFailure};
use super::limits;
use super::message::Desk;
use super::program::Program;

/// What a script left on its desk, and how it ended.
pub(super) type Ended = (Desk, Result<bool, ScriptFailure>);

struct Job {
    program: Arc<Program>,
    desk: Desk,
    answer: oneshot::Sender<Ended>,
    /// Where what the script logs belongs.
    span: tracing::Span,
}

/// Hands a script to the threads. `Err` gives the desk back: too many scripts wait already.
///
/// Where no thread can be started the script runs here.
pub(super) fn run(program: &Arc<Program>, desk: Desk) -> Result<oneshot::Receiver<Ended>, Box<Desk>> {
    let (answer, ended) = oneshot::channel();
    let job = Job { program: program.clone(), desk, answer, span: tracing::Span::current() };
    match queue() {
        Some(queue) => match queue.try_send(job) {
            Ok(()) => Ok(ended),
            Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) => Err(Box::new(job.desk)),
        },
        None => {
            work(job);
            Ok(ended)
        }
    }
}

/// The queue to the threads, which are started with the first script; none where there are none.
fn queue() -> Option<&'static SyncSender<Job>> {
    static QUEUE: OnceLock<Option<SyncSender<Job>>> = OnceLock::new();
    let start = || {
        let (queue, jobs) = sync_channel(limits::WAITING);
        let jobs = Arc::new(Mutex::new(jobs));
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let started = (0..cores.clamp(2, limits::THREADS)).filter(|_| {
            let jobs = jobs.clone();
            thread::Builder::new().name("script".to_owned()).spawn(move || serve(&jobs)).is_ok()
        });
        (started.count() > 0).then_some(queue)
    };
    QUEUE.get_or_init(start).as_ref()
}

fn serve(jobs: &Mutex<Receiver<Job>>) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // Nobody waits for the scripts of exchanges that are gone.
        if !job.answer.is_closed() {
            work(job);
        }
    }
}

/// A script that breaks the engine loses its desk, and only that.
fn work(Job { program, desk, answer, span }: Job) {
    let run = || span.in_scope(|| engine::run(&program, desk));
    if let Ok(ended) = catch_unwind(AssertUnwindSafe(run)) {
        // The exchange may be gone by now.
        drop(answer.send(ended));
    }
}
