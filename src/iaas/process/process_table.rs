//! The processes of the machine, as `/proc` shows them (proc(5)).

use std::fs;
use std::io;

use serde::{Deserialize, Serialize};

use crate::iaas::{InstanceId, MARK};

/// What tells a process from all others that were and will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProcessId {
    /// Its number, which another has when it is gone. It is also that of its group.
    pub(super) pid: u32,
    /// When it was started, in ticks since the machine was.
    pub(super) started: u64,
    /// Which start of the machine that was.
    pub(super) boot: String,
}

/// What is known of a process.
struct Entry {
    state: u8,
    group: u32,
    started: u64,
}

/// Whether processes can be seen.
pub(super) fn check() -> io::Result<()> {
    boot()?;
    entry(std::process::id()).map(drop)
}

/// The process that has a number now.
pub(super) fn identify(pid: u32) -> io::Result<ProcessId> {
    Ok(ProcessId { pid, started: entry(pid)?.started, boot: boot()? })
}

/// Whether the process runs. One that ended and that nobody asked for yet does not.
pub(super) fn is_alive(process: &ProcessId) -> bool {
    let same = |entry: Entry| entry.started == process.started && !matches!(entry.state, b'Z' | b'X' | b'x');
    entry(process.pid).is_ok_and(same) && boot().is_ok_and(|boot| boot == process.boot)
}

/// The process that was started for an instance and leads its group, if it runs.
pub(super) fn leader(instance: &InstanceId) -> Option<ProcessId> {
    let mut leaders = marked(instance).filter(|(pid, entry)| entry.group == *pid);
    leaders.find_map(|(pid, _)| identify(pid).ok().filter(is_alive))
}

/// Whether a process of an instance runs in the group of a number.
pub(super) fn has_group(instance: &InstanceId, group: u32) -> bool {
    marked(instance).any(|(_, entry)| entry.group == group && !matches!(entry.state, b'Z' | b'X' | b'x'))
}

/// The processes that have the mark of an instance, and that we may look at.
fn marked(instance: &InstanceId) -> impl Iterator<Item = (u32, Entry)> {
    let mark = format!("{MARK}={instance}");
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(move |pid| {
        let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
        let is_marked = environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes());
        is_marked.then(|| Some((pid, entry(pid).ok()?))).flatten()
    })
}

fn entry(pid: u32) -> io::Result<Entry> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    parse(&line).ok_or_else(|| io::Error::other(format!("/proc/{pid}/stat is odd")))
}

/// Reads `pid (name) state parent group … start …`; names may have blanks and brackets.
fn parse(line: &str) -> Option<Entry> {
    let (_, fields) = line.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    // Numbered from 1 with `pid`, these are fields 3, 5 and 22.
    Some(Entry {
        state: *fields.first()?.as_bytes().first()?,
        group: fields.get(2)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
    })
}

fn boot() -> io::Result<String> {
    Ok(fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_programs_may_be_anything() {
        let line = "4711 (a) R (b) S 1 4700 4700 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 10\n";
        let entry = parse(line).expect("an entry");
        assert_eq!((entry.state, entry.group, entry.started), (b'S', 4700, 987_654));
        for line in ["", "1 (a)", "1 (a) S 1 x", "1 (a) S 1 2 3"] {
            assert!(parse(line).is_none(), "{line}");
        }
    }

    #[test]
    fn a_number_alone_is_no_process() {
        let own = identify(std::process::id()).expect("this process");
        assert!(is_alive(&own));
        assert!(!is_alive(&ProcessId { started: own.started + 1, ..own.clone() }));
        assert!(!is_alive(&ProcessId { boot: "another".to_owned(), ..own }));
    }
}
