//! Between bytes and payloads: which content types have a tree, and what a payload looks like on the wire.

mod soap;
mod soap_fault;

pub use soap_fault::{SoapFault, SoapFaultCode, SoapFaultDetail};

use bytes::Bytes;

use super::{Message, Payload, SoapVersion, XmlPayload};
use crate::xml::{Limits, XmlError};

/// The payload is not what its content type says.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The XML is not well-formed or exceeds a limit.
    #[error("the payload is not well-formed XML: {0}")]
    Xml(#[from] XmlError),
    /// The envelope belongs to another SOAP version than the content type.
    #[error("the content type says {expected}, the envelope says {found}")]
    SoapVersion {
        /// By content type.
        expected: &'static str,
        /// By envelope.
        found: &'static str,
    },
}

/// Decodes collected bytes by the message's content type (message-and-expressions.md §4): XML types become trees,
/// plain text becomes text, everything else stays bytes.
///
/// # Errors
/// The bytes contradict the content type.
pub fn read(bytes: Bytes, message: &Message) -> Result<Payload, FormatError> {
    if bytes.is_empty() {
        return Ok(Payload::Empty);
    }
    let media_type = message.media_type().unwrap_or_default();
    let charset = message.charset();
    match media_type.as_str() {
        "text/xml" => xml(&bytes, charset, Some(SoapVersion::Soap11), message.is_rest()),
        "application/soap+xml" => xml(&bytes, charset, Some(SoapVersion::Soap12), false),
        "application/xml" => xml(&bytes, charset, None, true),
        other if other.ends_with("+xml") => xml(&bytes, charset, None, true),
        "text/plain" => Ok(text(bytes, charset.as_deref())),
        _ => Ok(Payload::Bytes(bytes)),
    }
}

fn xml(
    bytes: &[u8],
    charset: Option<String>,
    expected: Option<SoapVersion>,
    rest: bool,
) -> Result<Payload, FormatError> {
    let document = crate::xml::parse_bytes(bytes, charset.as_deref(), &Limits::default())?;
    let soap = soap::version(&document);
    match (expected, soap) {
        (Some(expected), Some(found)) if expected != found => {
            return Err(FormatError::SoapVersion { expected: expected.word(), found: found.word() });
        }
        (Some(expected), None) if !rest => {
            return Err(FormatError::SoapVersion { expected: expected.word(), found: "no envelope" });
        }
        _ => {}
    }
    Ok(Payload::Xml(XmlPayload { document: document.into(), soap, charset: charset.map(Into::into) }))
}

/// Text in a charset we know; text in another stays bytes.
fn text(bytes: Bytes, charset: Option<&str>) -> Payload {
    let encoding = match charset {
        None => Some(encoding_rs::UTF_8),
        Some(label) => encoding_rs::Encoding::for_label(label.as_bytes()),
    };
    match encoding.and_then(|encoding| encoding.decode_without_bom_handling_and_without_replacement(&bytes)) {
        Some(text) => Payload::Text(text.into()),
        None => Payload::Bytes(bytes),
    }
}

/// The bytes of a payload that is in memory, and the content type it has by nature; `None` for payloads that are as
/// they were received.
pub fn write(payload: &Payload) -> (Bytes, Option<String>) {
    match payload {
        Payload::Empty | Payload::Sent | Payload::Stream(_) => (Bytes::new(), None),
        Payload::Bytes(bytes) => (bytes.clone(), None),
        Payload::Text(text) => (Bytes::copy_from_slice(text.as_bytes()), None),
        Payload::Xml(xml) => {
            let text = xml.document.to_xml();
            (Bytes::from(text), content_type(payload))
        }
    }
}

/// The content type that a decoded payload has by nature; `None` where only the sender knows.
pub fn content_type(payload: &Payload) -> Option<String> {
    let Payload::Xml(xml) = payload else { return None };
    let media_type = xml.soap.map_or("application/xml", SoapVersion::media_type);
    Some(format!("{media_type}; charset=UTF-8"))
}

impl XmlPayload {
    /// True when the payload is a SOAP envelope with a fault in its body.
    pub fn is_fault(&self) -> bool {
        self.soap.is_some_and(|version| soap::fault(&self.document, version).is_some())
    }

    /// The element that carries the message: the first child of the SOAP body, or the root.
    pub fn content(&self) -> Option<crate::xml::NodeId> {
        match self.soap {
            Some(version) => {
                let body = soap::body(&self.document, version)?;
                self.document.child_elements(body).next()
            }
            None => self.document.root_element(),
        }
    }

    /// The header blocks of the SOAP envelope.
    pub fn header_blocks(&self) -> Vec<crate::xml::NodeId> {
        self.soap.map(|version| soap::header_blocks(&self.document, version)).unwrap_or_default()
    }
}
