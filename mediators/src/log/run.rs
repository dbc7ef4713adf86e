//! Composing and writing log texts.

use std::fmt::Write;
use std::str::FromStr;
use std::sync::Arc;

use sinew_core::expression::ValueSource;
use sinew_core::mediation::{Exchange, Fault, Flow, Mediate};
use sinew_core::message::{Message, Payload, XmlPayload};
use sinew_core::xml::NodeKind;

/// Writes about the message.
pub(super) struct Logger {
    pub(super) level: Level,
    pub(super) category: Category,
    pub(super) separator: Arc<str>,
    pub(super) with_message_id: bool,
    pub(super) properties: Arc<[LogProperty]>,
    pub(super) artifact: Arc<str>,
}

/// One line of the text that the configuration adds.
#[derive(Clone, Debug)]
pub(super) struct LogProperty {
    pub(super) name: Arc<str>,
    pub(super) value: ValueSource,
}

/// How much is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Simple,
    Headers,
    Full,
    Custom,
}

/// How important it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

impl Mediate for Logger {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        if exchange.observer.is_none() && !self.category.is_read() {
            return Ok(Flow::Continue);
        }
        let text = self.text(exchange)?;
        self.category.write(&self.artifact, &text);
        if let Some(observer) = &mut exchange.observer {
            observer.logged(self.category.word(), &text);
        }
        Ok(Flow::Continue)
    }
}

impl Logger {
    /// The text, laid out as in mediators.md §3.7.
    fn text(&self, exchange: &Exchange) -> Result<String, Fault> {
        let message = &exchange.message;
        let mut text = Parts { text: String::new(), separator: &self.separator };
        match self.level {
            Level::Custom if self.with_message_id => text.part("MessageID: ", message.message_id()),
            Level::Custom => {}
            Level::Simple | Level::Full => text.simple(message),
            Level::Headers => text.header_blocks(message),
        }
        for LogProperty { name, value } in &*self.properties {
            let value = value.string(exchange.scope())?;
            text.part(&format!("{name} = "), value.as_deref().unwrap_or("null"));
        }
        if self.level == Level::Full {
            text.payload(message);
        }
        Ok(text.text)
    }
}

/// A text of parts with a separator between them.
struct Parts<'a> {
    text: String,
    separator: &'a str,
}

impl Parts<'_> {
    fn part(&mut self, name: &str, value: &str) {
        if !self.text.is_empty() {
            self.text.push_str(self.separator);
        }
        self.text.push_str(name);
        self.text.push_str(value);
    }

    /// The addressing fields; those that are absent are left out, but for `To`.
    fn simple(&mut self, message: &Message) {
        let addressing = &message.addressing;
        self.part("To: ", message.to().as_deref().unwrap_or_default());
        let fields = [
            ("From: ", addressing.from()),
            ("WSAction: ", message.action()),
            ("SOAPAction: ", message.soap_action()),
            ("ReplyTo: ", addressing.reply_to()),
            ("MessageID: ", Some(&**message.message_id())),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                self.part(name, value);
            }
        }
        self.part("Direction: ", if message.is_response() { "response" } else { "request" });
    }

    /// Each SOAP header block with the text directly inside it: what stands deeper, as in security headers, is not
    /// for logs.
    fn header_blocks(&mut self, message: &Message) {
        let Payload::Xml(xml) = &message.payload else { return };
        let document = &xml.document;
        for block in xml.header_blocks() {
            let name = document.name(block).map_or("", |name| name.local);
            let texts = document.children(block).filter(|&child| document.kind(child) == NodeKind::Text);
            let text: String = texts.map(|child| document.text(child)).collect();
            self.part(&format!("{name} : "), &text);
        }
    }

    /// The payload: `Envelope` for SOAP, `Payload` for everything else.
    fn payload(&mut self, message: &Message) {
        match &message.payload {
            Payload::Xml(xml @ XmlPayload { soap: Some(_), .. }) => {
                self.part("Envelope: ", &xml.document.to_xml());
            }
            Payload::Xml(xml) => self.part("Payload: ", &xml.document.to_xml()),
            Payload::Text(text) => self.part("Payload: ", text),
            Payload::Json(json) => self.part("Payload: ", json.text()),
            Payload::Bytes(bytes) => {
                let mut size = String::new();
                let _ = write!(size, "{} bytes", bytes.len());
                if let Some(media_type) = message.media_type() {
                    let _ = write!(size, " of {media_type}");
                }
                self.part("Payload: ", &size);
            }
            Payload::Empty | Payload::Stream(_) | Payload::Sent => self.part("Payload: ", ""),
        }
    }
}

impl Level {
    /// Every accepted word, for messages.
    pub(super) const WORDS: [&str; 4] = ["simple", "headers", "full", "custom"];

    /// True when the payload must be in memory for it.
    pub(super) fn shows_payload(self) -> bool {
        matches!(self, Level::Headers | Level::Full)
    }
}

impl FromStr for Level {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Ok(match word {
            "simple" => Level::Simple,
            "headers" => Level::Headers,
            "full" => Level::Full,
            "custom" => Level::Custom,
            _ => return Err(()),
        })
    }
}

impl Category {
    /// Every accepted word, for messages.
    pub(super) const WORDS: [&str; 6] = ["INFO", "TRACE", "DEBUG", "WARN", "ERROR", "FATAL"];

    fn word(self) -> &'static str {
        match self {
            Category::Trace => "TRACE",
            Category::Debug => "DEBUG",
            Category::Info => "INFO",
            Category::Warn => "WARN",
            Category::Error => "ERROR",
            Category::Fatal => "FATAL",
        }
    }

    /// False when nobody reads the log at this level. Texts for `INFO` and above are computed all the same, as their
    /// expressions may fail; those below are for nothing then.
    fn is_read(self) -> bool {
        match self {
            Category::Trace => tracing::enabled!(target: "mediation", tracing::Level::TRACE),
            Category::Debug => tracing::enabled!(target: "mediation", tracing::Level::DEBUG),
            Category::Info | Category::Warn | Category::Error | Category::Fatal => true,
        }
    }

    fn write(self, artifact: &str, text: &str) {
        match self {
            Category::Trace => tracing::trace!(target: "mediation", artifact, "{text}"),
            Category::Debug => tracing::debug!(target: "mediation", artifact, "{text}"),
            Category::Info => tracing::info!(target: "mediation", artifact, "{text}"),
            Category::Warn => tracing::warn!(target: "mediation", artifact, "{text}"),
            Category::Error | Category::Fatal => tracing::error!(target: "mediation", artifact, "{text}"),
        }
    }
}

impl FromStr for Category {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Ok(match word {
            "TRACE" => Category::Trace,
            "DEBUG" => Category::Debug,
            "INFO" => Category::Info,
            "WARN" => Category::Warn,
            "ERROR" => Category::Error,
            "FATAL" => Category::Fatal,
            _ => return Err(()),
        })
    }
}
