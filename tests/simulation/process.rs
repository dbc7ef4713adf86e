//! Runs in processes of their own, so that nothing of one is left in the next, and each can be had again.
//!
//! Gossip, hash maps and the runtime take seeds from the system, which nobody can choose. So a small library is loaded before
//! the system's, from which all of these get the same numbers for the same seed. Where there is no compiler for C, or another
//! system than Linux with glibc, runs of the same seed have the same faults at the same times, and differ in the rest.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// What is left of a run.
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) succeeded: bool,
    pub(crate) output: String,
}

/// The library, if it can be had here.
pub(crate) fn entropy() -> Option<&'static PathBuf> {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    LIBRARY.get_or_init(build).as_ref()
}

fn build() -> Option<PathBuf> {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return None;
    }
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/simulation/entropy.c");
    let library =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("entropy-{}.so", std::process::id()));
    let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).status();
    built.is_ok_and(|status| status.success()).then_some(library)
}

/// Runs one test of this program with a seed.
pub(crate) fn run(test: &str, seed: u64) -> Run {
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new(program);
    command.args(["--exact", test, "--include-ignored", "--nocapture", "--test-threads=1"]);
    command.env("SINEW_SEED", seed.to_string()).env("RUST_BACKTRACE", "0");
    if let Some(library) = entropy() {
        command.env("LD_PRELOAD", library);
    }
    let output = command.output().expect("this program runs");
    let text = [output.stdout, output.stderr].concat();
    Run { seed, succeeded: output.status.success(), output: String::from_utf8_lossy(&text).into_owned() }
}
