//! What happened in one exchange, as text that is the same at every run.

use std::fmt;

use http::HeaderMap;
use sinew_core::message::header_text;

/// Everything that happened in one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// What was sent in: method and target, or the sequence it went to.
    pub request: String,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// The status of the answer.
    pub status: u16,
    /// The headers of the answer but `Date`, as `name: value`, by name.
    pub headers: Vec<String>,
    /// The body of the answer.
    pub body: String,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A mediator ran.
    Visited {
        /// Its address, as `proxy:Echo/in/1.Header`.
        address: String,
        /// What it changed.
        changes: Vec<Change>,
        /// Why it failed, if it did.
        fault: Option<String>,
    },
    /// Something was logged.
    Logged {
        /// `INFO`, `WARN` and so on.
        level: String,
        /// The text.
        text: String,
    },
    /// An endpoint was called.
    Call {
        /// The method.
        method: String,
        /// The absolute address.
        address: String,
        /// The headers as `name: value`, by name.
        headers: Vec<String>,
        /// The body.
        body: String,
        /// What the stub answered.
        answer: String,
    },
}

/// A part of the message that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The part: `To`, `transport Host`, `default RESPONSE`, `payload` …
    pub part: String,
    /// Its value before; `None` when it was not there.
    pub before: Option<String>,
    /// Its value afterwards; `None` when it is gone.
    pub after: Option<String>,
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.request)?;
        for event in &self.events {
            event.fmt(f)?;
        }
        writeln!(f, "answer {}", self.status)?;
        write_message(f, &self.headers, &self.body)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Visited { address, changes, fault } => {
                writeln!(f, "{address}")?;
                for change in changes {
                    writeln!(f, "    {change}")?;
                }
                if let Some(fault) = fault {
                    writeln!(f, "    fault: {fault}")?;
                }
                Ok(())
            }
            Event::Logged { level, text } => writeln!(f, "    log {level}: {text}"),
            Event::Call { method, address, headers, body, answer } => {
                writeln!(f, "call {method} {address}")?;
                write_message(f, headers, body)?;
                writeln!(f, "  -> {answer}")
            }
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (None, Some(after)) => write!(f, "+ {}: {after}", self.part),
            (Some(before), None) => write!(f, "- {}: {before}", self.part),
            (Some(before), Some(after)) => write!(f, "~ {}: {before} -> {after}", self.part),
            (None, None) => write!(f, "  {}", self.part),
        }
    }
}

fn write_message(f: &mut fmt::Formatter<'_>, headers: &[String], body: &str) -> fmt::Result {
    for header in headers {
        writeln!(f, "    {header}")?;
    }
    if !body.is_empty() {
        writeln!(f)?;
    }
    for line in body.lines() {
        writeln!(f, "    {line}")?;
    }
    Ok(())
}

/// Headers by name without those that differ at every run.
pub(super) fn header_lines(headers: &HeaderMap) -> Vec<String> {
    let mut lines: Vec<String> = headers
        .iter()
        .filter(|(name, _)| *name != http::header::DATE)
        .map(|(name, value)| format!("{name}: {}", header_text(value)))
        .collect();
    lines.sort();
    lines
}

/// Bytes as text; bytes that are none are counted instead.
pub(super) fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => format!("<{} bytes>", bytes.len()),
    }
}
