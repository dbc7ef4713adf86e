//! `<wsdl>` and `<http>` endpoints, as written.

use std::sync::Arc;

use http::Method;

use super::{AddressTemplate, SendingDefinition, UriTemplate};

/// `<wsdl>` (endpoints.md §4.3).
#[derive(Clone, Debug)]
pub struct WsdlDefinition {
    /// The service.
    pub service: Arc<str>,
    /// Its port.
    pub port: Arc<str>,
    /// The address that the document gives that port.
    pub address: AddressTemplate,
    /// How to send.
    pub sending: SendingDefinition,
}

/// `<http>` (endpoints.md §4.4).
#[derive(Clone, Debug)]
pub struct HttpDefinition {
    /// The method to send with; `None` is the message's own.
    pub method: Option<Method>,
    /// Where to send.
    pub template: UriTemplate,
    /// How to send.
    pub sending: SendingDefinition,
}
