//! What becomes of a member's answer before it is mediated.

use std::sync::Arc;
use std::time::SystemTime;

use http::header::{CONTENT_LOCATION, LOCATION, REFRESH, SET_COOKIE};
use http::{HeaderMap, Method, Response, Uri};
use http_body_util::{BodyExt, Limited};
use sinew_core::mediation::{ErrorCode, Exchange, Fault, Retry};
use sinew_core::message::{Body, Message, Payload, Received};
use tokio::time::Instant;

use super::Sessions;
use super::cluster::View;
use super::endpoint::{Arrival, DynamicEndpoint};
use super::in_flight::until_read;
use crate::balancing::affinity::identification::learned_cookies;
use crate::balancing::affinity::{RouteId, Session, SessionKind};
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
        mut response: Response<Body>,
        in_flight: InFlight,
        now: Instant,
    ) -> Result<Response<Body>, Fault> {
        if let Some(sessions) = &self.arrival.route.cluster.sessions {
            response = self.learn(sessions, exchange, response, now).await?;
        }
        let headers = response.headers_mut();
        if self.endpoint.policy.rewrite_locations && names_addresses(headers) {
            self.rewrite(headers, &exchange.message);
        }
        if let Some(routes) = &self.view.routes {
            let secure = self.arrival.scheme == Scheme::Https;
            if let Some(cookie) = routes.set_cookie(self.presented, self.member.key(), secure) {
                headers.append(SET_COOKIE, cookie);
            }
        }
        Ok(response.map(|body| until_read(body, in_flight)))
    }

    async fn learn(
        &self,
        sessions: &Sessions,
        exchange: &mut Exchange,
        response: Response<Body>,
        now: Instant,
    ) -> Result<Response<Body>, Fault> {
        let (affinity, key) = (&sessions.affinity, self.member.key());
        match sessions.kind {
            SessionKind::Http => {
                if response.headers().contains_key(SET_COOKIE) {
                    let learned = learned_cookies(response.headers(), SystemTime::now());
                    affinity.learn(self.session, learned, key, now);
                } else {
                    affinity.learn(self.session, [], key, now);
                }
                Ok(response)
            }
            SessionKind::Soap => {
                let (response, answer) = read(response, exchange).await?;
                affinity.learn(self.session, sessions.kind.learned(&answer, SystemTime::now()), key, now);
                Ok(response)
            }
            SessionKind::SimpleClient => {
                for id in sessions.kind.ids(&exchange.message) {
                    affinity.start(&id, key, now);
                }
                Ok(response)
            }
        }
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

/// Reads an answer for the session in it; its bytes stay for the client. One that is no SOAP hands out no session.
async fn read(response: Response<Body>, exchange: &mut Exchange) -> Result<(Response<Body>, Message), Fault> {
    let (parts, body) = response.into_parts();
    let limit = usize::try_from(exchange.payload_limit).unwrap_or(usize::MAX);
    let bytes = Limited::new(body, limit).collect().await.map_err(|error| {
        let message = "the answer could not be read for its session";
        Fault::endpoint(ErrorCode::SENDER_IO_RECEIVING, message, Retry::Never).detail(error.to_string())
    })?;
    let bytes = bytes.to_bytes();
    let received = Received::new(Method::GET, Uri::default());
    let answer = Message::request(received, parts.headers.clone(), Payload::from(Body::full(bytes.clone())));
    let mut reading = Exchange::new(answer, exchange.environment.clone());
    reading.payload_limit = exchange.payload_limit;
    if let Err(fault) = reading.read_payload().await {
        tracing::debug!(target: "balancing", %fault, "an answer without a readable session");
    }
    Ok((Response::from_parts(parts, Body::full(bytes)), reading.message))
}
