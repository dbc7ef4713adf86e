//! The message that is injected.

use std::sync::Arc;

use http::header::{CONTENT_TYPE, HOST, HeaderValue};
use http::{HeaderMap, Method, Uri};
use sinew_core::message::formats::{self, Formatter};
use sinew_core::message::{
    Destination, Message, Payload, Received, SOAP_ACTION, SoapVersion, XmlPayload, header_value,
};
use sinew_core::xml::{self, Document, Limits};

use super::Sending;
use crate::tasks::{Door, TaskError};

/// What a message holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A tree.
    Xml(Arc<Document>),
    /// Text.
    Text(Arc<str>),
}

/// `format`: how the message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// In an envelope.
    Soap(SoapVersion),
    /// XML without an envelope.
    Pox,
    /// As the query of a GET.
    Get,
}

impl Format {
    /// Reads the word, in any case.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "soap11" => Format::Soap(SoapVersion::Soap11),
            "soap12" => Format::Soap(SoapVersion::Soap12),
            "pox" => Format::Pox,
            "get" => Format::Get,
            _ => return None,
        })
    }
}

/// XML, when the text begins as such, else text.
///
/// # Errors
/// It begins as XML and is none.
pub(super) fn parse(text: &str) -> Result<Content, xml::XmlError> {
    if text.trim_start().starts_with('<') {
        return Ok(Content::Xml(Arc::new(xml::parse(text, &Limits::default())?)));
    }
    Ok(Content::Text(text.into()))
}

impl Sending {
    /// A message as if a client had sent it to the address in `to`, without a listener that received it.
    ///
    /// # Errors
    /// The content has no form that the format asks for.
    pub(super) fn message(&self, content: Content) -> Result<Message, TaskError> {
        // SOAP 1.2, as the original's messages are from their start.
        let format = self.format.unwrap_or(Format::Soap(SoapVersion::Soap12));
        let mut headers = HeaderMap::new();
        if let Some(authority) = self.to.as_ref().and_then(Uri::authority)
            && let Ok(host) = HeaderValue::from_str(authority.as_str())
        {
            headers.insert(HOST, host);
        }
        let payload = match content {
            Content::Xml(document) => payload(document),
            Content::Text(text) => {
                let media_type = HeaderValue::from_static("text/plain; charset=UTF-8");
                headers.insert(CONTENT_TYPE, media_type);
                let post = self.request(Method::POST, headers, Payload::Text(text));
                return Ok(post);
            }
        };
        match format {
            Format::Soap(version) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(version.media_type()));
                if version == SoapVersion::Soap11 {
                    let action = self.action.as_deref().unwrap_or_default();
                    let action = header_value(&format!("\"{action}\""));
                    let action = action.map_err(|_| TaskError("soapAction is no header value".to_owned()))?;
                    headers.insert(SOAP_ACTION, action);
                }
                Ok(self.request(Method::POST, headers, Payload::Xml(payload.in_envelope(version))))
            }
            Format::Pox => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
                let bare = payload.without_envelope().map_or(Payload::Empty, Payload::Xml);
                Ok(self.request(Method::POST, headers, bare))
            }
            Format::Get => {
                let fields = self.request(Method::POST, headers.clone(), Payload::Xml(payload));
                let fields = formats::write_as(&fields, Formatter::Form);
                let fields =
                    fields.map_err(|error| TaskError(format!("the message is no query: {error}")))?;
                let mut message = self.request(Method::GET, headers, Payload::Empty);
                let query = String::from_utf8_lossy(&fields.bytes);
                if !query.is_empty() {
                    message.axis2.set("REST_URL_POSTFIX", format!("?{query}"));
                }
                Ok(message)
            }
        }
    }

    fn request(&self, method: Method, headers: HeaderMap, payload: Payload) -> Message {
        let path = match &self.door {
            Door::Proxy(name) => format!("/services/{name}").parse().ok(),
            Door::Main | Door::Sequence(_) => {
                let path = self.to.as_ref().and_then(Uri::path_and_query);
                path.map(|path| Uri::from(path.clone()))
            }
        };
        let mut received = Received::new(method, path.unwrap_or_else(|| Uri::from_static("/")));
        // Nothing of the path is a suffix for endpoints: there was no request whose path goes on.
        let length = received.path_and_query().len();
        received.set_service_length(length);
        let mut message = Message::request(received, headers, payload);
        if let Some(to) = &self.to {
            message.addressing.to = Destination::Address(to.to_string().into());
        }
        message.addressing.action = self.action.clone();
        message
    }
}

/// The tree, with what its root says about it.
fn payload(document: Arc<Document>) -> XmlPayload {
    let name = document.root_element().and_then(|root| document.name(root));
    let soap = name
        .filter(|name| name.local == "Envelope")
        .and_then(|name| SoapVersion::from_namespace(name.namespace));
    XmlPayload { document, soap, charset: None }
}
