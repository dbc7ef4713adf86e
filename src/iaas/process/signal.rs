//! Telling processes to end.

use std::io;
use std::process::{Command, Stdio};

use super::process_table::{self, ProcessId};
use crate::iaas::InstanceId;

/// Asks the group of a process to end (SIGTERM), if the process runs.
pub(super) fn terminate(process: &ProcessId) -> io::Result<()> {
    match process_table::is_alive(process) {
        true => tell("TERM", process.pid),
        false => Ok(()),
    }
}

/// Ends the group of a process (SIGKILL), as long as the process runs or one that it started for the instance is left in
/// the group: a number that nobody of ours has may be somebody else's.
pub(super) fn kill(instance: &InstanceId, process: &ProcessId) -> io::Result<()> {
    match process_table::is_alive(process) || process_table::has_group(instance, process.pid) {
        true => tell("KILL", process.pid),
        false => Ok(()),
    }
}

/// The shell sends signals: it needs no unsafe code, and every system has one.
fn tell(signal: &str, group: u32) -> io::Result<()> {
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", r#"kill -s "$0" -- "-$1""#, signal, &group.to_string()])
        .stdin(Stdio::null())
        .env("LC_ALL", "C");
    let output = shell.output()?;
    // A group that is gone in the meantime is what was wanted.
    let complaint = String::from_utf8_lossy(&output.stderr);
    match output.status.success() || complaint.contains("No such process") {
        true => Ok(()),
        false => Err(io::Error::other(complaint.trim().to_owned())),
    }
}
