//! The content of a message: a stream until somebody asks what is in it.

use std::sync::Arc;

use bytes::Bytes;

use super::{Body, JsonPayload};
use crate::xml::Document;

/// What a message carries.
#[derive(Debug, Default)]
pub enum Payload {
    /// Nothing.
    #[default]
    Empty,
    /// Bytes that have not been looked at and may not all have arrived.
    Stream(Body),
    /// The stream has been handed to an endpoint; there is nothing left to read.
    Sent,
    /// Bytes of a type that has no tree form.
    Bytes(Bytes),
    /// Decoded text.
    Text(Arc<str>),
    /// A tree.
    Xml(XmlPayload),
    /// JSON.
    Json(JsonPayload),
}

/// An XML payload: a bare element, or a SOAP envelope.
#[derive(Clone, Debug)]
pub struct XmlPayload {
    /// The whole document. Shared until somebody edits it (`Arc::make_mut`).
    pub document: Arc<Document>,
    /// The SOAP version when the root is an envelope.
    pub soap: Option<SoapVersion>,
    /// The charset that the content type named for the bytes; `None` for what was made here. They are written in UTF-8
    /// unless property `CHARACTER_SET_ENCODING` asks for another.
    pub charset: Option<Arc<str>>,
}

/// The two SOAP versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SoapVersion {
    /// SOAP 1.1, `text/xml`.
    Soap11,
    /// SOAP 1.2, `application/soap+xml`.
    Soap12,
}

impl SoapVersion {
    /// The namespace of the envelope.
    pub const fn namespace(self) -> &'static str {
        match self {
            SoapVersion::Soap11 => "http://schemas.xmlsoap.org/soap/envelope/",
            SoapVersion::Soap12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }

    /// The version whose envelope namespace this is.
    pub fn from_namespace(namespace: &str) -> Option<Self> {
        [SoapVersion::Soap11, SoapVersion::Soap12].into_iter().find(|v| v.namespace() == namespace)
    }

    /// The media type without parameters.
    pub const fn media_type(self) -> &'static str {
        match self {
            SoapVersion::Soap11 => "text/xml",
            SoapVersion::Soap12 => "application/soap+xml",
        }
    }

    /// The word used by `MESSAGE_FORMAT`, `format="…"` and `makefault version="…"`.
    pub const fn word(self) -> &'static str {
        match self {
            SoapVersion::Soap11 => "soap11",
            SoapVersion::Soap12 => "soap12",
        }
    }
}

impl Payload {
    /// True while the bytes still stream and no mediator can look at them.
    pub fn is_stream(&self) -> bool {
        matches!(self, Payload::Stream(_))
    }

    /// A second handle on the same content, where that is possible without reading: a stream cannot be copied and
    /// is left with its owner (`None`).
    pub fn share(&self) -> Option<Payload> {
        Some(match self {
            Payload::Stream(_) => return None,
            Payload::Empty => Payload::Empty,
            Payload::Sent => Payload::Sent,
            Payload::Bytes(bytes) => Payload::Bytes(bytes.clone()),
            Payload::Text(text) => Payload::Text(text.clone()),
            Payload::Xml(xml) => Payload::Xml(xml.clone()),
            Payload::Json(json) => Payload::Json(json.clone()),
        })
    }
}

impl From<Body> for Payload {
    fn from(body: Body) -> Self {
        if body.is_empty() { Payload::Empty } else { Payload::Stream(body) }
    }
}
