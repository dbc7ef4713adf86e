//! The endpoint: one request from `Host` to answer.

use std::sync::Arc;

use http::header::HOST;
use http::uri::{PathAndQuery, Uri};
use http::{HeaderValue, uri};
use sinew_core::mediation::{Endpoint, Exchange, Fault, FaultHandler, SendFuture};
use sinew_core::message::{Destination, Message};
use tokio::time::Instant;

use super::attempts::Attempts;
use super::counting::count;
use super::routing::{Route, Routing, host_header};
use crate::balancing::rewriting::{
    ClientSide, CookieRules, ForwardedHeaders, ForwardedPolicy, KnownHosts, ListenPorts,
};
use crate::clusters::Directory;
use crate::endpoints::client::Client;
use crate::endpoints::leaf::Leaf;
use crate::transport::http::server::Scheme;

/// What the endpoint does besides choosing members.
#[derive(Clone, Debug, Default)]
pub struct DynamicPolicy {
    /// What members are told of clients, if anything.
    pub forwarded: Option<ForwardedPolicy>,
    /// Addresses of members in answers become ours.
    pub rewrite_locations: bool,
    /// What becomes of the cookies of members.
    pub cookies: CookieRules,
    /// Where we listen.
    pub listen: ListenPorts,
}

/// Sends to the members of clusters.
pub struct DynamicEndpoint<C> {
    pub(super) leaf: Leaf<C>,
    pub(super) routing: Routing,
    pub(super) policy: DynamicPolicy,
    pub(super) directory: Arc<Directory>,
    /// The name of the property that says which host a client asked for.
    asked_host: Arc<str>,
}

/// How a request reached us, as far as members, redirects and choices depend on it.
pub(super) struct Arrival<'h> {
    pub(super) scheme: Scheme,
    /// The port that the client asked for: that in `Host`, else the scheme's own.
    pub(super) port: u16,
    pub(super) route: Route<'h>,
}

impl<C: Client> DynamicEndpoint<C> {
    /// An endpoint; `leaf` says how single requests are sent.
    pub fn new(leaf: Leaf<C>, routing: Routing, policy: DynamicPolicy, directory: Arc<Directory>) -> Self {
        Self { leaf, routing, policy, directory, asked_host: "LB_REQUEST_HOST".into() }
    }

    /// Where requests go.
    pub fn routing(&self) -> &Routing {
        &self.routing
    }

    async fn balance(
        &self,
        exchange: &mut Exchange,
    ) -> Result<http::Response<sinew_core::message::Body>, Fault> {
        let now = Instant::now();
        let host = host_header(&exchange.message);
        let route = self.routing.route(host.as_ref(), &exchange.message, now)?;
        count(exchange, &route.cluster, now);
        let path = path(&exchange.message)?;
        self.prepare(&mut exchange.message, &route, host.as_ref())?;
        let scheme = scheme(&exchange.message);
        let port = route.asked.as_ref().map_or(scheme.default_port(), |host| host.port_or_default(scheme));
        let arrival = Arrival { scheme, port, route };
        Attempts { endpoint: self, arrival: &arrival, path }.run(exchange, now).await
    }

    /// What is done once for each request of a client, however often it is sent (W16).
    fn prepare(
        &self,
        message: &mut Message,
        route: &Route<'_>,
        host: Option<&HeaderValue>,
    ) -> Result<(), Fault> {
        if let (Some(policy), Some(remote)) = (&self.policy.forwarded, message.received.remote) {
            let port = message.received.local.map_or(0, |local| local.port());
            let client = ClientSide { address: remote.ip(), scheme: scheme(message), host, port };
            ForwardedHeaders::new(&message.headers, &client, policy).write(&mut message.headers);
        }
        if let Some(asked) = &route.asked {
            message.properties.set(self.asked_host.clone(), asked.as_written());
        }
        if let Some(actual) = &route.mapped_to {
            let value = HeaderValue::from_str(actual.as_written())
                .map_err(|_| Fault::mediation("an alias stands for something that is no host"))?;
            message.headers.insert(HOST, value);
        }
        Ok(())
    }

    /// The hosts that mean us: the address that the request came in on.
    pub(super) fn own_hosts(message: &Message) -> KnownHosts {
        let address = message.received.local.map(|local| local.ip().to_string());
        KnownHosts::new(address.as_deref())
    }
}

impl<C: Client> Endpoint for DynamicEndpoint<C> {
    fn name(&self) -> &str {
        self.leaf.name()
    }

    fn on_error(&self) -> Option<&FaultHandler> {
        self.leaf.on_error()
    }

    /// Ready when a member is; which one is meant by hosts only the request says.
    fn is_ready(&self) -> bool {
        match &self.routing {
            Routing::One(cluster) => cluster.is_ready(Instant::now()),
            Routing::Hosts { .. } => true,
        }
    }

    fn changes_message(&self) -> bool {
        // The host that was asked for, and what members are told of the client.
        true
    }

    fn send<'a>(&'a self, exchange: &'a mut Exchange) -> SendFuture<'a> {
        Box::pin(self.balance(exchange))
    }
}

fn scheme(message: &Message) -> Scheme {
    if message.received.scheme == uri::Scheme::HTTPS { Scheme::Https } else { Scheme::Http }
}

/// Path and query for the member: those of `To` (elastic-load-balancer.md §2.6).
fn path(message: &Message) -> Result<PathAndQuery, Fault> {
    let received = || message.received.target.path_and_query().cloned();
    let path = match &message.addressing.to {
        Destination::Received | Destination::Cleared => received(),
        Destination::Address(address) => {
            let address: Uri = address
                .parse()
                .map_err(|_| Fault::mediation(format!("Malformed URL in the target EPR: \"{address}\"")))?;
            address.into_parts().path_and_query
        }
    };
    Ok(path.unwrap_or_else(|| PathAndQuery::from_static("/")))
}
