//! A proxy's process: what it costs, and its end.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// A process that runs until this is dropped.
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts a program in a folder, with its output in files there.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn start(command: &mut Command, folder: &Path) -> Result<Self> {
        let file = |name: &str| -> Result<Stdio> { Ok(fs::File::create(folder.join(name))?.into()) };
        command.current_dir(folder).stdin(Stdio::null()).stdout(file("stdout")?).stderr(file("stderr")?);
        let child = command.spawn().with_context(|| format!("{command:?}"))?;
        Ok(Self { child })
    }

    /// The processor time of it and what it started, so far.
    pub(crate) fn processor_time(&self) -> Duration {
        let nanoseconds =
            tree(self.child.id()).into_iter().flat_map(threads).map(|thread| on_core(&thread)).sum();
        Duration::from_nanos(nanoseconds)
    }

    /// The memory that it and what it started use, in KiB: its share of what is shared.
    pub(crate) fn memory(&self) -> u64 {
        tree(self.child.id()).into_iter().map(proportional_set_size).sum()
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// It cannot be sent.
    pub(crate) fn signal(&self, name: &str) -> Result<()> {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        ensure!(sent.context("kill")?.success(), "{name} cannot be sent");
        Ok(())
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// It cannot be asked, or does not end well.
    pub(crate) fn end(mut self) -> Result<()> {
        self.signal("TERM")?;
        let status = self.child.wait()?;
        ensure!(status.success(), "it ended with {status}");
        Ok(())
    }

    /// Whether it runs no more.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A process and its descendants.
fn tree(root: u32) -> Vec<u32> {
    let mut all = vec![root];
    let mut next = 0;
    while let Some(process) = all.get(next) {
        let children = threads(*process).into_iter().map(|thread| format!("{thread}/children"));
        let children: Vec<u32> = children
            .filter_map(|file| fs::read_to_string(file).ok())
            .flat_map(|text| text.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
            .collect();
        all.extend(children);
        next += 1;
    }
    all
}

/// The folders of a process's threads.
fn threads(process: u32) -> Vec<String> {
    let Ok(entries) = fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    entries.flatten().map(|entry| entry.path().to_string_lossy().into_owned()).collect()
}

/// The nanoseconds that a thread ran.
fn on_core(thread: &str) -> u64 {
    let text = fs::read_to_string(format!("{thread}/schedstat")).unwrap_or_default();
    text.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn proportional_set_size(process: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("Pss:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or_default()
}
