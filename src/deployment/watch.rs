//! Looks at the folder again and again: file events are a hint where to look now, the look itself decides. What events do not
//! tell of is found by looking at everything from time to time.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use notify::{RecursiveMode, Watcher};
use sinew_core::config::balancer::Change;

use super::run_time::ChangeRequest;
use super::suspects::Suspects;
use super::{Changed, Changer, Deployer, Outcome, Refused};
use crate::endpoints::Client;

/// When to look.
#[derive(Clone, Copy, Debug)]
pub struct WatchSettings {
    /// How long files must have been quiet after an event.
    pub quiet: Duration,
    /// How often to look without any event: network folders and bind mounts may send none. Where a look takes long, as it does
    /// at many thousand files, it is less often: looking takes a fiftieth of the time at most.
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
    Changed(Suspects),
    /// Look now and say what came of it.
    Reload(Sender<Result<Option<Outcome>, String>>),
    /// Make a change above the files and say what came of it.
    Change(Box<ChangeRequest>),
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
        deployer: Deployer<C>,
        settings: Option<WatchSettings>,
        on_reload: impl Fn(&Deployer<C>, &Result<Outcome, String>) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (commands, received) = channel();
        let events = commands.clone();
        let root = deployer.folder().root().to_owned();
        let thread = std::thread::Builder::new().name("deployment".to_owned()).spawn(move || {
            // Dropping the watcher ends its events, so it lives as long as the loop.
            let _watcher = settings.and_then(|_| watcher(root, events));
            run(&received, settings, &mut Watched { deployer, on_reload });
        })?;
        Ok(Self { commands, thread: Some(thread) })
    }

    /// What asks for changes above the files.
    pub fn changer(&self) -> Changer {
        Changer::new(self.commands.clone())
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

/// What the thread works on, whatever sends.
pub(super) trait Deployment {
    fn look(&mut self, suspects: &Suspects) -> Result<Option<Outcome>, String>;

    fn change(&mut self, change: Change) -> Result<Changed, Refused>;

    /// Does what somebody waits for; false when it is time to end.
    fn answer(&mut self, command: Command) -> bool {
        match command {
            Command::Stop => return false,
            // Who asked may be gone.
            Command::Reload(answer) => drop(answer.send(self.look(&Suspects::Everything))),
            Command::Change(request) => {
                let (change, answer) = *request;
                let _ = answer.send(self.change(change));
            }
            Command::Changed(_) => {}
        }
        true
    }
}

struct Watched<C, F> {
    deployer: Deployer<C>,
    on_reload: F,
}

impl<C: Client, F: Fn(&Deployer<C>, &Result<Outcome, String>)> Deployment for Watched<C, F> {
    fn look(&mut self, suspects: &Suspects) -> Result<Option<Outcome>, String> {
        let outcome = self.deployer.reload_suspects(suspects).map_err(|error| error.to_string());
        match &outcome {
            Ok(Some(outcome)) => (self.on_reload)(&self.deployer, &Ok(*outcome)),
            Ok(None) => {}
            Err(error) => (self.on_reload)(&self.deployer, &Err(error.clone())),
        }
        outcome
    }

    fn change(&mut self, change: Change) -> Result<Changed, Refused> {
        let changed = self.deployer.change(change)?;
        if changed.is_news {
            // The change itself is in service, whatever is held back.
            let outcome = match self.deployer.status().load().outcome {
                Outcome::HeldBack => Outcome::Partly,
                outcome => outcome,
            };
            (self.on_reload)(&self.deployer, &Ok(outcome));
        }
        Ok(changed)
    }
}

/// How many times as long as a look that finds nothing nobody looks again, unless there is an event.
const REST: u32 = 50;

/// However long a look takes, changes without events are seen after this time.
const LONGEST_REST: Duration = Duration::from_secs(30);

pub(super) fn run(
    received: &Receiver<Command>,
    settings: Option<WatchSettings>,
    deployment: &mut dyn Deployment,
) {
    let mut failing = false;
    // From one look at everything to the next.
    let mut rest = settings.unwrap_or_default().rescan;
    let mut looked = Instant::now();
    loop {
        let command = match settings {
            Some(_) => received.recv_timeout(rest.saturating_sub(looked.elapsed())),
            None => received.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        let suspects = match command {
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => Suspects::Everything,
            Ok(Command::Changed(suspects)) => {
                match settle(received, settings.unwrap_or_default(), suspects, deployment) {
                    Settled::Quiet(suspects) => suspects,
                    Settled::Looked => {
                        looked = Instant::now();
                        continue;
                    }
                    Settled::Stop => return,
                }
            }
            Ok(command) => {
                if matches!(command, Command::Reload(_)) {
                    looked = Instant::now();
                }
                match deployment.answer(command) {
                    true => continue,
                    false => return,
                }
            }
        };
        // Events may come so fast that no time is left without.
        let is_due = settings.is_some() && looked.elapsed() >= rest;
        let suspects = if is_due { Suspects::Everything } else { suspects };
        let started = Instant::now();
        let outcome = deployment.look(&suspects);
        if suspects == Suspects::Everything {
            looked = Instant::now();
            if let (Ok(None), Some(settings)) = (&outcome, settings) {
                let proportional = started.elapsed().saturating_mul(REST).min(LONGEST_REST);
                rest = settings.rescan.max(proportional);
            }
        }
        match outcome {
            Ok(_) => failing = false,
            Err(error) if !failing => {
                failing = true;
                tracing::error!(target: "deployment", %error, "the configuration folder cannot be read; what runs stays");
            }
            Err(_) => {}
        }
    }
}

/// What became of waiting after an event.
enum Settled {
    /// There were no more events; these may have changed.
    Quiet(Suspects),
    /// Somebody had everything looked at meanwhile.
    Looked,
    /// It is time to end.
    Stop,
}

/// Waits until no event came for the quiet time, at most for one rescan period. Does meanwhile what somebody waits for.
fn settle(
    received: &Receiver<Command>,
    settings: WatchSettings,
    mut suspects: Suspects,
    deployment: &mut dyn Deployment,
) -> Settled {
    let deadline = Instant::now() + settings.rescan;
    let mut quiet = Instant::now() + settings.quiet;
    loop {
        let left = deadline.min(quiet).saturating_duration_since(Instant::now());
        match received.recv_timeout(left) {
            Ok(Command::Changed(more)) => {
                suspects.add(more);
                quiet = Instant::now() + settings.quiet;
                if quiet.min(deadline) <= Instant::now() {
                    return Settled::Quiet(suspects);
                }
            }
            Err(RecvTimeoutError::Timeout) => return Settled::Quiet(suspects),
            Err(RecvTimeoutError::Disconnected) => return Settled::Stop,
            Ok(command) => {
                let looks = matches!(command, Command::Reload(_));
                if !deployment.answer(command) {
                    return Settled::Stop;
                }
                if looks {
                    return Settled::Looked;
                }
            }
        }
    }
}

fn watcher(root: PathBuf, events: Sender<Command>) -> Option<notify::RecommendedWatcher> {
    let hint = move |event: notify::Result<notify::Event>| {
        if let Some(suspects) = Suspects::of_event(event) {
            let _ = events.send(Command::Changed(suspects));
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
