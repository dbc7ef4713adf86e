//! Whether an exchange is SOAP or REST (http-transport.md §3.2).

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};

use super::formats::Kind;
use super::{Message, Payload, SOAP_ACTION, SoapVersion};

/// How a client speaks. Its answer is written so that it understands it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// REST: plain XML, JSON, anything without an envelope.
    Rest,
    /// SOAP envelopes of this version.
    Soap(SoapVersion),
}

/// Where a message is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    /// An endpoint.
    Endpoint,
    /// The client.
    Client,
}

impl Dialect {
    /// How a request with this method and these headers speaks.
    pub(super) fn of(method: &Method, headers: &HeaderMap) -> Dialect {
        if *method != Method::POST {
            return Dialect::Rest;
        }
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        match content_type.map(Kind::of) {
            Some(Kind::Soap12) => Dialect::Soap(SoapVersion::Soap12),
            Some(Kind::Soap11) if headers.contains_key(SOAP_ACTION) => Dialect::Soap(SoapVersion::Soap11),
            _ => Dialect::Rest,
        }
    }
}

impl Message {
    /// How this very message speaks, by its method and headers. How the client spoke is in [`Message::client`].
    pub(super) fn spoken(&self) -> Dialect {
        Dialect::of(&self.received.method, &self.headers)
    }

    /// True when the exchange is REST rather than SOAP (http-transport.md §3.2, endpoints.md §4.1): every method but
    /// POST, and a POST whose content type is no SOAP type. `text/xml` without `SOAPAction` is REST.
    pub fn is_rest(&self) -> bool {
        self.spoken() == Dialect::Rest
    }

    /// The word of `get-property('MESSAGE_FORMAT')`: `pox` for REST, else the SOAP version.
    pub fn format_word(&self) -> &'static str {
        match (self.spoken(), &self.payload) {
            (Dialect::Rest, _) => "pox",
            (_, Payload::Xml(xml)) => xml.soap.map_or("pox", SoapVersion::word),
            (Dialect::Soap(version), _) => version.word(),
        }
    }
}
