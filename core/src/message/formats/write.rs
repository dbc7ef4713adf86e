//! From a payload to bytes (message-and-expressions.md §5).

use bytes::Bytes;

use super::charset::{Charset, Unmappable};
use super::{FormatError, Kind, content_type, form};
use crate::message::{
    Axis2Entry, Dialect, Direction, Message, Payload, SoapVersion, Towards, Value, XmlPayload, json,
};
use crate::xml::Document;

/// The forms a payload can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formatter {
    /// A SOAP envelope of this version.
    Soap(SoapVersion),
    /// XML without an envelope.
    Xml,
    /// JSON.
    Json,
    /// The fields of a form.
    Form,
    /// Text.
    Text,
}

/// A payload as it goes out.
#[derive(Clone, Debug)]
pub struct Written {
    /// The bytes.
    pub bytes: Bytes,
    /// The content type to send; `None` when the one that was received still fits.
    pub content_type: Option<String>,
}

/// The media type set as `messageType`, when it names a formatter. One without a formatter leaves the payload to be
/// written as it is (message-and-expressions.md §5.1, §5.2).
pub(super) fn wanted(message: &Message) -> Option<Kind> {
    match message.axis2.entry("messageType") {
        Axis2Entry::Set(value) => Some(Kind::of(&value.text())).filter(|kind| *kind != Kind::Opaque),
        _ => None,
    }
}

/// True when the payload still streams and the configuration asks for a form that its bytes are not in. Without
/// `messageType` the answer costs one look-up.
pub fn must_read(message: &Message) -> bool {
    if !message.payload.is_stream() {
        return false;
    }
    let Some(wanted) = wanted(message) else { return false };
    let received = message.media_type().map_or(Kind::Opaque, |media_type| Kind::of(&media_type));
    let is_soap = |kind| matches!(kind, Kind::Soap11 | Kind::Soap12);
    match (wanted, received) {
        (_, Kind::Opaque) => false,
        (Kind::Soap11, Kind::Xml) if is_rest(message) => false,
        // An envelope is sent in its own version.
        (wanted, received) if is_soap(wanted) && is_soap(received) => false,
        (wanted, received) => wanted != received,
    }
}

/// Whether the exchange is REST: a request as it speaks itself, a response as its client speaks.
fn is_rest(message: &Message) -> bool {
    match message.direction {
        Direction::Request => message.is_rest(),
        Direction::Response => message.client == Dialect::Rest,
    }
}

/// Writes a payload that is in memory. An envelope goes out without the addressing headers that it came with, unless
/// property `PRESERVE_WS_ADDRESSING` is true (message-and-expressions.md §12.2, mediators.md case 84). The formatter is
/// that of `messageType`, else the payload's own, which is that of the content type it came with.
///
/// # Errors
/// A charset that nobody knows, or a tree that has no such form.
pub fn write(message: &Message, towards: Towards) -> Result<Written, FormatError> {
    let payload = &message.payload;
    let Some(formatter) = formatter(message, towards) else {
        let bytes = match payload {
            Payload::Bytes(bytes) => bytes.clone(),
            _ => Bytes::new(),
        };
        return Ok(Written { bytes, content_type: content_type::configured(message) });
    };
    let charset = content_type::charset(message)?;
    let content_type = content_type::of(formatter, message, &charset);
    let bytes = bytes(payload, formatter, message, &charset)?;
    Ok(Written { bytes, content_type })
}

/// Writes a payload that is in memory in a form that an endpoint asks for, whatever `messageType` says. Nothing becomes
/// an empty envelope where an envelope is asked for.
///
/// # Errors
/// As [`write()`]; and the payload is bytes that have no other form.
pub fn write_as(message: &Message, formatter: Formatter) -> Result<Written, FormatError> {
    let charset = content_type::charset(message)?;
    let bytes = bytes(&message.payload, formatter, message, &charset)?;
    let content_type = content_type::plain(formatter, message, &charset);
    Ok(Written { bytes, content_type: Some(content_type) })
}

/// Which formatter writes the payload; `None` for what is sent as it is.
fn formatter(message: &Message, towards: Towards) -> Option<Formatter> {
    let payload = &message.payload;
    let (Payload::Xml(_) | Payload::Json(_) | Payload::Text(_)) = payload else { return None };
    let own = match payload {
        Payload::Xml(xml) => xml.soap,
        _ => None,
    };
    Some(match wanted(message) {
        Some(Kind::Soap11) if is_rest(message) => Formatter::Xml,
        Some(Kind::Soap11) => Formatter::Soap(own.unwrap_or(SoapVersion::Soap11)),
        Some(Kind::Soap12) => Formatter::Soap(own.unwrap_or(SoapVersion::Soap12)),
        Some(Kind::Xml) => Formatter::Xml,
        Some(Kind::Json) => Formatter::Json,
        Some(Kind::Form) => Formatter::Form,
        Some(Kind::Text) => Formatter::Text,
        Some(Kind::Opaque) | None => own_formatter(message, towards),
    })
}

fn own_formatter(message: &Message, towards: Towards) -> Formatter {
    match &message.payload {
        Payload::Json(_) => Formatter::Json,
        Payload::Text(_) => Formatter::Text,
        Payload::Xml(xml) => match (xml.soap, content_type::received(message)) {
            (Some(_), _) if is_fault_for_rest(message, xml, towards) => Formatter::Xml,
            (Some(version), _) => Formatter::Soap(version),
            // A tree made from JSON, or in its place, goes out as JSON.
            (None, Kind::Json) => Formatter::Json,
            (None, Kind::Form) if is_form(&xml.document) => Formatter::Form,
            (None, _) => Formatter::Xml,
        },
        _ => Formatter::Xml,
    }
}

/// A client that does not speak SOAP gets what a fault says without its envelope (message-and-expressions.md §1.2, case
/// 44), unless `FORCE_SOAP_FAULT` is set.
fn is_fault_for_rest(message: &Message, xml: &XmlPayload, towards: Towards) -> bool {
    towards == Towards::Client
        && message.client == Dialect::Rest
        && xml.is_fault()
        && !matches!(message.axis2.entry("FORCE_SOAP_FAULT"), Axis2Entry::Set(_))
}

fn is_form(document: &Document) -> bool {
    document.root_element().is_some_and(|root| document.has_name(root, "", form::WRAPPER))
}

fn bytes(
    payload: &Payload,
    formatter: Formatter,
    message: &Message,
    charset: &Charset,
) -> Result<Bytes, FormatError> {
    let (text, unmappable) = match (formatter, payload) {
        (_, Payload::Bytes(_)) => return Err(FormatError::NoTree),
        (Formatter::Json | Formatter::Text, Payload::Json(json)) => {
            (json.text().to_owned(), Unmappable::Json)
        }
        (Formatter::Text, Payload::Text(text)) => (text.to_string(), Unmappable::Text),
        (Formatter::Soap(version), payload) => {
            let mut envelope = match payload.to_xml() {
                Some(xml) => xml.in_envelope(version),
                None => XmlPayload::empty_envelope(version),
            };
            if !message.properties.value("PRESERVE_WS_ADDRESSING").is_some_and(Value::is_true) {
                envelope.remove_addressing();
            }
            (xml(&envelope.document, message, charset), Unmappable::Xml)
        }
        (_, payload) => match payload.to_xml().and_then(|xml| xml.without_envelope()) {
            Some(content) => without_envelope(&content.document, formatter, message, charset)?,
            None => return Ok(Bytes::new()),
        },
    };
    Ok(charset.encode(text, unmappable))
}

fn without_envelope(
    document: &Document,
    formatter: Formatter,
    message: &Message,
    charset: &Charset,
) -> Result<(String, Unmappable), FormatError> {
    let Some(root) = document.root_element() else { return Ok((String::new(), Unmappable::Text)) };
    Ok(match formatter {
        Formatter::Json => (json::value_of(document, root)?.to_string(), Unmappable::Json),
        Formatter::Form => (form::write(document, root, charset), Unmappable::Text),
        Formatter::Text => (document.string_value(root).into_owned(), Unmappable::Text),
        Formatter::Soap(_) | Formatter::Xml => (xml(document, message, charset), Unmappable::Xml),
    })
}

/// A document as text, with an XML declaration when `WRITE_XML_DECLARATION` asks for it (message-and-expressions.md
/// §5.2, §12.3).
fn xml(document: &Document, message: &Message, charset: &Charset) -> String {
    let text = document.to_xml();
    let is_set = |name| matches!(message.axis2.entry(name), Axis2Entry::Set(value) if value.is_true());
    if !is_set("WRITE_XML_DECLARATION") {
        return text;
    }
    let standalone = if is_set("XML_DECLARATION_STANDALONE") { " standalone=\"yes\"" } else { "" };
    format!("<?xml version=\"1.0\" encoding=\"{}\"{standalone}?>{text}", charset.name)
}
