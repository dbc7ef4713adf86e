//! A compiled path and what it is asked.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::evaluation::{Evaluation, cost};
use super::syntax::{Program, parse};
use super::text::result_text;
use super::{PathError, Problem};

/// A compiled path: immutable, cheap to clone, shared by all threads.
#[derive(Clone, Debug)]
pub struct JsonPath {
    text: Arc<str>,
    pub(super) program: Arc<Program>,
    pub(super) limits: Limits,
}

/// What one evaluation may cost before it fails; hardening.md §2 row 17.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Values that may be looked at. Default 1,000,000.
    pub steps: u64,
    /// Lists and objects inside each other in values that are copied, compared or written. Default 512.
    pub depth: usize,
    /// Bytes of the text of a result. Default 64 MiB.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { steps: 1_000_000, depth: 512, text: 64 * 1024 * 1024 }
    }
}

/// What a path found in a document. Values are borrowed from the document unless a function, or several names in one
/// bracket, made them.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<'d> {
    /// The value of a definite path.
    One(Cow<'d, Value>),
    /// The values of an indefinite path, in the order of the document. There may be none.
    Many(Vec<Cow<'d, Value>>),
}

impl JsonPath {
    /// Compiles a path. It starts with `$`; without it, it is meant to follow `$.`. One dot at the end is ignored
    /// (mediators.md §2.3).
    ///
    /// # Errors
    /// The text does not follow the grammar, is longer than 64 KiB, or nests deeper than 64.
    pub fn compile(text: &str) -> Result<JsonPath, Problem> {
        Ok(JsonPath { text: text.into(), program: Arc::new(parse(text)?), limits: Limits::default() })
    }

    /// The same path with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> JsonPath {
        JsonPath { limits, ..self }
    }

    /// The text it was compiled from.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True when the path yields the value of one place, or one result of a function; false when it yields a list:
    /// with `..`, `*`, a slice, a filter, or several indexes.
    pub fn is_definite(&self) -> bool {
        self.program.path.is_definite()
    }

    /// True for `$` and `$.`: the whole document, whose text is best taken as it was received.
    pub fn is_document(&self) -> bool {
        self.program.path.is_empty()
    }

    /// What the path finds.
    ///
    /// # Errors
    /// [`PathError::Missing`] when a definite path, or the definite beginning of another, leads nowhere; otherwise one
    /// of the [`Limits`] is exceeded.
    pub fn evaluate<'d>(&self, document: &'d Value) -> Result<Found<'d>, PathError> {
        let mut values = self.evaluation(document).values(&self.program.path, document)?;
        if self.is_definite() {
            values.pop().map(Found::One).ok_or(PathError::Missing)
        } else {
            Ok(Found::Many(values.into_vec()))
        }
    }

    /// A copy of what the path finds, a list when it is indefinite; `None` when there is nothing.
    ///
    /// # Errors
    /// One of the [`Limits`] is exceeded: values that lie inside each other may be copied until there is as much as in
    /// the document and [`Limits::steps`] more. Never [`PathError::Missing`].
    pub fn value(&self, document: &Value) -> Result<Option<Value>, PathError> {
        let values = match self.evaluate(document) {
            Err(PathError::Missing) => return Ok(None),
            Ok(Found::One(value)) => return Ok(Some(value.into_owned())),
            Ok(Found::Many(values)) => values,
            Err(error) => return Err(error),
        };
        let mut left = cost(document, u64::MAX).saturating_add(self.limits.steps as usize);
        for value in &values {
            let copied = cost(value, left as u64);
            left = left.checked_sub(copied).ok_or(PathError::TooManySteps(self.limits.steps))?;
        }
        Ok(Some(Value::Array(values.into_iter().map(Cow::into_owned).collect())))
    }

    /// The text of what the path finds (message-and-expressions.md §10): a text without quotes, a number as it was
    /// written, `true`, `false` or `null`, the JSON text of an object or a list, and `""` when there is nothing. Of
    /// an object with a member `members` or `elements` it is the text of that member (mediators.md §2.3).
    ///
    /// # Errors
    /// One of the [`Limits`] is exceeded; never [`PathError::Missing`].
    pub fn text(&self, document: &Value) -> Result<String, PathError> {
        match self.evaluate(document) {
            Err(PathError::Missing) => Ok(String::new()),
            found => result_text(&found?, self.limits),
        }
    }

    /// True when the text of what the path finds is `true` in any case (mediators.md §2.3, cases 80 and 106).
    ///
    /// # Errors
    /// One of the [`Limits`] is exceeded; never [`PathError::Missing`].
    pub fn boolean(&self, document: &Value) -> Result<bool, PathError> {
        Ok(self.text(document)?.eq_ignore_ascii_case("true"))
    }

    pub(super) fn evaluation<'d>(&self, document: &'d Value) -> Evaluation<'d> {
        Evaluation::new(&self.program, document, self.limits)
    }
}
