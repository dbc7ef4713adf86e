//! The machine, and how what is measured sits on it.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use serde::Serialize;

/// Set for the process that measures, which the first one starts on its core.
const INNER: &str = "RIVALS_INNER";

/// Where the kernel keeps how much the processes of a session are worth together (sched(7)).
const AUTOGROUP: &str = "/proc/self/autogroup";

/// What figures depend on.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    kernel: String,
}

/// What the processes of this session are worth, as in `/autogroup-25 nice 0`.
fn autogroup() -> Option<i32> {
    fs::read_to_string(AUTOGROUP).ok()?.split_ascii_whitespace().next_back()?.parse().ok()
}

/// Starts this program again on one core, with as many open files as may be, unless that is done already.
///
/// # Errors
/// `taskset` is missing.
pub(crate) fn on_one_core(core: usize) -> Result<Option<ExitCode>> {
    if std::env::var_os(INNER).is_some() {
        return Ok(None);
    }
    // Ahead of other work on this machine; without the right to it the figures are only noisier.
    let before = autogroup();
    let _ = fs::write(AUTOGROUP, "-20");
    let program = std::env::current_exe()?;
    let script = format!("ulimit -n $(ulimit -Hn); exec taskset -c {core} \"$0\" \"$@\"");
    let status = Command::new("sh")
        .args(["-c", &script])
        .arg(program)
        .args(std::env::args_os().skip(1))
        .env(INNER, "1")
        .status()
        .context("sh and taskset are needed");
    // Everything that is started from the same terminal is in the group.
    let _ = fs::write(AUTOGROUP, before.unwrap_or_default().to_string());
    let status = status?;
    Ok(Some(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }))
}

impl Machine {
    /// This one.
    pub(crate) fn here() -> Self {
        let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let field = |name: &str| {
            let line = information.lines().find(|line| line.starts_with(name))?;
            line.split_once(':').map(|(_, value)| value.trim().to_owned())
        };
        Self {
            processor: field("model name").unwrap_or_else(|| "unknown".to_owned()),
            cores: information.lines().filter(|line| line.starts_with("processor")).count(),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
        }
    }
}

impl Machine {
    /// The name of its processor.
    pub(crate) fn processor(&self) -> &str {
        &self.processor
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { processor, cores, kernel } = self;
        write!(formatter, "{cores} × {processor}, Linux {kernel}; everything on one core")
    }
}
