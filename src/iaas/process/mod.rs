//! Instances that are processes of this machine (docs/providers.md).
//!
//! Each is started from a command as the leader of a process group of its own, and lives on when the balancer ends. What
//! there is stands in a journal that is written before a process is started and after; who is in it with a process that
//! lives is adopted at the next start. A process is known by its id, its time of start and the boot of the machine, so
//! that nobody else's process is taken for it, or ended.

mod journal;
mod launch;
mod ports;
mod process_table;
mod signal;
mod stop;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::task::spawn_blocking;

use self::journal::{Journal, Record, State};
use super::{Answer, Iaas, IaasError, Instance, InstanceId, LaunchSpec, Owner};
use crate::settings::ProcessProvider;

/// Launches processes.
#[derive(Debug)]
pub struct Process {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: ProcessProvider,
    journal: Mutex<Journal>,
}

/// For how long it is remembered that an instance ended, so that its token launches nothing again.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

impl Process {
    /// Opens the journal, adopts the processes in it that live, and goes on ending those that were being ended. Must be
    /// called on a runtime.
    ///
    /// # Errors
    /// The directory cannot be used, another balancer uses it, the journal in it is none, or the machine has no `/proc`.
    pub fn open(settings: &ProcessProvider) -> Result<Self, IaasError> {
        process_table::check()
            .map_err(|error| IaasError::Refused(format!("/proc cannot be read: {error}")))?;
        let mut journal = Journal::open(&settings.state_directory)?;
        if let Some(directory) = &settings.log_directory {
            make(directory)?;
        }
        // Between its two entries the process may have been started, or not.
        for record in journal.records.iter_mut().filter(|record| record.process.is_none()) {
            record.process = process_table::leader(&record.id);
        }
        journal.records.retain(|record| record.process.is_some());
        journal.refresh(Timestamp::now());
        journal.save()?;
        let stopping: Vec<Record> =
            journal.records.iter().filter(|record| record.state == State::Stopping).cloned().collect();
        let shared = Arc::new(Shared { settings: settings.clone(), journal: Mutex::new(journal) });
        for record in &stopping {
            stop::in_background(&shared, record);
        }
        Ok(Self { shared })
    }

    /// Does something with the journal where it may block. It is done to the end, whoever waits for it.
    fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Shared>, &mut Journal) -> Result<T, IaasError> + Send + 'static,
    ) -> Answer<'static, T> {
        let shared = self.shared.clone();
        let done = spawn_blocking(move || {
            let mut journal = shared.journal();
            work(&shared, &mut journal)
        });
        Box::pin(async move {
            done.await.unwrap_or_else(|error| Err(IaasError::Transient(format!("it broke off: {error}"))))
        })
    }
}

impl Shared {
    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Iaas for Process {
    fn launch<'a>(&'a self, spec: &'a LaunchSpec) -> Answer<'a, Instance> {
        let spec = spec.clone();
        self.work(move |shared, journal| {
            journal.refresh(Timestamp::now());
            let known = |record: &&Record| record.token == spec.token && record.owner == spec.owner;
            match journal.records.iter().find(known) {
                Some(record) => spec.again(record.instance()),
                None => launch::launch(&shared.settings, journal, &spec),
            }
        })
    }

    fn terminate<'a>(&'a self, id: &'a InstanceId) -> Answer<'a, ()> {
        let id = id.clone();
        self.work(move |shared, journal| {
            journal.refresh(Timestamp::now());
            let Some(record) = journal.records.iter_mut().find(|record| record.id == id) else {
                return Err(IaasError::NotFound(format!("the instance {id}")));
            };
            let Some(process) = record.process.clone().filter(|_| record.state != State::Gone) else {
                return Ok(());
            };
            record.state = State::Stopping;
            record.stopping_since.get_or_insert_with(Timestamp::now);
            let record = record.clone();
            journal.save()?;
            signal::terminate(&process)
                .map_err(|error| IaasError::Transient(format!("the process cannot be told: {error}")))?;
            stop::in_background(shared, &record);
            Ok(())
        })
    }

    fn list<'a>(&'a self, owner: &'a Owner) -> Answer<'a, Vec<Instance>> {
        let owner = owner.clone();
        self.work(move |_, journal| {
            if journal.refresh(Timestamp::now()) {
                journal.save()?;
            }
            let owned = journal.records.iter().filter(|record| record.owner == owner);
            Ok(owned.map(Record::instance).collect())
        })
    }
}

/// Makes a directory for the user of this process, unless there is one.
fn make(directory: &Path) -> Result<(), IaasError> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.map_err(|error| IaasError::Refused(format!("{} cannot be made: {error}", directory.display())))
}
