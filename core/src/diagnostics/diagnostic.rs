//! One problem.

use std::cmp::Ordering;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{Code, Location};

/// How bad a problem is; worse sorts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The artifact cannot be used.
    Error,
    /// The artifact works, but probably not as meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// True for [`Severity::Error`].
    pub const fn is_error(self) -> bool {
        matches!(self, Severity::Error)
    }

    /// The word printed before the code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// One problem with its place, explanation and remedy.
///
/// Diagnostics order by file name, offset and code; those without a place come first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The problem in one sentence, without a final stop.
    pub message: String,
    /// Where it is, when it is in a file.
    pub location: Option<Location>,
    /// The text at the caret under the excerpt; may be empty.
    pub label: String,
    /// Other places that matter, each with its text.
    pub related: Vec<(Location, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A problem that keeps the artifact from being used.
    pub fn error(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, message.into())
    }

    /// A problem the artifact can live with.
    pub fn warning(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, message.into())
    }

    /// Something worth knowing.
    pub fn note(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Note, code, message.into())
    }

    fn new(severity: Severity, code: Code, message: String) -> Diagnostic {
        Diagnostic {
            code,
            severity,
            message,
            location: None,
            label: String::new(),
            related: Vec::new(),
            help: None,
        }
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, location: Location) -> Diagnostic {
        self.location = Some(location);
        self
    }

    /// Sets the text at the caret.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Diagnostic {
        self.label = text.into();
        self
    }

    /// Adds another place that matters.
    #[must_use]
    pub fn related(mut self, location: Location, text: impl Into<String>) -> Diagnostic {
        self.related.push((location, text.into()));
        self
    }

    /// Sets the remedy.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help = Some(text.into());
        self
    }

    /// What decides the order first; the rest only keeps `Ord` consistent with `Eq`.
    fn sort_key(&self) -> (Option<(&str, u32)>, Code) {
        (self.location.as_ref().map(|place| (place.file.name(), place.span.start)), self.code)
    }
}

impl Ord for Diagnostic {
    fn cmp(&self, other: &Diagnostic) -> Ordering {
        let place = |location: &Location| (location.file.name().to_owned(), location.span);
        let places = |diagnostic: &Diagnostic| -> Vec<_> {
            diagnostic.related.iter().map(|(location, text)| (place(location), text.clone())).collect()
        };
        self.sort_key()
            .cmp(&other.sort_key())
            .then_with(|| self.severity.cmp(&other.severity))
            .then_with(|| self.message.cmp(&other.message))
            .then_with(|| self.label.cmp(&other.label))
            .then_with(|| self.help.cmp(&other.help))
            .then_with(|| self.location.as_ref().map(place).cmp(&other.location.as_ref().map(place)))
            .then_with(|| places(self).cmp(&places(other)))
    }
}

impl PartialOrd for Diagnostic {
    fn partial_cmp(&self, other: &Diagnostic) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Flat: `code`, `severity`, `message`, `file`, `line`, `column`, `end_line`, `end_column`, `label`, `help`,
/// `related`; absent things are `null`.
impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = self.location.as_ref();
        let start = place.map(Location::position);
        let end = place.map(|place| place.file.position(place.span.end));
        let related: Vec<Related<'_>> = self.related.iter().map(Related::new).collect();
        let mut fields = serializer.serialize_struct("Diagnostic", 11)?;
        fields.serialize_field("code", &self.code)?;
        fields.serialize_field("severity", &self.severity)?;
        fields.serialize_field("message", &self.message)?;
        fields.serialize_field("file", &place.map(|place| place.file.name()))?;
        fields.serialize_field("line", &start.map(|position| position.line))?;
        fields.serialize_field("column", &start.map(|position| position.column))?;
        fields.serialize_field("end_line", &end.map(|position| position.line))?;
        fields.serialize_field("end_column", &end.map(|position| position.column))?;
        fields.serialize_field("label", &self.label)?;
        fields.serialize_field("help", &self.help)?;
        fields.serialize_field("related", &related)?;
        fields.end()
    }
}

#[derive(serde::Serialize)]
struct Related<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    message: &'a str,
}

impl<'a> Related<'a> {
    fn new((location, message): &'a (Location, String)) -> Related<'a> {
        let start = location.position();
        let end = location.file.position(location.span.end);
        Related {
            file: location.file.name(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            message,
        }
    }
}
