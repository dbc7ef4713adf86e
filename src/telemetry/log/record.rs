//! One record and its two written forms.

use std::fmt::{self, Write};
use std::time::SystemTime;

use tracing::Level;
use tracing::field::{Field, Visit};

use super::LineFormat;
use crate::telemetry::names::{FIELD_ARTIFACT, TARGET_MEDIATION};
use crate::telemetry::{clock, escape};

/// One record.
pub(super) struct Record {
    time: SystemTime,
    level: Level,
    target: String,
    message: String,
    fields: Fields,
}

/// Names and values in the order in which they were given; a later value takes the place of an earlier one of the
/// same name.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(Vec<(&'static str, Value)>);

#[derive(Debug, Clone)]
enum Value {
    /// A number, or true or false, as JSON writes it.
    Literal(String),
    Text(String),
}

/// Keys of a JSON record that no field may take.
const RESERVED: [&str; 4] = ["ts", "level", "target", "message"];

impl Record {
    pub(super) fn new(time: SystemTime, level: Level, target: &str, mut fields: Fields) -> Record {
        let message = fields.take("message").unwrap_or_default();
        // Records that come from the `log` crate carry their origin in fields.
        let mut target = fields.take("log.target").unwrap_or_else(|| target.to_owned());
        for name in ["log.module_path", "log.file", "log.line"] {
            let _ = fields.take(name);
        }
        if target == TARGET_MEDIATION
            && let Some(artifact) = fields.text(FIELD_ARTIFACT)
        {
            target = format!("{target}.{artifact}");
        }
        Record { time, level, target, message, fields }
    }

    /// The line, with its line end.
    pub(super) fn to_line(&self, format: LineFormat) -> String {
        let mut line = String::with_capacity(160);
        match format {
            LineFormat::Json => self.write_json(&mut line),
            LineFormat::Text => self.write_text(&mut line),
        }
        line.push('\n');
        line
    }

    fn write_json(&self, line: &mut String) {
        line.extend([
            "{\"ts\":\"",
            &clock::rfc3339(self.time),
            "\",\"level\":\"",
            level_name(self.level),
            "\"",
        ]);
        write_json_text(line, "target", &self.target);
        write_json_text(line, "message", &self.message);
        for (name, value) in &self.fields.0 {
            let key = if RESERVED.contains(name) { format!("field.{name}") } else { (*name).to_owned() };
            match value {
                Value::Text(text) => write_json_text(line, &key, text),
                Value::Literal(literal) => {
                    write_json_key(line, &key);
                    line.push_str(literal);
                }
            }
        }
        line.push('}');
    }

    fn write_text(&self, line: &mut String) {
        let level = level_name(self.level).to_ascii_uppercase();
        // Writing to a string cannot fail.
        let _ = write!(line, "{} {level:>5} ", clock::rfc3339(self.time));
        escape::plain(line, &self.target);
        line.push_str(": ");
        escape::plain(line, &self.message);
        for (name, value) in &self.fields.0 {
            line.extend([" ", name, "="]);
            match value {
                Value::Literal(literal) => line.push_str(literal),
                Value::Text(text) if needs_quotes(text) => {
                    line.push('"');
                    escape::json_text(line, text);
                    line.push('"');
                }
                Value::Text(text) => line.push_str(text),
            }
        }
    }
}

fn write_json_text(line: &mut String, name: &str, text: &str) {
    write_json_key(line, name);
    line.push('"');
    escape::json_text(line, text);
    line.push('"');
}

fn write_json_key(line: &mut String, name: &str) {
    line.push_str(",\"");
    escape::json_text(line, name);
    line.push_str("\":");
}

/// Whether text would not be seen to end, or is to be escaped.
fn needs_quotes(text: &str) -> bool {
    text.is_empty()
        || text.chars().any(|letter| !letter.is_alphanumeric() && !"-_./:@%+*,[]".contains(letter))
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

// === impl Fields ===

impl Fields {
    /// Adds those of another; they win.
    pub(super) fn extend(&mut self, others: &Fields) {
        for (name, value) in &others.0 {
            self.set(name, value.clone());
        }
    }

    fn set(&mut self, name: &'static str, value: Value) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| *known == name)?;
        Some(value.as_str())
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| *known == name)?;
        Some(self.0.remove(at).1.as_str().to_owned())
    }
}

impl Value {
    fn as_str(&self) -> &str {
        match self {
            Self::Literal(text) | Self::Text(text) => text,
        }
    }
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field.name(), Value::Literal(value.to_string()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field.name(), Value::Literal(value.to_string()));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no word for infinity and for what is no number.
        let value = if value.is_finite() {
            Value::Literal(value.to_string())
        } else {
            Value::Text(value.to_string())
        };
        self.set(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field.name(), Value::Literal(value.to_string()));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field.name(), Value::Text(value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field.name(), Value::Text(format!("{value:?}")));
    }
}
