//! Putting something in the place of what a message carries.

use std::sync::Arc;

use sinew_core::expression::{Item, Tree};
use sinew_core::mediation::Fault;
use sinew_core::message::formats::Kind;
use sinew_core::message::{Axis2Entry, Message, Payload, SoapVersion, XmlPayload};
use sinew_core::xml::{Document, NodeId};

/// Makes the elements at the top of `content` all there is in the body of the message.
///
/// A SOAP envelope keeps everything but the content of its body; an empty SOAP request gets an envelope. Elsewhere the
/// first element becomes the payload: there is no envelope that could hold more.
///
/// # Errors
/// The envelope of the message has no body.
pub(crate) fn replace_content(message: &mut Message, content: Document) -> Result<(), Fault> {
    if let Some(version) = version_of_empty(message) {
        message.payload = Payload::Xml(XmlPayload::empty_envelope(version));
    }
    if let Payload::Xml(XmlPayload { soap: Some(_), .. }) = &message.payload {
        let body = soap_body(message)?;
        let Payload::Xml(xml) = &mut message.payload else { return Ok(()) };
        let document = Arc::make_mut(&mut xml.document);
        while let Some(child) = document.first_child(body) {
            document.detach(child);
        }
        for element in content.child_elements(content.document_node()) {
            let copy = document.import(&content, element);
            document.append_child(body, copy);
        }
    } else {
        let charset = charset(message);
        let mut content = content;
        let surplus: Vec<NodeId> = content.child_elements(content.document_node()).skip(1).collect();
        surplus.into_iter().for_each(|element| content.detach(element));
        message.payload = Payload::Xml(XmlPayload { document: Arc::new(content), soap: None, charset });
    }
    Ok(())
}

/// Makes a SOAP envelope the payload.
///
/// A message that came without one goes out without one all the same, as its content type says: the original chooses the
/// formatter by `messageType`, not by what there is to format (message-and-expressions.md §5.1).
pub(crate) fn replace_envelope(message: &mut Message, envelope: Arc<Document>, version: SoapVersion) {
    let had_envelope = matches!(&message.payload, Payload::Xml(xml) if xml.soap.is_some());
    if !had_envelope
        && message.is_rest()
        && matches!(message.axis2.entry("messageType"), Axis2Entry::Untouched)
    {
        let received = message.media_type().filter(|media_type| Kind::of(media_type) != Kind::Opaque);
        message.axis2.set("messageType", received.unwrap_or_else(|| "application/xml".to_owned()));
    }
    let charset = charset(message);
    message.payload = Payload::Xml(XmlPayload { document: envelope, soap: Some(version), charset });
}

/// The body element of the message's SOAP envelope.
///
/// # Errors
/// The message has no envelope, or the envelope has no body.
pub(crate) fn soap_body(message: &Message) -> Result<NodeId, Fault> {
    match Tree::of(message).body().map(|body| body.item()) {
        Some(Item::Node(body)) => Ok(body),
        _ => Err(Fault::mediation("the SOAP envelope has no body")),
    }
}

/// The SOAP version of a document whose root is an envelope.
pub(crate) fn envelope_version(document: &Document) -> Option<SoapVersion> {
    let name = document.name(document.root_element()?)?;
    SoapVersion::from_namespace(name.namespace).filter(|_| name.local == "Envelope")
}

/// Says in `messageType`, `ContentType` and the header `Content-Type` what the payload has become, unless they say so
/// already, and that there is one (mediators.md §5.3).
pub(crate) fn declare_media_type(message: &mut Message, media_type: &'static str) {
    declare_a_body(message);
    let declared = message.axis2("messageType").map(|value| value.text().to_ascii_lowercase());
    if declared.is_some_and(|declared| same_family(&declared, media_type)) {
        return;
    }
    message.axis2.set("messageType", media_type);
    message.axis2.set("ContentType", media_type);
    message.headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(media_type));
}

/// Takes back that the message carries no body.
pub(crate) fn declare_a_body(message: &mut Message) {
    if message.no_entity_body() {
        message.axis2.remove("NO_ENTITY_BODY");
    }
}

/// XML of every kind is written as it was declared.
fn same_family(declared: &str, media_type: &str) -> bool {
    declared == media_type
        || media_type == "application/xml"
            && (matches!(declared, "text/xml" | "application/soap+xml") || declared.ends_with("+xml"))
}

/// The version of the envelope that an empty SOAP request stands for (message-and-expressions.md §4.2).
fn version_of_empty(message: &Message) -> Option<SoapVersion> {
    if !matches!(message.payload, Payload::Empty) || message.is_rest() {
        return None;
    }
    match message.media_type().as_deref() {
        Some("application/soap+xml") => Some(SoapVersion::Soap12),
        _ => Some(SoapVersion::Soap11),
    }
}

fn charset(message: &Message) -> Option<Arc<str>> {
    match &message.payload {
        Payload::Xml(xml) => xml.charset.clone(),
        _ => None,
    }
}
