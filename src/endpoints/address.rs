//! `address` and `default` endpoints, and `wsdl` ones, whose address a document gives (endpoints.md §4.1 to §4.3).

use std::borrow::Cow;

use sinew_core::config::endpoint::AddressTemplate;
use sinew_core::mediation::{Endpoint, ErrorCode, Exchange, Fault, FaultHandler, Retry, SendFuture};
use sinew_core::message::{ANONYMOUS, Axis2Entry, Destination};

use super::Leaf;
use super::client::Client;
use super::uri::{AddressError, Place, fill};

/// Sends to its own address.
pub struct AddressEndpoint<C> {
    leaf: Leaf<C>,
    template: AddressTemplate,
    /// The address taken apart, when nothing in it depends on the message.
    place: Option<Place>,
}

impl<C: Client> AddressEndpoint<C> {
    /// An endpoint for an address. A fixed address that cannot be sent to is an error now rather than per message.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub fn new(leaf: Leaf<C>, template: AddressTemplate) -> Result<Self, String> {
        let place = match template.literal() {
            Some(address) => Some(Place::parse(address).map_err(|error| error.to_string())?),
            None => None,
        };
        Ok(Self { leaf, template, place })
    }
}

impl<C: Client> Endpoint for AddressEndpoint<C> {
    fn name(&self) -> &str {
        self.leaf.name()
    }

    fn on_error(&self) -> Option<&FaultHandler> {
        self.leaf.on_error()
    }

    fn is_ready(&self) -> bool {
        self.leaf.is_ready()
    }

    fn changes_message(&self) -> bool {
        self.leaf.changes_message()
    }

    fn send<'a>(&'a self, exchange: &'a mut Exchange) -> SendFuture<'a> {
        Box::pin(async move {
            let place = match &self.place {
                Some(place) => Cow::Borrowed(place),
                None => Cow::Owned(parse(&fill(&self.template, &exchange.message))?),
            };
            self.leaf.send(exchange, &place).await
        })
    }
}

/// Sends to the address in `To`, or in axis2 property `TransportURL`.
pub struct DefaultEndpoint<C>(pub Leaf<C>);

impl<C: Client> Endpoint for DefaultEndpoint<C> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn on_error(&self) -> Option<&FaultHandler> {
        self.0.on_error()
    }

    fn is_ready(&self) -> bool {
        self.0.is_ready()
    }

    fn changes_message(&self) -> bool {
        self.0.changes_message()
    }

    fn send<'a>(&'a self, exchange: &'a mut Exchange) -> SendFuture<'a> {
        Box::pin(async move {
            let message = &exchange.message;
            let address = match message.axis2.entry("TransportURL") {
                Axis2Entry::Set(value) => Some(value.text().into_owned()),
                // What a client wrote must not make us connect anywhere (hardening.md §2 row 20).
                _ if message.addressing.to == Destination::Received && !self.0.follows_client() => None,
                _ => message.to().map(Cow::into_owned),
            };
            let place = match address {
                Some(address) if !ANONYMOUS.contains(&address.as_str()) => parse(&address)?,
                _ => {
                    let message = "the message has no address to send to: the configuration set none in To";
                    return Err(Fault::endpoint(ErrorCode::ADDRESS_NONE_READY, message, Retry::Never));
                }
            };
            self.0.send(exchange, &place).await
        })
    }
}

/// Takes an address of a message apart. One that is none is no reason not to try another endpoint (endpoints.md §3.1).
pub(super) fn parse(address: &str) -> Result<Place, Fault> {
    let failed = |error: AddressError| Fault { retry: Retry::NotSent, ..Fault::mediation(error.to_string()) };
    Place::parse(address).map_err(failed)
}
