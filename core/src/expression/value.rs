//! Attribute values that are either written down or computed.

use std::borrow::Cow;
use std::sync::Arc;

use super::{EvaluationError, Expression, Scope};

/// A literal, or an expression evaluated per message (mediators.md §2.4).
#[derive(Clone, Debug)]
pub enum ValueSource {
    /// The text as written.
    Literal(Arc<str>),
    /// `expression="…"`, or `{…}` where the attribute allows it.
    Computed(Expression),
}

impl ValueSource {
    /// The text for this message; `None` is null.
    ///
    /// # Errors
    /// The evaluation failed for this message.
    pub fn string<'a>(&'a self, scope: Scope<'a>) -> Result<Option<Cow<'a, str>>, EvaluationError> {
        match self {
            ValueSource::Literal(text) => Ok(Some(Cow::Borrowed(text))),
            ValueSource::Computed(expression) => expression.string(scope),
        }
    }

    /// True when the text can only be computed with the payload in memory.
    pub fn needs_payload(&self) -> bool {
        matches!(self, ValueSource::Computed(expression) if expression.needs_payload())
    }
}
