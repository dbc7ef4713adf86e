//! Setting and removing headers of three kinds.

use std::str::FromStr;
use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use sinew_core::expression::{Expression, ValueSource};
use sinew_core::mediation::{Exchange, Fault, Flow, Mediate};
use sinew_core::message::{Addressing, Destination, Payload, Value, ValueType, XmlPayload};
use sinew_core::xml::Document;

use crate::parts::{computed_header_value, set_header};

/// The addressing fields that have a name of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    To,
    From,
    Action,
    FaultTo,
    ReplyTo,
    RelatesTo,
}

impl Field {
    /// Every name, for messages.
    pub(super) const NAMES: [&str; 6] = ["To", "From", "Action", "FaultTo", "ReplyTo", "RelatesTo"];

    /// `None` removes the field.
    fn set(self, addressing: &mut Addressing, value: Option<Arc<str>>) {
        match self {
            Field::To => addressing.to = value.map_or(Destination::Cleared, Destination::Address),
            // Empty, so that what the client says does not take the place of what was removed.
            Field::From => addressing.from = Some(value.unwrap_or_default()),
            Field::FaultTo => addressing.fault_to = Some(value.unwrap_or_default()),
            Field::ReplyTo => addressing.reply_to = Some(value.unwrap_or_default()),
            Field::RelatesTo => addressing.relates_to = Some(value.unwrap_or_default()),
            Field::Action => addressing.action = Some(value.unwrap_or_default()),
        }
    }
}

impl FromStr for Field {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Ok(match name {
            "To" => Field::To,
            "From" => Field::From,
            "Action" => Field::Action,
            "FaultTo" => Field::FaultTo,
            "ReplyTo" => Field::ReplyTo,
            "RelatesTo" => Field::RelatesTo,
            _ => return Err(()),
        })
    }
}

/// Sets an addressing field, or removes it without a value. A null value removes it, too.
#[derive(Clone, Debug)]
pub(super) struct AddressingHeader {
    pub(super) field: Field,
    pub(super) value: Option<ValueSource>,
}

impl AddressingHeader {
    pub(super) fn needs_payload(&self) -> bool {
        self.value.as_ref().is_some_and(ValueSource::needs_payload)
    }
}

impl Mediate for AddressingHeader {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        let value = match &self.value {
            None => None,
            Some(ValueSource::Literal(text)) => Some(text.clone()),
            Some(ValueSource::Computed(expression)) => match expression.string(exchange.scope())? {
                // Addresses and actions end up in request lines and headers (hardening.md §2 row 5).
                Some(text) if text.contains(char::is_control) => {
                    return Err(Fault::mediation("an addressing header contains a control character")
                        .detail(format!("{text:?}")));
                }
                text => text.map(Arc::from),
            },
        };
        self.field.set(&mut exchange.message.addressing, value);
        Ok(Flow::Continue)
    }
}

/// Sets an HTTP header, or removes every line of it without a value.
#[derive(Clone, Debug)]
pub(super) struct TransportHeader {
    pub(super) name: HeaderName,
    pub(super) value: Option<HeaderText>,
}

/// The value of an HTTP header.
#[derive(Clone, Debug)]
pub(super) enum HeaderText {
    Literal(HeaderValue),
    Computed(Expression),
}

impl TransportHeader {
    /// True for a computed value that reads it, and for `Content-Encoding`: what that header speaks of is undone first
    /// (message-and-expressions.md case 43).
    pub(super) fn needs_payload(&self) -> bool {
        self.name == http::header::CONTENT_ENCODING
            || matches!(&self.value, Some(HeaderText::Computed(expression)) if expression.needs_payload())
    }
}

impl Mediate for TransportHeader {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        let value = match &self.value {
            None => None,
            Some(HeaderText::Literal(value)) => Some(value.clone()),
            Some(HeaderText::Computed(expression)) => {
                let text = expression.string(exchange.scope())?;
                text.map(|text| computed_header_value(&text)).transpose()?
            }
        };
        set_header(&mut exchange.message.headers, &self.name, value);
        Ok(Flow::Continue)
    }
}

/// The qualified name of a header block.
#[derive(Clone, Debug)]
pub(super) struct BlockName {
    pub(super) prefix: Arc<str>,
    pub(super) local: Arc<str>,
    pub(super) namespace: Arc<str>,
}

impl BlockName {
    /// A header block of this name.
    pub(super) fn block(&self, content: &Value) -> Document {
        let mut document = Document::new();
        let block = document.create_element(&self.prefix, &self.local, &self.namespace);
        document.declare_namespace(block, &self.prefix, &self.namespace);
        document.append_child(document.document_node(), block);
        match content {
            Value::Xml(element) => {
                let child = document.import(element, element.document_node());
                document.append_child(block, child);
            }
            text => document.set_text(block, &text.text()),
        }
        document
    }
}

/// Adds copies of blocks that were written down, every time anew (case 67).
#[derive(Clone, Debug)]
pub(super) struct AppendBlocks(pub(super) Vec<Arc<Document>>);

/// Adds a block whose content is computed per message.
#[derive(Clone, Debug)]
pub(super) struct ComputedBlock {
    pub(super) name: BlockName,
    pub(super) expression: Expression,
    pub(super) as_element: bool,
}

/// Removes every block of a name.
#[derive(Clone, Debug)]
pub(super) struct RemoveBlocks(pub(super) BlockName);

impl Mediate for AppendBlocks {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        if let Some(envelope) = envelope(exchange) {
            for block in &self.0 {
                envelope.append_header_block(block);
            }
        }
        Ok(Flow::Continue)
    }
}

impl Mediate for ComputedBlock {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        // Null makes an empty block, as in Apache Synapse.
        let text = self.expression.string(exchange.scope())?.unwrap_or_default();
        let value_type = if self.as_element && !text.is_empty() { ValueType::Om } else { ValueType::String };
        let content = value_type.convert(&text).map_err(|error| Fault::mediation(error.to_string()))?;
        let block = self.name.block(&content);
        if let Some(envelope) = envelope(exchange) {
            envelope.append_header_block(&block);
        }
        Ok(Flow::Continue)
    }
}

impl Mediate for RemoveBlocks {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        if let Some(envelope) = envelope(exchange) {
            envelope.remove_header_blocks(&self.0.namespace, &self.0.local);
        }
        Ok(Flow::Continue)
    }
}

/// The SOAP envelope of the message, if it has one. Without one there is nowhere to put a header block, and on the wire
/// the block would not have been seen in Apache Synapse either.
fn envelope(exchange: &mut Exchange) -> Option<&mut XmlPayload> {
    match &mut exchange.message.payload {
        Payload::Xml(xml) if xml.soap.is_some() => Some(xml),
        _ => {
            tracing::debug!(target: "mediation", "the message has no SOAP envelope; its header blocks stay as they are");
            None
        }
    }
}
