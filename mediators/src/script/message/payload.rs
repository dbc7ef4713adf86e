//! The payload as XML and as JSON (mediators.md §9.1).

use std::sync::Arc;

use sinew_core::message::{JsonPayload, Payload, SoapVersion, XmlPayload};
use sinew_core::xml::{Document, Limits, parse};

use super::Desk;
use crate::script::xml::Handle;

/// The namespace of elements that stand for content without XML of its own (message-and-expressions.md §4).
const WRAPPER: &str = "http://ws.apache.org/commons/ns/payload";

impl Desk {
    /// The element that carries the message; nothing when there is none. Text is seen in its wrapper element.
    pub(super) fn payload(&mut self) -> Result<Vec<Handle>, String> {
        let (document, node) = match &self.message.payload {
            Payload::Xml(xml) => match xml.content() {
                Some(content) => (xml.document.clone(), content),
                None => return Ok(Vec::new()),
            },
            Payload::Json(json) => match json.document().root_element() {
                Some(root) => (json.document().clone(), root),
                None => return Ok(Vec::new()),
            },
            Payload::Text(text) => {
                let mut document = Document::new();
                let wrapper = document.create_element("axis2ns", "text", WRAPPER);
                document.append_child(document.document_node(), wrapper);
                document.set_text(wrapper, text);
                (Arc::new(document), wrapper)
            }
            _ => return Ok(Vec::new()),
        };
        Ok(vec![self.values.share(&document, node)?])
    }

    /// Puts an element in the place of [`Desk::payload`].
    pub(super) fn set_payload(&mut self, items: &[Handle]) -> Result<(), String> {
        let content = self.values.element(items)?;
        if let Payload::Xml(xml) = &mut self.message.payload {
            xml.replace_content(&content);
            return Ok(());
        }
        self.message.payload = Payload::Xml(match self.soap_version() {
            Some(version) => {
                let mut around = envelope(version)?;
                around.replace_content(&content);
                around
            }
            None => XmlPayload { document: content, soap: None, charset: None },
        });
        Ok(())
    }

    /// The envelope; one around the payload when it came without.
    pub(super) fn envelope(&mut self) -> Result<Vec<Handle>, String> {
        let xml = match &self.message.payload {
            Payload::Xml(xml) if xml.soap.is_some() => xml.clone(),
            payload => {
                let mut around = envelope(SoapVersion::Soap11)?;
                if let Payload::Xml(xml) = payload {
                    around.replace_content(&xml.document);
                }
                around
            }
        };
        match xml.document.root_element() {
            Some(root) => Ok(vec![self.values.share(&xml.document, root)?]),
            None => Ok(Vec::new()),
        }
    }

    /// Adds a header block; without an envelope there is nowhere to put it.
    pub(super) fn add_header(&mut self, must_understand: bool, items: &[Handle]) -> Result<(), String> {
        let mut block = self.values.element(items)?;
        let Payload::Xml(xml) = &mut self.message.payload else { return Ok(()) };
        let Some(version) = xml.soap else {
            tracing::debug!(target: "mediation", "the message has no SOAP envelope; it gets no header block");
            return Ok(());
        };
        if must_understand {
            let block = Arc::make_mut(&mut block);
            if let Some(root) = block.root_element() {
                block.set_attribute(root, "soapenv", "mustUnderstand", version.namespace(), "1");
            }
        }
        xml.append_header_block(&block);
        Ok(())
    }

    /// Whether the payload is a SOAP fault.
    pub(super) fn is_fault(&self) -> bool {
        matches!(&self.message.payload, Payload::Xml(xml) if xml.is_fault())
    }

    /// The text of a payload that is JSON; `None` without one.
    pub(super) fn json(&self) -> Result<Option<String>, String> {
        match &self.message.payload {
            Payload::Json(json) => Ok(Some(json.text().to_owned())),
            Payload::Text(text) => Ok(Some(text.to_string())),
            Payload::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Some(text.to_owned())),
                Err(_) => Err("the payload is not text".to_owned()),
            },
            Payload::Xml(_) => Err("the payload is XML, not JSON".to_owned()),
            Payload::Empty | Payload::Sent | Payload::Stream(_) => Ok(None),
        }
    }

    /// Makes JSON the payload, and says so.
    pub(super) fn set_json(&mut self, json: &str) {
        self.message.payload = match JsonPayload::parse(json) {
            Ok(parsed) => Payload::Json(parsed),
            // Deeper or larger than a payload may be read: it goes out as the text it is.
            Err(_) => Payload::Text(json.into()),
        };
        for name in ["messageType", "ContentType"] {
            self.message.axis2.set(name, "application/json");
        }
    }

    /// The SOAP version that a payload must have where there is no envelope to tell; `None` for REST.
    fn soap_version(&self) -> Option<SoapVersion> {
        if self.message.is_rest() {
            return None;
        }
        let soap12 = self.message.media_type().as_deref() == Some(SoapVersion::Soap12.media_type());
        Some(if soap12 { SoapVersion::Soap12 } else { SoapVersion::Soap11 })
    }
}

/// An empty envelope.
fn envelope(version: SoapVersion) -> Result<XmlPayload, String> {
    let namespace = version.namespace();
    let text = format!("<soapenv:Envelope xmlns:soapenv=\"{namespace}\"><soapenv:Body/></soapenv:Envelope>");
    let document = parse(&text, &Limits::default()).map_err(|error| error.to_string())?;
    Ok(XmlPayload { document: Arc::new(document), soap: Some(version), charset: None })
}
