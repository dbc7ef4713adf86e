//! What can be wrong with a path: when it is compiled, and when it is evaluated.

use std::ops::Range;

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// Where in the path's text, in bytes.
    pub range: Range<usize>,
    /// What might help.
    pub help: Option<String>,
}

impl Problem {
    pub(crate) fn new(range: Range<usize>, message: impl Into<String>) -> Problem {
        Problem { message: message.into(), range, help: None }
    }

    pub(crate) fn help(mut self, text: impl Into<String>) -> Problem {
        self.help = Some(text.into());
        self
    }
}

/// Why a path yields nothing for a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The document has nothing there, or a function has nothing to work on.
    #[error("there is nothing at this path")]
    Missing,
    /// Only an array can be appended to, or an object the members of an object.
    #[error("what is at this path is no array, and no object that takes members")]
    NotAnArray,
    /// A result of a function has no place in the document, and the document itself cannot be removed.
    #[error("this path names no place that can be changed")]
    NotAPlace,
    /// [`Limits::depth`](super::Limits::depth).
    #[error("a value nests deeper than {0} levels")]
    TooDeep(usize),
    /// [`Limits::text`](super::Limits::text).
    #[error("the result is longer than {0} bytes")]
    TooLong(usize),
    /// [`Limits::steps`](super::Limits::steps), hardening.md §2 row 17.
    #[error("the path takes more than {0} steps in this document")]
    TooManySteps(u64),
}
