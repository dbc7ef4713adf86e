//! Counting: the same program twice under callgrind, with some requests and with three times as many. What the difference does not
//! hold is the start and the end.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::load::{Load, Pace, Request, Traffic};
use crate::measurement::free_address;
use crate::peers;
use crate::process::Process;
use crate::setup::{Kind, Setup};

/// The requests of the shorter run.
const REQUESTS: u64 = 2_000;

/// How many members there are to choose from.
const MEMBERS: usize = 4;

/// What the files begin with that callgrind writes, one for each thread.
const COUNTS: &str = "counts";

/// How long a run may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// The instructions that one request costs the program.
///
/// # Errors
/// It does not start, does not answer as it shall, or does not end.
pub(super) fn per_request(program: &Path, kind: Kind, folder: &Path) -> Result<u64> {
    let few = whole(program, kind, REQUESTS, &folder.join("few"))?;
    let many = whole(program, kind, REQUESTS * 3, &folder.join("many"))?;
    Ok(many.saturating_sub(few) / (REQUESTS * 2))
}

/// The instructions of a process that serves so many requests, one after the other on one connection.
fn whole(program: &Path, kind: Kind, requests: u64, folder: &Path) -> Result<u64> {
    fs::create_dir_all(folder)?;
    let mut load = Load::new(MEMBERS, None)?.sleeping();
    let listen = free_address()?;
    let setup = Setup { listen, members: load.members(), kind, certificate: None, folder: folder.to_owned() };
    let counts = folder.join(COUNTS);
    let mut command = under_callgrind(&peers::sinew(program).prepare(&setup)?, &counts);
    let mut process = Process::start(&mut command, folder)?;
    let complaint = || fs::read_to_string(folder.join("stderr")).unwrap_or_default();
    let request = Request::small(Setup::path(kind));
    let traffic = Traffic { connections: 1, pace: Pace::Times(requests), tls: false, request };
    let mut client = load.connect(listen, traffic)?;
    load.run_until(&mut client, PATIENCE, |client| client.seen.answers == requests || process.has_ended())?;
    let answers = client.seen.answers;
    ensure!(answers == requests, "{answers} of {requests} requests were answered: {}", complaint().trim());
    drop(client);
    process.end().with_context(complaint)?;
    of_the_busiest_thread(folder)
}

/// The instructions of the thread that did most: the one that serves. Others do what is due by the clock, which is more the longer
/// it takes.
fn of_the_busiest_thread(folder: &Path) -> Result<u64> {
    let mut most = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(COUNTS) {
            most = most.max(total(&fs::read_to_string(entry.path())?));
        }
    }
    most.context("callgrind did not say how many instructions it counted")
}

/// A command, run by callgrind.
fn under_callgrind(command: &Command, counts: &Path) -> Command {
    let mut option = OsStr::new("--callgrind-out-file=").to_owned();
    option.push(counts);
    let mut counted = Command::new("valgrind");
    counted.args(["--tool=callgrind", "--quiet", "--separate-threads=yes"]).arg(option);
    counted.arg(command.get_program()).args(command.get_args());
    counted
}

/// The sum at the end of what callgrind writes.
fn total(counts: &str) -> Option<u64> {
    let sum = |line: &str| line.strip_prefix("totals:")?.trim().parse().ok();
    counts.lines().rev().find_map(sum)
}

#[cfg(test)]
mod tests {
    use super::total;

    #[test]
    fn the_sum_is_found() {
        assert_eq!(total("events: Ir\nsummary: 12\n\nfn=(1)\n3 4\n\ntotals: 345\n"), Some(345));
        assert_eq!(total("events: Ir\n"), None);
    }
}
