//! `json-eval(path)`: JSONPath over the payload, or over a property or header that holds JSON
//! (message-and-expressions.md §10).

use std::borrow::Cow;
use std::sync::Arc;

use http::HeaderName;
use serde_json::Value;

use super::jsonpath::JsonPath;
use super::{ExpressionProblem, Scope};
use crate::diagnostics::codes;
use crate::message::json::{JsonPayload, value_of};
use crate::message::{Message, Payload, header_text};

/// How the expression starts.
const START: &str = "json-eval(";

/// The scopes whose values a path may be applied to.
const SCOPES: [&str; 3] = ["$ctx:", "$axis2:", "$trp:"];

/// A path and what it is applied to.
#[derive(Clone, Debug)]
pub(super) struct JsonEval {
    source: Source,
    path: JsonPath,
}

#[derive(Clone, Debug)]
enum Source {
    Payload,
    /// `$ctx:name`.
    Default(Arc<str>),
    /// `$axis2:name`.
    Axis2(Arc<str>),
    /// `$trp:name`.
    Header(HeaderName),
}

/// What a path can be applied to.
enum Json<'a> {
    /// There is nothing.
    Nothing,
    /// Text that has not been read.
    Text(Cow<'a, str>),
    /// A payload.
    Payload(&'a JsonPayload),
    /// Made from XML or text.
    Value(Value),
}

impl JsonEval {
    /// Compiles an expression that starts with `json-eval(`; none when it does not.
    ///
    /// # Errors
    /// The parenthesis is not closed, or the path does not follow the grammar.
    pub(super) fn compile(text: &str) -> Option<Result<Self, ExpressionProblem>> {
        let inner = text.strip_prefix(START)?;
        Some(match inner.strip_suffix(')') {
            Some(path) => Self::parse(path, START.len()),
            None => Err(syntax(text.len()..text.len(), "\")\" is missing at the end")),
        })
    }

    /// Compiles the text between the parentheses, which stands `start` bytes behind the start of the expression.
    ///
    /// # Errors
    /// The path does not follow the grammar.
    pub(super) fn parse(text: &str, start: usize) -> Result<Self, ExpressionProblem> {
        let blanks = text.len() - text.trim_start().len();
        let start = start + blanks;
        let text = text.trim();
        let (source, rest) = match scoped(text, start) {
            Some(scoped) => scoped?,
            None => (Source::Payload, text),
        };
        let start = start + text.len() - rest.len();
        // What follows a property is a path from there: `.a` and `[0]`, or nothing.
        let rooted: Cow<'_, str> = match source {
            Source::Payload => Cow::Borrowed(rest),
            _ => Cow::Owned(format!("${rest}")),
        };
        let added = rooted.len() - rest.len();
        match JsonPath::compile(&rooted) {
            Ok(path) => Ok(Self { source, path }),
            Err(problem) => {
                let at = |position: usize| start + position.saturating_sub(added);
                let range = at(problem.range.start)..at(problem.range.end);
                Err(ExpressionProblem { help: problem.help, ..syntax(range, problem.message) })
            }
        }
    }

    pub(super) fn needs_payload(&self) -> bool {
        matches!(self.source, Source::Payload)
    }

    /// The path, when it is one into the payload.
    pub(super) fn payload_path(&self) -> Option<&JsonPath> {
        matches!(self.source, Source::Payload).then_some(&self.path)
    }

    /// What the path finds as text; "" when there is nothing, or no JSON to look at.
    pub(super) fn text<'a>(&self, scope: Scope<'a>) -> Result<Cow<'a, str>, String> {
        let found = |value: &Value| self.path.text(value).map(Cow::Owned).map_err(|error| error.to_string());
        match self.json(scope.message)? {
            Json::Nothing => Ok(Cow::Borrowed("")),
            Json::Payload(payload) if self.path.is_document() => Ok(Cow::Borrowed(payload.text())),
            Json::Payload(payload) => found(payload.value()),
            Json::Value(value) => found(&value),
            Json::Text(text) if self.path.is_document() => Ok(text),
            Json::Text(text) => {
                serde_json::from_str(&text).map_or(Ok(Cow::Borrowed("")), |value| found(&value))
            }
        }
    }

    /// What the path finds; an indefinite path finds a list. A property or header that is no JSON is a text.
    pub(super) fn value(&self, scope: Scope<'_>) -> Result<Option<Value>, String> {
        let found = |value: &Value| self.path.value(value).map_err(|error| error.to_string());
        match self.json(scope.message)? {
            Json::Nothing => Ok(None),
            Json::Payload(payload) => found(payload.value()),
            Json::Value(value) => found(&value),
            Json::Text(text) => match JsonPayload::parse(&text) {
                Ok(json) => found(json.value()),
                Err(_) => Ok(self.path.is_document().then(|| Value::from(text))),
            },
        }
    }

    /// True when the text is `true` in any case: the text `false` is false here.
    pub(super) fn boolean(&self, scope: Scope<'_>) -> Result<bool, String> {
        Ok(self.text(scope)?.eq_ignore_ascii_case("true"))
    }

    fn json<'a>(&self, message: &'a Message) -> Result<Json<'a>, String> {
        let text = match &self.source {
            Source::Payload => return payload(message),
            Source::Default(name) => message.properties.value(name).map(|value| value.text()),
            Source::Axis2(name) => message.axis2(name).map(|value| Cow::Owned(value.text().into_owned())),
            Source::Header(name) => message.headers.get(name).map(header_text),
        };
        Ok(text.map_or(Json::Nothing, Json::Text))
    }
}

/// The payload as JSON: XML and text become JSON first.
fn payload(message: &Message) -> Result<Json<'_>, String> {
    if let Payload::Json(json) = &message.payload {
        return Ok(Json::Payload(json));
    }
    let Some(xml) = message.payload.to_xml() else { return Ok(Json::Nothing) };
    match xml.content() {
        Some(content) => {
            let value = value_of(&xml.document, content).map_err(|error| error.to_string())?;
            Ok(Json::Value(value))
        }
        None => Ok(Json::Nothing),
    }
}

/// A property or header, and what follows its name. `start` is where the text stands in the expression.
fn scoped(text: &str, start: usize) -> Option<Result<(Source, &str), ExpressionProblem>> {
    let scope = SCOPES.into_iter().find(|scope| text.starts_with(scope))?;
    let named = text.get(scope.len()..)?;
    let end = named.find(['.', '[']).unwrap_or(named.len());
    let (name, rest) = named.split_at(end);
    let source = match scope {
        _ if name.is_empty() => None,
        "$ctx:" => Some(Source::Default(name.into())),
        "$axis2:" => Some(Source::Axis2(name.into())),
        _ => HeaderName::try_from(name).ok().map(Source::Header),
    };
    Some(source.map(|source| (source, rest)).ok_or_else(|| {
        let place = start + scope.len();
        syntax(place..place + name.len(), format!("a name is needed after {scope}"))
    }))
}

fn syntax(range: std::ops::Range<usize>, message: impl Into<String>) -> ExpressionProblem {
    ExpressionProblem::new(codes::EXPRESSION_SYNTAX, range, message)
}
