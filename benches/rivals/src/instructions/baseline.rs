//! What was accepted, and what is thought of a count beside it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// How far a count may be from what was accepted, in percent. Counts repeat within a third of it.
const TOLERANCE: f64 = 3.0;

/// What makes the counts of now the accepted ones.
const ACCEPT: &str = "cargo run --release -p sinew-rivals -- instructions --accept";

/// The accepted count of each work, kept in a file, and what they were counted with.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Baseline {
    /// Compiler and processor: others count differently.
    counted_with: String,
    instructions: BTreeMap<String, u64>,
}

/// What is thought of a count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    /// There is nothing to compare it with.
    New,
    /// It is what was accepted, more or less.
    Same { percent: f64 },
    /// It is too much.
    Worse { accepted: u64, percent: f64 },
    /// It is so much less that what was accepted would hide that it rose again.
    Better { accepted: u64, percent: f64 },
}

impl Baseline {
    /// What a file says; nothing when there is none.
    ///
    /// # Errors
    /// It cannot be read, or is no object of numbers.
    pub(super) fn read(path: &Path) -> Result<Self> {
        match fs::read(path) {
            Ok(text) => serde_json::from_slice(&text).with_context(|| path.display().to_string()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    /// Replaces what a file says.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(path, text).with_context(|| path.display().to_string())
    }

    /// What was accepted for a work.
    pub(super) fn accepted(&self, work: &str) -> Option<u64> {
        self.instructions.get(work).copied()
    }

    /// With what they were counted, when that was something else than this.
    pub(super) fn counted_elsewhere(&self, here: &str) -> Option<&str> {
        let is_other = !self.instructions.is_empty() && self.counted_with != here;
        is_other.then_some(self.counted_with.as_str())
    }

    /// Says what a work costs here.
    pub(super) fn set(&mut self, work: &str, count: u64, here: &str) {
        here.clone_into(&mut self.counted_with);
        self.instructions.insert(work.to_owned(), count);
    }
}

impl Verdict {
    /// Of a count beside the accepted one.
    pub(super) fn of(counted: u64, accepted: Option<u64>) -> Self {
        let Some(accepted) = accepted.filter(|accepted| *accepted > 0) else { return Self::New };
        let percent = (counted as f64 - accepted as f64) / accepted as f64 * 100.0;
        match percent {
            _ if percent > TOLERANCE => Self::Worse { accepted, percent },
            _ if percent < -TOLERANCE => Self::Better { accepted, percent },
            _ => Self::Same { percent },
        }
    }

    /// Whether the change that led to it shall not pass.
    pub(super) fn is_worse(self) -> bool {
        matches!(self, Self::Worse { .. })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => write!(f, "nothing was accepted yet; accept it with: {ACCEPT}"),
            Self::Same { percent } => write!(f, "{percent:+.1} %"),
            Self::Worse { accepted, percent } => write!(
                f,
                "{percent:+.1} % over {accepted}, which is more than {TOLERANCE} %; if it is worth that: {ACCEPT}"
            ),
            Self::Better { accepted, percent } => {
                write!(f, "{percent:+.1} % under {accepted}; keep it so: {ACCEPT}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_percent_more_pass_and_anything_above_does_not() {
        assert_eq!(Verdict::of(1_000, None), Verdict::New);
        for (counted, worse, words) in [
            (10_300, false, "+3.0 %"),
            (10_301, true, "over 10000"),
            (9_700, false, "-3.0 %"),
            (9_699, false, "--accept"),
            (20_000, true, "--accept"),
        ] {
            let verdict = Verdict::of(counted, Some(10_000));
            assert_eq!(verdict.is_worse(), worse, "{counted}");
            assert!(verdict.to_string().contains(words), "{counted}: {verdict}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("instructions.json");
        let mut baseline = Baseline::read(&path).expect("no file is no mistake");
        assert_eq!(baseline.accepted("relay"), None);
        baseline.set("relay", 42, "a compiler");
        baseline.write(&path).expect("it can be written");
        let baseline = Baseline::read(&path).expect("it can be read");
        assert_eq!(baseline.accepted("relay"), Some(42));
        assert_eq!(baseline.counted_elsewhere("a compiler"), None);
        assert_eq!(baseline.counted_elsewhere("another"), Some("a compiler"));
    }
}
