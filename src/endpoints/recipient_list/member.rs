//! A host with a port for each scheme: the message goes there with the path it has, by the scheme it came by
//! (endpoints.md §5.1, §5.3).

use http::Uri;
use http::uri::{PathAndQuery, Scheme};
use sinew_core::mediation::{Endpoint, Exchange, Fault, SendFuture};
use sinew_core::message::Message;

use crate::endpoints::Leaf;
use crate::endpoints::client::Client;
use crate::endpoints::uri::Place;
use crate::transport::http::client::Target;

/// Sends to one member.
pub struct MemberEndpoint<C> {
    leaf: Leaf<C>,
    http: Option<Target>,
    https: Option<Target>,
}

impl<C: Client> MemberEndpoint<C> {
    /// A member with its targets; at least one.
    pub fn new(leaf: Leaf<C>, http: Option<Target>, https: Option<Target>) -> Self {
        Self { leaf, http, https }
    }

    fn place(&self, message: &Message) -> Result<Place, Fault> {
        let is_secure = message.received.scheme == Scheme::HTTPS;
        let target = if is_secure { &self.https } else { &self.http };
        let Some(target) = target.clone() else {
            let scheme = &message.received.scheme;
            return Err(Fault::mediation(format!(
                "the member {} has no port for {scheme}",
                self.leaf.name()
            )));
        };
        Ok(Place { target, path: path(message)? })
    }
}

/// Path and query of `To`, which may be an absolute address.
fn path(message: &Message) -> Result<PathAndQuery, Fault> {
    let to = message.to().unwrap_or_else(|| "/".into());
    let malformed = |_| Fault::mediation(format!("\"{to}\" is no address"));
    let uri: Uri = to.parse().map_err(malformed)?;
    Ok(uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")))
}

impl<C: Client> Endpoint for MemberEndpoint<C> {
    fn name(&self) -> &str {
        self.leaf.name()
    }

    fn is_ready(&self) -> bool {
        self.leaf.is_ready()
    }

    fn send<'a>(&'a self, exchange: &'a mut Exchange) -> SendFuture<'a> {
        Box::pin(async move {
            let place = self.place(&exchange.message)?;
            self.leaf.check_ready(self.leaf.state())?;
            self.leaf.prepare(exchange).await?;
            let manner = self.leaf.manner(None, self.leaf.state());
            self.leaf.deliver(exchange, &place.target, place.path, manner).await
        })
    }
}
