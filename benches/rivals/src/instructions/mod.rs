//! The guard: how many instructions a request costs, compared with what was accepted last.
//!
//! Processor time differs by some percent from one run to the next, and by more between machines. Instructions of one client that
//! asks again when it has its whole answer hardly do, so that a change that costs a little is seen at once, on a machine that is
//! busy with other things too.

mod baseline;
mod count;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;

use baseline::{Baseline, Verdict};

use crate::machine::Machine;
use crate::setup::Kind;

/// What is asked of the guard.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What to count [default: everything]
    #[arg(value_name = "WORK")]
    works: Vec<String>,
    /// Take what is counted now as what is right
    #[arg(long)]
    accept: bool,
    /// What was accepted
    #[arg(long, default_value = "benches/rivals/instructions.json", value_name = "FILE")]
    baseline: PathBuf,
}

/// What is counted, and how it is set up.
const WORKS: [(&str, Kind); 3] =
    [("relay", Kind::One), ("shipped", Kind::Shipped), ("mediators", Kind::Mediated(20))];

/// What counts depend on besides the program: the compiler and the processor.
fn counted_with() -> Result<String> {
    let compiler = Command::new("rustc").arg("--version").output().context("rustc")?;
    let compiler = String::from_utf8_lossy(&compiler.stdout).trim().to_owned();
    Ok(format!("{compiler}, {}", Machine::here().processor()))
}

/// Counts, prints, and compares.
///
/// # Errors
/// Something cannot be counted, or the file with what was accepted is not well.
pub(crate) fn run(arguments: &Arguments, program: &Path) -> Result<ExitCode> {
    let found = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if !found.is_ok_and(|status| status.success()) {
        println!("instructions: skipped, there is no valgrind here (apt-get install valgrind)");
        return Ok(ExitCode::SUCCESS);
    }
    if !program.exists() {
        bail!("there is no {}; cargo build --release makes it", program.display());
    }
    if let Some(unknown) = arguments.works.iter().find(|name| WORKS.iter().all(|(known, _)| known != name)) {
        bail!("there is no work {unknown}; there are {}", WORKS.map(|(name, _)| name).join(", "));
    }
    let wanted = |name: &str| arguments.works.is_empty() || arguments.works.iter().any(|one| one == name);
    let mut baseline = Baseline::read(&arguments.baseline)?;
    let here = counted_with()?;
    let elsewhere = baseline.counted_elsewhere(&here).filter(|_| !arguments.accept).map(str::to_owned);
    if let Some(elsewhere) = &elsewhere {
        println!(
            "instructions: comparing is skipped, the accepted ones were counted with {elsewhere}, and this is {here}"
        );
    }
    let folder = tempfile::tempdir().context("a folder for what is counted")?;
    let mut worse = false;
    println!("user instructions per request, under callgrind");
    for (name, kind) in WORKS.into_iter().filter(|(name, _)| wanted(name)) {
        let counted = count::per_request(program, kind, &folder.path().join(name))?;
        let verdict = Verdict::of(counted, baseline.accepted(name).filter(|_| elsewhere.is_none()));
        println!("{name:<10} {counted:>8}  {verdict}");
        worse |= verdict.is_worse();
        baseline.set(name, counted, &here);
    }
    if arguments.accept {
        baseline.write(&arguments.baseline)?;
        println!("accepted, in {}", arguments.baseline.display());
    } else if worse {
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
