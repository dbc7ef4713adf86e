//! Looks at the folder again and again: file events are a hint to look now, the look itself decides.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use notify::{RecursiveMode, Watcher};

use super::{Deployer, Outcome};
use crate::endpoints::Client;

/// When to look.
#[derive(Clone, Copy, Debug)]
pub struct WatchSettings {
    /// How long files must have been quiet after an event.
    pub quiet: Duration,
    /// How often to look without any event: network folders and bind mounts may send none.
    pub rescan: Duration,
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self { quiet: Duration::from_millis(50), rescan: Duration::from_millis(500) }
    }
}

/// What the watching thread can be told.
pub enum Command {
    /// A file event.
    Changed,
    /// Look now and say what came of it.
    Reload(Sender<Result<Option<Outcome>, String>>),
    /// End.
    Stop,
}

/// The watching thread.
pub struct Watch {
    commands: Sender<Command>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Starts watching. Without `settings` it only looks when told to.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start<C: Client>(
        mut deployer: Deployer<C>,
        settings: Option<WatchSettings>,
        on_reload: impl Fn(&Deployer<C>, &Result<Outcome, String>) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (commands, received) = channel();
        let events = commands.clone();
        let root = deployer.folder().root().to_owned();
        let thread = std::thread::Builder::new().name("deployment".to_owned()).spawn(move || {
            // Dropping the watcher ends its events, so it lives as long as the loop.
            let _watcher = settings.and_then(|_| watcher(root, events));
            let mut look = || {
                let outcome = deployer.reload().map_err(|error| error.to_string());
                match &outcome {
                    Ok(Some(outcome)) => on_reload(&deployer, &Ok(*outcome)),
                    Ok(None) => {}
                    Err(error) => on_reload(&deployer, &Err(error.clone())),
                }
                outcome
            };
            run(&received, settings, &mut look);
        })?;
        Ok(Self { commands, thread: Some(thread) })
    }

    /// Looks now and waits for what comes of it; `Ok(None)` when nothing had changed.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn reload(&self) -> Result<Option<Outcome>, String> {
        let (answer, answered) = channel();
        let gone = "the deployment thread has ended";
        self.commands.send(Command::Reload(answer)).map_err(|_| gone.to_owned())?;
        answered.recv().map_err(|_| gone.to_owned())?
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.commands.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(
    received: &Receiver<Command>,
    settings: Option<WatchSettings>,
    look: &mut dyn FnMut() -> Result<Option<Outcome>, String>,
) {
    let mut failing = false;
    loop {
        let command = match settings {
            Some(settings) => received.recv_timeout(settings.rescan),
            None => received.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match command {
            Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            Ok(Command::Reload(answer)) => {
                let _ = answer.send(look());
                continue;
            }
            Ok(Command::Changed) => match settle(received, settings.unwrap_or_default()) {
                Settled::Quiet => {}
                Settled::Asked(answer) => {
                    let _ = answer.send(look());
                    continue;
                }
                Settled::Stop => return,
            },
            Err(RecvTimeoutError::Timeout) => {}
        }
        match look() {
            Ok(_) => failing = false,
            Err(error) if !failing => {
                failing = true;
                tracing::error!(target: "deployment", %error, "the configuration folder cannot be read; what runs stays");
            }
            Err(_) => {}
        }
    }
}

/// What ended the wait for quiet.
enum Settled {
    Quiet,
    Asked(Sender<Result<Option<Outcome>, String>>),
    Stop,
}

/// Waits until no event came for the quiet time, at most for one rescan period.
fn settle(received: &Receiver<Command>, settings: WatchSettings) -> Settled {
    let deadline = Instant::now() + settings.rescan;
    loop {
        let left = deadline.saturating_duration_since(Instant::now()).min(settings.quiet);
        match received.recv_timeout(left) {
            Ok(Command::Changed) if Instant::now() < deadline => {}
            Ok(Command::Changed) | Err(RecvTimeoutError::Timeout) => return Settled::Quiet,
            Ok(Command::Reload(answer)) => return Settled::Asked(answer),
            Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => return Settled::Stop,
        }
    }
}

fn watcher(root: PathBuf, events: Sender<Command>) -> Option<notify::RecommendedWatcher> {
    let hint = move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !event.kind.is_access()) {
            let _ = events.send(Command::Changed);
        }
    };
    let started = notify::recommended_watcher(hint).and_then(|mut watcher| {
        watcher.watch(&root, RecursiveMode::Recursive)?;
        Ok(watcher)
    });
    match started {
        Ok(watcher) => Some(watcher),
        Err(error) => {
            tracing::info!(target: "deployment", %error, "no file events here; the folder is looked at regularly");
            None
        }
    }
}
