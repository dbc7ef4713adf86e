//! The compiled expression.

use std::borrow::Cow;
use std::sync::Arc;

use super::direct::Direct;
use super::error::Language;
use super::json_eval::JsonEval;
use super::jsonpath::JsonPath;
use super::xpath::{Failure, Node, NodeSet, Object, Program as XPath, Tree};
use super::{EvaluationError, ExpressionProblem, Namespaces, Scope};
use crate::diagnostics::codes;
use crate::message::{Message, Value};

/// Bytes that the text of one result may have: as many as a whole message.
const TEXT_BYTES: usize = 64 * 1024 * 1024;

/// A compiled expression: immutable, cheap to clone, shared by all threads. It is an XPath, or a JSONPath written
/// `json-eval(…)` (message-and-expressions.md §10).
///
/// The common forms (`$trp:Host`, `$ctx:x`, `get-property('x')`, literals) compile to direct look-ups, everything else
/// to a program of the XPath engine. The context node is the envelope; a payload that came without one is seen as the
/// content of an imagined one (message-and-expressions.md §7.1).
#[derive(Clone, Debug)]
pub struct Expression {
    text: Arc<str>,
    program: Program,
}

#[derive(Clone, Debug)]
enum Program {
    Direct(Direct),
    XPath(Arc<XPath>),
    Json(JsonEval),
}

/// An expression that could be compiled, and what is dubious about it.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The expression.
    pub expression: Expression,
    /// What will fail when it is evaluated, or may not mean what was meant.
    pub warnings: Vec<ExpressionProblem>,
}

impl Expression {
    /// Compiles an expression. Functions, variables and prefixes that do not exist are warnings: the expression loads,
    /// and fails for the messages that need them (mediators.md §2.3, case 7).
    ///
    /// # Errors
    /// The text does not follow the grammar of XPath 1.0 or JSONPath, or calls `document()`.
    pub fn compile(text: &str, namespaces: &Namespaces) -> Result<Compiled, ExpressionProblem> {
        let text = text.trim();
        if let Some(compiled) = JsonEval::compile(text) {
            let expression = Self { text: text.into(), program: Program::Json(compiled?) };
            return Ok(Compiled { expression, warnings: Vec::new() });
        }
        let (program, warnings) = match Direct::parse(text, namespaces) {
            Some(direct) => (Program::Direct(direct), Vec::new()),
            None => {
                refuse_other_languages(text)?;
                let (program, warnings) = XPath::compile(text, namespaces)?;
                (Program::XPath(Arc::new(program)), warnings)
            }
        };
        Ok(Compiled { expression: Self { text: text.into(), program }, warnings })
    }

    /// Compiles a JSONPath, written as it is or as `json-eval(path)`: where an attribute beside the expression says that
    /// it is one (mediators.md §5.3).
    ///
    /// # Errors
    /// The path does not follow the grammar.
    pub fn compile_json_path(text: &str) -> Result<Compiled, ExpressionProblem> {
        let text = text.trim();
        let compiled = JsonEval::compile(text).unwrap_or_else(|| JsonEval::parse(text, 0))?;
        let expression = Self { text: text.into(), program: Program::Json(compiled) };
        Ok(Compiled { expression, warnings: Vec::new() })
    }

    /// The text it was compiled from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// True when the expression can only be answered with the payload in memory.
    pub fn needs_payload(&self) -> bool {
        match &self.program {
            Program::Direct(direct) => direct.needs_payload(),
            Program::XPath(program) => program.needs_payload(),
            Program::Json(json) => json.needs_payload(),
        }
    }

    /// The truth value, when it is the same for every message.
    pub fn constant(&self) -> Option<bool> {
        match &self.program {
            Program::Direct(direct) => direct.literal().map(|text| !text.is_empty()),
            Program::XPath(program) => program.constant(),
            Program::Json(_) => None,
        }
    }

    /// The path of `json-eval(path)` when it leads into the payload: what changes the payload starts from it.
    pub fn json_path(&self) -> Option<&JsonPath> {
        match &self.program {
            Program::Json(json) => json.payload_path(),
            _ => None,
        }
    }

    /// True for a JSONPath.
    pub fn is_json_path(&self) -> bool {
        matches!(self.program, Program::Json(_))
    }

    /// The JSON that a JSONPath finds, a list when it is indefinite (message-and-expressions.md §10); `None` when there
    /// is nothing, or the expression is an XPath.
    ///
    /// # Errors
    /// The evaluation failed for this message.
    pub fn json(&self, scope: Scope<'_>) -> Result<Option<serde_json::Value>, EvaluationError> {
        match &self.program {
            Program::Json(json) => json.value(scope).map_err(|reason| self.path_error(reason)),
            _ => Ok(None),
        }
    }

    /// The string value (mediators.md §2.3, message-and-expressions.md §7.4); `None` is null: a missing property or
    /// header, as opposed to an empty result.
    ///
    /// # Errors
    /// The evaluation failed for this message.
    pub fn string<'a>(&'a self, scope: Scope<'a>) -> Result<Option<Cow<'a, str>>, EvaluationError> {
        match &self.program {
            Program::Direct(direct) => Ok(direct.object(scope).into_text()),
            Program::XPath(_) => {
                self.value(scope)?.text_within(TEXT_BYTES).map_err(|failure| self.error(failure))
            }
            Program::Json(json) => json.text(scope).map(Some).map_err(|reason| self.path_error(reason)),
        }
    }

    /// The value of the property that it reads, when that is all it does, by a variable or in a scope of its own. Values
    /// share their text with the message. [`Expression::string`] says what other expressions give.
    pub fn property<'a>(&self, message: &'a Message) -> Option<Cow<'a, Value>> {
        match &self.program {
            Program::Direct(direct) => direct.property_value(message),
            Program::XPath(_) | Program::Json(_) => None,
        }
    }

    /// The truth value (message-and-expressions.md §7.5): null and the empty string are false, every other string is
    /// true, `false` included. Of a JSONPath only the text `true` is true, in any case (§10).
    ///
    /// # Errors
    /// The evaluation failed for this message.
    pub fn boolean(&self, scope: Scope<'_>) -> Result<bool, EvaluationError> {
        match &self.program {
            Program::Direct(direct) => Ok(direct.object(scope).boolean()),
            Program::XPath(program) => program
                .truth(scope, Tree::of(scope.message).envelope())
                .map_err(|failure| self.error(failure)),
            Program::Json(json) => json.boolean(scope).map_err(|reason| self.path_error(reason)),
        }
    }

    /// The nodes it selects, in document order; none for a missing property.
    ///
    /// # Errors
    /// The evaluation failed for this message, or yields something else than nodes.
    pub fn nodes<'a>(&'a self, scope: Scope<'a>) -> Result<NodeSet<'a>, EvaluationError> {
        match self.value(scope)? {
            Object::Nodes(nodes) => Ok(nodes),
            Object::Missing => Ok(NodeSet::new()),
            _ => Err(self.error(Failure::new("it yields no nodes"))),
        }
    }

    /// What it yields.
    ///
    /// # Errors
    /// The evaluation failed for this message.
    pub fn value<'a>(&'a self, scope: Scope<'a>) -> Result<Object<'a>, EvaluationError> {
        match &self.program {
            Program::Direct(direct) => Ok(direct.object(scope)),
            Program::XPath(program) => program
                .object(scope, Tree::of(scope.message).envelope())
                .map_err(|failure| self.error(failure)),
            Program::Json(json) => {
                json.text(scope).map(Object::Text).map_err(|reason| self.path_error(reason))
            }
        }
    }

    /// What it yields with another context node than the envelope. Relative and absolute paths start in the tree of
    /// that node, `$body` and the other variables are still those of the message.
    ///
    /// # Errors
    /// The evaluation failed for this message.
    pub fn value_at<'a>(
        &'a self,
        scope: Scope<'a>,
        context: Node<'a>,
    ) -> Result<Object<'a>, EvaluationError> {
        match &self.program {
            Program::XPath(program) => program.object(scope, context).map_err(|failure| self.error(failure)),
            Program::Direct(_) | Program::Json(_) => self.value(scope),
        }
    }

    fn error(&self, failure: Failure) -> EvaluationError {
        let reason = failure.into_reason();
        EvaluationError { language: Language::XPath, expression: self.text.clone(), reason }
    }

    fn path_error(&self, reason: String) -> EvaluationError {
        EvaluationError { language: Language::JsonPath, expression: self.text.clone(), reason }
    }
}

/// `${…}` is a language of its own.
fn refuse_other_languages(text: &str) -> Result<(), ExpressionProblem> {
    if !text.starts_with("${") {
        return Ok(());
    }
    let message = "${…} is not supported yet";
    Err(ExpressionProblem::new(codes::EXPRESSION_NOT_SUPPORTED, 0..text.len(), message))
}
