//! What can be wrong with an expression: when it is compiled, and when it is evaluated.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostics::Code;

/// Something wrong with the text of an expression. As an error it keeps the expression from being compiled, as a
/// warning it lets evaluation fail or give what was probably not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionProblem {
    /// The stable code of the diagnostic.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// Where in the expression's text, in bytes.
    pub range: Range<usize>,
    /// What might help.
    pub help: Option<String>,
}

impl ExpressionProblem {
    /// A problem without advice.
    pub fn new(code: Code, range: Range<usize>, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), range, help: None }
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

/// The languages of expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// XPath 1.0.
    XPath,
    /// JSONPath, `json-eval(…)`.
    JsonPath,
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Language::XPath => "XPath",
            Language::JsonPath => "JSONPath",
        })
    }
}

/// An expression that could not be evaluated for this message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Evaluation of the {language} expression \"{expression}\" resulted in an error: {reason}")]
pub struct EvaluationError {
    /// What it is written in.
    pub language: Language,
    /// The text of the expression.
    pub expression: Arc<str>,
    /// What happened.
    pub reason: String,
}
