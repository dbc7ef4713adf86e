//! Starting the process of an instance.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io;
use std::process::Stdio;

use jiff::Timestamp;
use tokio::process::Command;

use super::journal::{Journal, Record, State};
use super::ports;
use super::process_table;
use crate::iaas::{IaasError, Instance, InstanceId, LaunchSpec, MARK, MemberPlace};
use crate::settings::{Pattern, Placeholder, ProcessProvider};

/// What processes get of the environment of the balancer: the rest may hold secrets.
const INHERITED: [&str; 8] = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR"];

/// Starts a process for an instance that is not known yet. The journal has the instance before there is a process, and is
/// told which one it is; so it is found again whenever the balancer ends.
pub(super) fn launch(
    settings: &ProcessProvider,
    journal: &mut Journal,
    spec: &LaunchSpec,
) -> Result<Instance, IaasError> {
    let number = uuid::Uuid::new_v4().simple().to_string();
    let id = InstanceId::new(format!("p-{number}")).map_err(IaasError::Refused)?;
    let member = place(settings, journal)?;
    let command = command(settings, spec, &id, &member)?;
    journal.records.push(Record::new(id.clone(), spec, member, Timestamp::now()));
    if let Err(error) = journal.save() {
        journal.records.retain(|record| record.id != id);
        return Err(error);
    }
    match start(command, &id) {
        Ok(process) => {
            let record = journal.records.iter_mut().find(|record| record.id == id);
            let instance = record.map(|record| {
                record.process = Some(process);
                record.instance()
            });
            if let Err(error) = journal.save() {
                // It is found by its mark then.
                tracing::warn!(target: "iaas", instance = %id, %error, "launched, and not written down");
            }
            instance.ok_or_else(|| IaasError::Transient("the journal lost the instance".to_owned()))
        }
        Err(error) => {
            journal.records.retain(|record| record.id != id);
            journal.save()?;
            let program = settings.command.words().first().map(|word| word.fill(|_| String::new()));
            let reason = format!("{} cannot be started: {error}", program.unwrap_or_default());
            use io::ErrorKind::{InvalidInput, NotADirectory, NotFound, PermissionDenied};
            match error.kind() {
                NotFound | PermissionDenied | InvalidInput | NotADirectory => Err(IaasError::Refused(reason)),
                _ => Err(IaasError::Transient(reason)),
            }
        }
    }
}

/// Host and ports of a new member.
fn place(settings: &ProcessProvider, journal: &Journal) -> Result<MemberPlace, IaasError> {
    // Loading has refused settings without host and ports.
    let (Some(host), Some(range)) = (&settings.host, settings.ports) else {
        return Err(IaasError::Refused("there is no host, or no ports".to_owned()));
    };
    let patterns = || settings.command.words().iter().chain(settings.environment.variables().values());
    let mentions = |place: Placeholder| patterns().any(|pattern: &Pattern| pattern.has(place));
    let encrypted = mentions(Placeholder::HttpsPort);
    let plain = mentions(Placeholder::Port) || !encrypted;
    let living = journal.records.iter().filter(|record| record.state != State::Gone);
    let used: BTreeSet<u16> = living.flat_map(Record::ports).collect();
    let count = usize::from(plain) + usize::from(encrypted);
    let free = ports::free(range, &used, count);
    let mut free = free
        .ok_or_else(|| IaasError::Refused(format!("no port from {} to {} is free", range.first, range.last)))?
        .into_iter();
    Ok(MemberPlace {
        host: host.as_str().to_owned(),
        http_port: plain.then(|| free.next()).flatten(),
        https_port: encrypted.then(|| free.next()).flatten(),
    })
}

/// The command with everything filled in.
fn command(
    settings: &ProcessProvider,
    spec: &LaunchSpec,
    id: &InstanceId,
    member: &MemberPlace,
) -> Result<Command, IaasError> {
    let value = |place| spec.fill(place, id, member);
    let mut words = settings.command.words().iter().map(|word| word.fill(value));
    let program = words.next().ok_or_else(|| IaasError::Refused("there is no command".to_owned()))?;
    let mut command = Command::new(program);
    command.args(words).env_clear();
    command.envs(INHERITED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command.envs(settings.environment.variables().iter().map(|(name, text)| (name, text.fill(value))));
    command.env(MARK, id.as_str());
    command.process_group(0).stdin(Stdio::null());
    if let Some(directory) = &settings.working_directory {
        command.current_dir(directory);
    }
    let (output, errors) = output(settings, id)?;
    command.stdout(output).stderr(errors);
    Ok(command)
}

/// Where the output goes.
fn output(settings: &ProcessProvider, id: &InstanceId) -> Result<(Stdio, Stdio), IaasError> {
    let Some(directory) = &settings.log_directory else { return Ok((Stdio::null(), Stdio::null())) };
    let path = directory.join(format!("{id}.log"));
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let both = file.and_then(|file| Ok((Stdio::from(file.try_clone()?), Stdio::from(file))));
    both.map_err(|error| IaasError::Transient(format!("{}: {error}", path.display())))
}

/// Starts the process, and asks for it when it ends, so that it does not stay as a zombie.
fn start(mut command: Command, id: &InstanceId) -> io::Result<process_table::ProcessId> {
    let mut child = command.spawn()?;
    let pid = child.id().ok_or_else(|| io::Error::other("the process has no id"))?;
    // It is seen even if it ended already: nobody has asked for it yet.
    let process = match process_table::identify(pid) {
        Ok(process) => process,
        Err(error) => {
            child.start_kill()?;
            return Err(error);
        }
    };
    tracing::info!(target: "iaas", instance = %id, pid, "started");
    let id = id.clone();
    tokio::spawn(async move {
        match child.wait().await {
            Ok(status) => tracing::info!(target: "iaas", instance = %id, pid, %status, "ended"),
            Err(error) => tracing::warn!(target: "iaas", instance = %id, pid, %error, "cannot be waited for"),
        }
    });
    Ok(process)
}
