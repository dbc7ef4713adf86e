//! What is written down of processes, so that they are found again.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::process_table::{self, ProcessId};
use super::{REMEMBERED, make};
use crate::iaas::{
    Addresses, IaasError, Instance, InstanceId, InstanceState, LaunchSpec, LaunchToken, MemberPlace, Owner,
    Purpose, own_tags,
};

/// The journal of one directory. As long as it lives nobody else can open it.
#[derive(Debug)]
pub(super) struct Journal {
    directory: PathBuf,
    pub(super) records: Vec<Record>,
    /// Unlocked by the operating system when this process ends, however it ends.
    _lock: File,
}

/// One instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) id: InstanceId,
    pub(super) owner: Owner,
    pub(super) purpose: Purpose,
    pub(super) token: LaunchToken,
    pub(super) member: MemberPlace,
    pub(super) launched_at: Timestamp,
    pub(super) state: State,
    /// The leader of its group; none before it is known whether it could be started.
    pub(super) process: Option<ProcessId>,
    pub(super) stopping_since: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
}

/// How far an instance is. A process that was started runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Running,
    Stopping,
    Gone,
}

/// The form of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    version: u32,
    instances: std::borrow::Cow<'a, [Record]>,
}

/// The form that this code reads and writes.
const VERSION: u32 = 1;

const FILE: &str = "instances.json";

/// The largest journal, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The most instances that ended and are remembered.
const MOST_REMEMBERED: usize = 1000;

impl Journal {
    /// Opens the journal of a directory, which is made when there is none.
    pub(super) fn open(directory: &Path) -> Result<Self, IaasError> {
        let refused = |what: String| IaasError::Refused(format!("{}: {what}", directory.display()));
        make(directory)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(directory.join("lock"));
        let lock = lock.map_err(|error| refused(error.to_string()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(refused("another balancer uses it".to_owned())),
            Err(TryLockError::Error(error)) => return Err(refused(error.to_string())),
        }
        let records = match File::open(directory.join(FILE)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(refused(format!("{FILE}: {error}"))),
            Ok(file) => read(file).map_err(|problem| refused(format!("{FILE}: {problem}")))?,
        };
        Ok(Self { directory: directory.to_owned(), records, _lock: lock })
    }

    /// Looks who lives; whether anything is different now. Those who ended long ago are forgotten.
    pub(super) fn refresh(&mut self, now: Timestamp) -> bool {
        let before = self.records.len();
        let mut changed = false;
        for record in self.records.iter_mut().filter(|record| record.state != State::Gone) {
            if !record.process.as_ref().is_some_and(process_table::is_alive) {
                tracing::info!(target: "iaas", instance = %record.id, "the process is gone");
                record.state = State::Gone;
                record.ended_at = Some(now);
                changed = true;
            }
        }
        let is_old = |ended: Timestamp| now.duration_since(ended) > REMEMBERED;
        self.records.retain(|record| !record.ended_at.is_some_and(is_old));
        let mut gone = self.records.iter().filter(|record| record.state == State::Gone).count();
        self.records.retain(|record| {
            let forget = record.state == State::Gone && gone > MOST_REMEMBERED;
            gone -= usize::from(forget);
            !forget
        });
        changed || self.records.len() != before
    }

    /// Writes everything down: the file is the old one or the new one, whenever the machine stops.
    pub(super) fn save(&self) -> Result<(), IaasError> {
        let path = self.directory.join(FILE);
        self.write(&path).map_err(|error| IaasError::Transient(format!("{}: {error}", path.display())))
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        let written = Written { version: VERSION, instances: self.records.as_slice().into() };
        let text = serde_json::to_vec_pretty(&written)?;
        let next = self.directory.join("instances.json.next");
        let mut file = File::create(&next)?;
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&next, path)?;
        File::open(&self.directory)?.sync_all()
    }
}

fn read(file: File) -> Result<Vec<Record>, String> {
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text).map_err(|error| error.to_string())?;
    let written: Written<'_> = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    match written.version {
        VERSION => Ok(written.instances.into_owned()),
        other => Err(format!("the version is {other} and not {VERSION}")),
    }
}

impl Record {
    /// An instance that is about to be started.
    pub(super) fn new(id: InstanceId, spec: &LaunchSpec, member: MemberPlace, now: Timestamp) -> Self {
        Self {
            id,
            owner: spec.owner.clone(),
            purpose: spec.purpose.clone(),
            token: spec.token.clone(),
            member,
            launched_at: now,
            state: State::Running,
            process: None,
            stopping_since: None,
            ended_at: None,
        }
    }

    /// As others see it.
    pub(super) fn instance(&self) -> Instance {
        Instance {
            id: self.id.clone(),
            state: match self.state {
                State::Running => InstanceState::Running,
                State::Stopping => InstanceState::Stopping,
                State::Gone => InstanceState::Gone,
            },
            purpose: self.purpose.clone(),
            token: Some(self.token.clone()),
            addresses: Addresses { private: self.member.host.parse().ok(), public: None },
            member: Some(self.member.clone()),
            launched_at: Some(self.launched_at),
            zone: None,
            permanent: false,
            tags: own_tags(&self.purpose, &self.owner, &self.token),
        }
    }

    /// The ports that nobody else can have.
    pub(super) fn ports(&self) -> impl Iterator<Item = u16> {
        [self.member.http_port, self.member.https_port].into_iter().flatten()
    }
}
