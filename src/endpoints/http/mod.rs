//! `http` endpoints (endpoints.md §4.4).

mod expand;

use http::Method;
use sinew_core::config::endpoint::UriTemplate;
use sinew_core::mediation::{Endpoint, Exchange, Fault, FaultHandler, Retry, SendFuture};
use sinew_core::message::{Message, Value};

use super::Leaf;
use super::address::parse;
use super::client::Client;
use super::uri::Place;
use expand::expand;

/// Sends to an address that is made from a template for each message, or the same for all. The suffix of the request is
/// not appended (endpoints.md §4.4, recommendation).
pub struct HttpEndpoint<C> {
    leaf: Leaf<C>,
    template: UriTemplate,
    method: Option<Method>,
    /// The address taken apart, when the template has no variables.
    place: Option<Place>,
}

/// What the names of variables start with.
const PREFIXES: [&str; 2] = ["uri.var.", "query.param."];

impl<C: Client> HttpEndpoint<C> {
    /// An endpoint for a template. `method` is sent instead of the message's own.
    ///
    /// # Errors
    /// What is wrong with an address that is the same for all messages.
    pub fn new(leaf: Leaf<C>, template: UriTemplate, method: Option<Method>) -> Result<Self, String> {
        let place = match template.variables().next() {
            Some(_) => None,
            None => Some(Place::parse(&template.text).map_err(|error| error.to_string())?),
        };
        Ok(Self { leaf, template, method, place })
    }

    /// The address for a message. Without any variable the original sends the braces of the template (case E36).
    fn place(&self, message: &Message) -> Result<Place, Fault> {
        let mut variables = self.template.variables();
        if !variables.any(|variable| value(message, &variable.name).is_some()) {
            let reason = format!("no variable of the template \"{}\" is set", self.template.text);
            return Err(Fault { retry: Retry::NotSent, ..Fault::mediation(reason) });
        }
        parse(&expand(&self.template, |name| value(message, name).map(Value::text)))
    }
}

/// The value of a variable: a property of the message, or one that the endpoint has just set on it.
fn value<'m>(message: &'m Message, name: &str) -> Option<&'m Value> {
    let is_variable = PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    message.properties.value(name).filter(|_| is_variable)
}

impl<C: Client> Endpoint for HttpEndpoint<C> {
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
            self.leaf.check_ready(self.leaf.state())?;
            self.leaf.prepare(exchange).await?;
            let computed;
            let place = match &self.place {
                Some(place) => place,
                None => {
                    computed = self.place(&exchange.message)?;
                    &computed
                }
            };
            let manner = self.leaf.manner(self.method.as_ref(), self.leaf.state());
            self.leaf.deliver(exchange, &place.target, place.path.clone(), manner).await
        })
    }
}
