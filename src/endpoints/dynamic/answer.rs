//! What becomes of a member's answer before it is mediated.

use std::sync::Arc;

use http::header::{CONTENT_LOCATION, LOCATION, REFRESH, SET_COOKIE};
use http::{HeaderMap, Response};
use sinew_core::mediation::{Exchange, Fault};
use sinew_core::message::{Body, Message};
use tokio::time::Instant;

use super::cluster::View;
use super::endpoint::{Arrival, DynamicEndpoint};
use super::in_flight::keep_until_read;
use crate::balancing::affinity::{RouteId, Session};
use crate::balancing::rewriting::{ListenPorts, Redirect, rewrite_locations};
use crate::clusters::{InFlight, Member};
use crate::endpoints::client::Client;
use crate::transport::http::server::Scheme;

/// An answer, with who gave it and what the client had before.
pub(super) struct Answered<'a, C> {
    pub(super) endpoint: &'a DynamicEndpoint<C>,
    pub(super) arrival: &'a Arrival<'a>,
    pub(super) view: &'a View,
    pub(super) member: &'a Arc<Member>,
    pub(super) session: Option<&'a Session<Arc<str>>>,
    pub(super) presented: Option<RouteId>,
}

impl<C: Client> Answered<'_, C> {
    /// Learns sessions, repairs redirects, gives the client its cookie, and counts until the answer has been read.
    pub(super) async fn finish(
        &self,
        exchange: &mut Exchange,
        response: &mut Response<Body>,
        in_flight: InFlight,
        now: Instant,
    ) -> Result<(), Fault> {
        if let Some(sessions) = &self.arrival.route.cluster.sessions {
            let key = self.member.key();
            sessions.learn(self.session, key, exchange, response, now).await?;
            sessions.start(exchange, key, now);
        }
        let headers = response.headers_mut();
        if self.endpoint.policy.rewrite_locations && names_addresses(headers) {
            self.rewrite(headers, &exchange.message);
        }
        self.endpoint.policy.cookies.rewrite(headers, &[&self.view.hosts]);
        if let Some(routes) = &self.view.routes {
            let secure = self.arrival.scheme == Scheme::Https;
            if let Some(cookie) = routes.set_cookie(self.presented, self.member.key(), secure) {
                headers.append(SET_COOKIE, cookie);
            }
        }
        keep_until_read(response.body_mut(), in_flight);
        Ok(())
    }

    fn rewrite(&self, headers: &mut HeaderMap, message: &Message) {
        let (scheme, route) = (self.arrival.scheme, &self.arrival.route);
        let Some(host) = &route.asked else { return };
        let own = message.received.local.map(|local| local.port());
        let configured = self.endpoint.policy.listen;
        let listen = match scheme {
            Scheme::Http => ListenPorts { http: own, ..configured },
            Scheme::Https => ListenPorts { https: own, ..configured },
        };
        let member_port = self.member.target(scheme, self.arrival.port).map(|target| target.port());
        let redirect = Redirect {
            scheme,
            host,
            mapped_to: route.mapped_to.as_ref().map(|actual| actual.name()),
            listen,
            member_port,
            known: &[&self.view.hosts, &DynamicEndpoint::<C>::own_hosts(message)],
        };
        rewrite_locations(headers, &redirect);
    }
}

fn names_addresses(headers: &HeaderMap) -> bool {
    [LOCATION, CONTENT_LOCATION, REFRESH].iter().any(|name| headers.contains_key(name))
}
