//! What a request to an endpoint carries: the payload in the form that the endpoint's format, or the configuration,
//! asks for (endpoints.md §2.4, message-and-expressions.md §9.1).

use bytes::Bytes;
use http::Method;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use sinew_core::config::endpoint::Format;
use sinew_core::mediation::Fault;
use sinew_core::message::formats::{self, Coded, FormatError, Formatter};
use sinew_core::message::{Axis2Entry, Body, Dialect, Message, Payload, SOAP_ACTION, SoapVersion, Towards};

use super::request::header_value;
use crate::transport::http::client::HeaderEdits;

/// What goes into a request besides its headers.
pub(super) struct Content {
    /// The body.
    pub(super) body: Body,
    /// The content type to send in place of the one received.
    pub(super) content_type: Option<String>,
    /// The method, where the format decides it.
    pub(super) method: Option<Method>,
    /// What is added to the query.
    pub(super) query: Option<String>,
}

/// Whether the payload must be in memory before the request can be made.
pub(super) fn must_read(message: &Message, format: Option<Format>) -> bool {
    match format {
        None | Some(Format::Rest) => formats::must_read(message),
        Some(Format::Soap(_) | Format::Pox | Format::Get) => message.payload.is_stream(),
    }
}

/// Whether the suffix of the request is appended to the address (endpoints.md §2.4, §4.1).
pub(super) fn has_suffix(message: &Message, format: Option<Format>) -> bool {
    match format {
        None => message.is_rest(),
        Some(Format::Soap(_)) => false,
        Some(Format::Rest | Format::Pox | Format::Get) => true,
    }
}

/// Whether the answer comes in another form than the client speaks, because the request left in another.
pub(super) fn changes_dialect(message: &Message, format: Option<Format>) -> bool {
    match format {
        None | Some(Format::Rest) => false,
        Some(Format::Soap(version)) => message.client != Dialect::Soap(version),
        Some(Format::Pox | Format::Get) => message.client != Dialect::Rest,
    }
}

/// Takes a streaming payload from the message, or writes the one in memory, in the content coding that its headers name. The
/// edits of the request's headers follow: `SOAPAction` is as the format wants it.
pub(super) fn content(
    message: &mut Message,
    edits: &mut HeaderEdits,
    format: Option<Format>,
) -> Result<Content, Fault> {
    match format {
        None | Some(Format::Rest) => as_configured(message, edits),
        Some(Format::Soap(version)) => soap(message, edits, version),
        Some(Format::Pox) => {
            edits.remove(SOAP_ACTION);
            let written = formats::write_as(message, Formatter::Xml).map_err(failed)?;
            let body = Body::full(compressed(written.bytes, message, edits));
            Ok(Content { body, content_type: written.content_type, method: pox_method(message), query: None })
        }
        Some(Format::Get) => {
            edits.remove(SOAP_ACTION);
            edits.remove(CONTENT_ENCODING);
            edits.remove(CONTENT_TYPE);
            let written = formats::write_as(message, Formatter::Form).map_err(failed)?;
            let query = String::from_utf8_lossy(&written.bytes).into_owned();
            Ok(Content {
                body: Body::empty(),
                content_type: None,
                method: Some(Method::GET),
                query: Some(query),
            })
        }
    }
}

/// What was written, in the content coding that the headers name, or without one when they name none that is known.
fn compressed(bytes: Bytes, message: &Message, edits: &mut HeaderEdits) -> Bytes {
    match formats::compress(bytes, &message.headers) {
        Coded::AsSaid(bytes) => bytes,
        Coded::Plain(bytes) => {
            edits.remove(CONTENT_ENCODING);
            bytes
        }
    }
}

fn failed(error: FormatError) -> Fault {
    Fault::mediation(format!("the message cannot be written: {error}"))
}

fn as_configured(message: &mut Message, edits: &mut HeaderEdits) -> Result<Content, Fault> {
    let has_tree = matches!(message.payload, Payload::Xml(_) | Payload::Json(_));
    let (body, content_type) = if message.no_entity_body() && !has_tree {
        (Body::empty(), configured(message))
    } else if message.payload.is_stream() {
        let configured = configured(message);
        let Payload::Stream(body) = std::mem::replace(&mut message.payload, Payload::Sent) else {
            return Err(Fault::mediation("the payload is no stream any more"));
        };
        (body, configured)
    } else {
        let written = formats::write(message, Towards::Endpoint).map_err(failed)?;
        let bytes = match message.payload {
            // What could not be read may be in any coding, and is passed on in it.
            Payload::Bytes(_) if formats::is_foreign(&message.headers) => written.bytes,
            _ => compressed(written.bytes, message, edits),
        };
        (Body::full(bytes), written.content_type)
    };
    Ok(Content { body, content_type, method: None, query: None })
}

/// The content type that the configuration set.
fn configured(message: &Message) -> Option<String> {
    match message.axis2.entry("ContentType") {
        Axis2Entry::Set(value) => Some(value.text().into_owned()),
        _ => None,
    }
}

/// A POST with an envelope. SOAP 1.1 has its action in a header, which it needs even when there is none (SOAP 1.1
/// §6.1.1), SOAP 1.2 in the content type.
fn soap(message: &Message, edits: &mut HeaderEdits, version: SoapVersion) -> Result<Content, Fault> {
    let written = formats::write_as(message, Formatter::Soap(version)).map_err(failed)?;
    match version {
        SoapVersion::Soap11 => {
            let action = message.action().unwrap_or_default();
            edits.insert(SOAP_ACTION, header_value("SOAPAction", &format!("\"{action}\""))?);
        }
        SoapVersion::Soap12 => edits.remove(SOAP_ACTION),
    }
    Ok(Content {
        body: Body::full(compressed(written.bytes, message, edits)),
        content_type: written.content_type,
        method: Some(Method::POST),
        query: None,
    })
}

/// POST, unless the configuration set a method or the received one has a body by custom (endpoints.md §2.4).
fn pox_method(message: &Message) -> Option<Method> {
    let configured = matches!(message.axis2.entry("HTTP_METHOD"), Axis2Entry::Set(_));
    let has_body = matches!(*message.method(), Method::POST | Method::PUT | Method::PATCH);
    (!configured && !has_body).then_some(Method::POST)
}
