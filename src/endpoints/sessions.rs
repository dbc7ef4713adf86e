//! Sessions of endpoints: their ids in requests and answers (elastic-load-balancer.md §3.5, endpoints.md §6).

use std::sync::Arc;
use std::time::SystemTime;

use http::header::SET_COOKIE;
use http::{Method, Response, Uri};
use http_body_util::{BodyExt, Limited};
use sinew_core::mediation::{ErrorCode, Exchange, Fault, Retry};
use sinew_core::message::{Body, Message, Payload, Received};
use tokio::time::Instant;

use crate::balancing::affinity::identification::learned_cookies;
use crate::balancing::affinity::{Affinity, Session, SessionKind};

/// What keeps sessions where they began: they are bound to the keys of members, or to the names of endpoints.
pub struct Sessions {
    /// How ids are found in messages.
    pub kind: SessionKind,
    /// Where sessions are kept.
    pub affinity: Affinity<Arc<str>>,
}

impl Sessions {
    /// Reads the payload of a request whose id stands in it.
    pub(super) async fn prepare(&self, exchange: &mut Exchange) -> Result<(), Fault> {
        if self.kind.needs_payload() {
            exchange.read_payload().await?;
        }
        Ok(())
    }

    /// Keeps what an answer says about sessions; `session` is the one that the request had, `answered` who answered.
    /// Sessions that clients begin are not in answers.
    pub(super) async fn learn(
        &self,
        session: Option<&Session<Arc<str>>>,
        answered: &Arc<str>,
        exchange: &mut Exchange,
        response: &mut Response<Body>,
        now: Instant,
    ) -> Result<(), Fault> {
        match self.kind {
            SessionKind::Http => {
                if response.headers().contains_key(SET_COOKIE) {
                    let learned = learned_cookies(response.headers(), SystemTime::now());
                    self.affinity.learn(session, learned, answered, now);
                } else {
                    self.affinity.learn(session, [], answered, now);
                }
            }
            SessionKind::Soap => {
                let answer = read(response, exchange).await?;
                self.affinity.learn(session, self.kind.learned(&answer, SystemTime::now()), answered, now);
            }
            SessionKind::SimpleClient => {}
        }
        Ok(())
    }

    /// Binds the session that a client began with this request, if it did.
    pub(super) fn start(&self, exchange: &Exchange, target: &Arc<str>, now: Instant) {
        if self.kind.starts_at_client() {
            self.kind.ids(&exchange.message).for_each(|id| self.affinity.start(&id, target, now));
        }
    }
}

/// Reads an answer for the session in it; its bytes stay for the client. One that is no SOAP hands out no session.
async fn read(response: &mut Response<Body>, exchange: &mut Exchange) -> Result<Message, Fault> {
    let body = std::mem::replace(response.body_mut(), Body::empty());
    let limit = usize::try_from(exchange.payload_limit).unwrap_or(usize::MAX);
    let bytes = Limited::new(body, limit).collect().await.map_err(|error| {
        let message = "the answer could not be read for its session";
        Fault::endpoint(ErrorCode::SENDER_IO_RECEIVING, message, Retry::Never).detail(error.to_string())
    })?;
    let bytes = bytes.to_bytes();
    *response.body_mut() = Body::full(bytes.clone());
    let received = Received::new(Method::GET, Uri::default());
    let answer = Message::request(received, response.headers().clone(), Payload::from(Body::full(bytes)));
    let mut reading = Exchange::new(answer, exchange.environment.clone());
    reading.payload_limit = exchange.payload_limit;
    if let Err(fault) = reading.read_payload().await {
        tracing::debug!(target: "balancing", %fault, "an answer without a readable session");
    }
    Ok(reading.message)
}
