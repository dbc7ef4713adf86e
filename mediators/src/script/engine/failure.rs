//! What goes wrong in the engine.

use rquickjs::{CaughtError, Ctx};

use super::SCRIPT;
use crate::script::limits;

/// Why a script failed.
#[derive(Clone, Debug)]
pub(in crate::script) struct ScriptFailure {
    /// What happened, in one line.
    pub(in crate::script) message: String,
    /// Line and column of the program where it happened, both from 1, the column in bytes.
    pub(in crate::script) place: Option<(usize, usize)>,
    limit: bool,
}

/// Why a text is no program.
#[derive(Clone, Debug)]
pub(in crate::script) struct SyntaxError {
    pub(in crate::script) message: String,
    pub(in crate::script) place: Option<(usize, usize)>,
}

impl ScriptFailure {
    /// The script was stopped.
    pub(super) fn late() -> Self {
        let message = format!("the script ran longer than {} s", limits::DEADLINE.as_secs());
        Self { message, place: None, limit: true }
    }

    /// The script threw something.
    pub(super) fn thrown(message: String, stack: &str) -> Self {
        let limit = match message.as_str() {
            "InternalError: out of memory" => {
                Some(format!("the script needs more than {} MiB of memory", limits::MEMORY >> 20))
            }
            "RangeError: Maximum call stack size exceeded" => {
                Some("the script calls itself too deeply".to_owned())
            }
            _ => None,
        };
        Self { limit: limit.is_some(), message: limit.unwrap_or(message), place: first_place(stack) }
    }

    /// The engine gave up.
    pub(super) fn caught(ctx: &Ctx<'_>, error: rquickjs::Error) -> Self {
        let (message, stack) = describe(ctx, error);
        Self { limit: true, ..Self::thrown(message, &stack) }
    }

    /// Whether the engine should not be used again: much of its memory may be taken.
    pub(super) fn spoils_engine(&self) -> bool {
        self.limit
    }
}

impl From<rquickjs::Error> for ScriptFailure {
    fn from(error: rquickjs::Error) -> Self {
        Self { message: error.to_string(), place: None, limit: true }
    }
}

impl SyntaxError {
    pub(super) fn caught(ctx: &Ctx<'_>, error: rquickjs::Error) -> Self {
        let (message, stack) = describe(ctx, error);
        let message = message.strip_prefix("SyntaxError: ").map(str::to_owned).unwrap_or(message);
        Self { message, place: first_place(&stack) }
    }
}

impl From<rquickjs::Error> for SyntaxError {
    fn from(error: rquickjs::Error) -> Self {
        Self { message: error.to_string(), place: None }
    }
}

/// Message and stack of what the engine threw, without running any script for it.
fn describe(ctx: &Ctx<'_>, error: rquickjs::Error) -> (String, String) {
    match CaughtError::from_error(ctx, error) {
        CaughtError::Exception(exception) => {
            let name: Option<String> = exception.as_object().get("name").ok();
            let message = exception.message().unwrap_or_default();
            let name = name.unwrap_or_else(|| "Error".to_owned());
            (format!("{name}: {message}"), exception.stack().unwrap_or_default())
        }
        CaughtError::Error(error) => (error.to_string(), String::new()),
        CaughtError::Value(_) => ("something that is no error was thrown".to_owned(), String::new()),
    }
}

/// The innermost place of a stack trace that lies in a script: `… script:line:column …`.
fn first_place(stack: &str) -> Option<(usize, usize)> {
    stack.lines().find_map(|frame| {
        let (before, place) = frame.rsplit_once(&format!("{SCRIPT}:"))?;
        if !before.ends_with([' ', '(']) {
            return None;
        }
        let (line, column) = place.trim_end_matches(')').split_once(':')?;
        Some((line.parse().ok()?, column.parse().ok()?))
    })
}
