//! Serving until told to end (operations.md §6.3).

use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Running, report};
use crate::admin::{Phase, ReloadReport, Reloads};
use crate::settings::Settings;

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every exchange in flight was finished, or cut off at the deadline.
    Drained,
    /// A second SIGINT came before the drain ended.
    Interrupted,
    /// A second SIGTERM came before the drain ended.
    Terminated,
}

/// How long the last records of the access log may take.
const LAST_RECORDS: Duration = Duration::from_secs(1);

/// The signals a server listens to.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

/// What receives the signals of the process. Made before anything listens: a signal that comes as soon as the first request
/// can is not lost.
pub struct Control {
    runtime: Runtime,
    signals: Signals,
}

impl Control {
    /// Starts to receive signals.
    ///
    /// # Errors
    /// Signals cannot be received.
    pub fn new() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let signals = runtime.block_on(async {
            std::io::Result::Ok(Signals {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        })?;
        Ok(Self { runtime, signals })
    }
}

/// Serves until SIGTERM or SIGINT, then drains; a second signal ends at once. SIGHUP reloads the configuration.
pub fn run(control: Control, mut running: Running, settings: &Settings) -> Ended {
    let Control { runtime, mut signals } = control;
    let ended = runtime.block_on(async {
        let reloads = running.reloads.take();
        signals.serve(&running, reloads).await;
        running.announce_drain();
        let announce = settings.server.drain_announce.get();
        if let Some(ended) = signals.second(tokio::time::sleep(announce)).await {
            return ended;
        }
        let deadline = settings.server.drain_deadline.get();
        let patience = running.workers.patience();
        let mut drain = tokio::task::spawn_blocking(move || running.drain(deadline));
        let Some(ended) = signals.second(&mut drain).await else {
            return Ended::Drained;
        };
        patience.end();
        // What is left to do now is quick: connections are cut off, the last records are written.
        let _ = drain.await;
        ended
    });
    tracing::info!(target: "server", ?ended, "stopped");
    ended
}

impl Signals {
    /// Reloads on SIGHUP and when operators wish it; returns when it is time to end.
    async fn serve(&mut self, running: &Running, mut reloads: Option<Reloads>) {
        loop {
            let wish = async {
                match &mut reloads {
                    Some(reloads) => reloads.next().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.terminate.recv() => return,
                _ = self.hang_up.recv() => {
                    running.reload();
                }
                wish = wish => wish.answer(running.reload()),
            }
        }
    }

    /// Waits for work to be done; `Some` when a signal came first.
    async fn second<F: Future>(&mut self, work: F) -> Option<Ended> {
        tokio::select! {
            _ = work => None,
            _ = self.interrupt.recv() => Some(Ended::Interrupted),
            _ = self.terminate.recv() => Some(Ended::Terminated),
        }
    }
}

impl Running {
    /// Looks at the configuration folder and the certificates now.
    fn reload(&self) -> ReloadReport {
        let deployment = self.watch.reload();
        match &deployment {
            Ok(Some(_)) => {}
            Ok(None) => tracing::info!(target: "deployment", "nothing changed"),
            Err(error) => {
                tracing::error!(target: "deployment", %error, "the configuration folder cannot be read")
            }
        }
        self.access_log.reopen();
        ReloadReport { deployment, certificates: self.reload_certificates() }
    }

    fn reload_certificates(&self) -> Result<(), String> {
        let mut problems = Vec::new();
        for (listener, certificates) in &self.certificates {
            match certificates.reload() {
                Ok(()) => report::certificates(&self.admin.metrics, listener, certificates),
                Err(error) => {
                    tracing::error!(target: "server", listener, %error, "the certificates cannot be read; the old ones stay");
                    problems.push(error.to_string());
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
    }

    fn announce_drain(&self) {
        self.admin.update(|status| status.phase = Phase::Draining);
        self.background.tasks().close();
        self.background.autoscaler().stop();
        self.background.announce_drain();
        tracing::info!(target: "server", "draining");
    }

    /// Stops accepting, lets exchanges in flight finish until the deadline. Blocks.
    fn drain(self, deadline: Duration) {
        let begun = Instant::now();
        let drained = self.workers.drain(deadline);
        let (finished, aborted) = (drained.finished, drained.aborted);
        tracing::info!(target: "server", finished, aborted, "drained");
        self.background.finish_tasks(deadline.saturating_sub(begun.elapsed()));
        self.background.leave();
        if let Some(log) = self.log_thread {
            log.finish(LAST_RECORDS);
        }
        drop(self.admin_server);
    }
}
