//! Who a message is for and about: the WS-Addressing fields of a message.

use std::sync::Arc;

/// Where a message goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Destination {
    /// The request target as received (http-transport.md §3.1): a path, no address to send to.
    #[default]
    Received,
    /// Removed by `header action="remove"`, `respond` or `drop`: the message goes back to its client.
    Cleared,
    /// An address set by the configuration.
    Address(Arc<str>),
}

/// The addressing fields besides the destination. They are message fields, not headers on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addressing {
    /// `To`.
    pub to: Destination,
    /// `From`.
    pub from: Option<Arc<str>>,
    /// `ReplyTo`.
    pub reply_to: Option<Arc<str>>,
    /// `FaultTo`.
    pub fault_to: Option<Arc<str>>,
    /// `Action`; when unset, the SOAPAction of the request counts, and an empty one says that there is none.
    pub action: Option<Arc<str>>,
    /// `RelatesTo`.
    pub relates_to: Option<Arc<str>>,
}

/// The addresses of WS-Addressing that mean "the connection this came on".
pub const ANONYMOUS: [&str; 2] = [
    "http://www.w3.org/2005/08/addressing/anonymous",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
];
