//! `loadbalance` endpoints with a `session` beside them (endpoints.md §6).
//!
//! Each has sessions of its own, so that one inside another keeps to its part of the path by itself. A session is bound to
//! a child by what the child is called, and not by its position: who moves children about moves no sessions.

use std::sync::Arc;

use sinew_core::mediation::{Endpoint, ErrorCode, Exchange, Fault, FaultHandler, Retry, SendFuture};
use sinew_core::message::{Body, Payload};
use tokio::time::Instant;

use super::Algorithm;
use crate::balancing::affinity::identification::{remove_service_group, remove_session_cookies};
use crate::balancing::affinity::{ChildChoice, SessionKind};
use crate::endpoints::Sessions;
use crate::endpoints::composite::{Composite, CompositeSettings};

/// Tells the flow that its message starts a session.
const FIRST_MESSAGE: &str = "FIRST_MESSAGE_IN_SESSION";

/// Sends the messages of one session to one endpoint.
pub struct StickyLoadBalanceEndpoint {
    composite: Composite,
    algorithm: Algorithm,
    sessions: Sessions,
    /// What sessions are bound to, by child.
    targets: Box<[Arc<str>]>,
}

impl StickyLoadBalanceEndpoint {
    /// Several endpoints, how one of them is chosen for a new session, and what sessions are bound to: a name for each
    /// endpoint, in their order.
    pub fn new(
        settings: CompositeSettings,
        algorithm: Algorithm,
        sessions: Sessions,
        targets: impl IntoIterator<Item = Arc<str>>,
    ) -> Self {
        let targets = targets.into_iter().collect();
        Self { composite: Composite::new(settings), algorithm, sessions, targets }
    }

    async fn balance(&self, exchange: &mut Exchange) -> Result<http::Response<Body>, Fault> {
        self.sessions.prepare(exchange).await?;
        let choice = self.choice(exchange);
        let (index, mut response) = match &choice {
            ChildChoice::Bound(session) => {
                let Some(index) = self.index(session.target()) else {
                    return Err(self.refused(ErrorCode::SESSION_PATH_INVALID));
                };
                (index, self.send_on(exchange, index).await?)
            }
            ChildChoice::NotReady(_) => return Err(self.refused(ErrorCode::SESSION_NOT_READY)),
            ChildChoice::InvalidPath(_) => return Err(self.refused(ErrorCode::SESSION_PATH_INVALID)),
            ChildChoice::Open => self.send_first(exchange).await?,
        };
        let Some(target) = self.targets.get(index) else { return Ok(response) };
        self.sessions.learn(choice.session(), target, exchange, &mut response, Instant::now()).await?;
        Ok(response)
    }

    /// What the session of a request means.
    fn choice(&self, exchange: &Exchange) -> ChildChoice<Arc<str>> {
        let ready = |target: &Arc<str>| {
            let child = self.composite.children().get(self.index(target)?)?;
            Some(child.is_ready())
        };
        let ids = self.sessions.kind.ids(&exchange.message);
        self.sessions.affinity.child(ids, Instant::now(), ready)
    }

    fn index(&self, target: &Arc<str>) -> Option<usize> {
        self.targets.iter().position(|known| known == target)
    }

    /// A further message of a session: only its own child will do (case E75).
    async fn send_on(&self, exchange: &mut Exchange, index: usize) -> Result<http::Response<Body>, Fault> {
        let _busy = self.algorithm.occupy(index);
        let outcome = self.composite.send_only(exchange, index).await;
        if let Err(fault) = &outcome {
            tracing::info!(
                target: "endpoints",
                endpoint = self.name(),
                code = ErrorCode::SESSION_FAILED.0,
                %fault,
                "the endpoint of a session failed"
            );
        }
        outcome
    }

    /// The first message of a session, without what is left of an old one (cases E73, E74, E76).
    async fn send_first(&self, exchange: &mut Exchange) -> Result<(usize, http::Response<Body>), Fault> {
        self.forget_old(exchange);
        exchange.message.properties.set(FIRST_MESSAGE, "true");
        let ids = self.started(exchange);
        let count = self.composite.children().len();
        let mut busy = None;
        let mut chosen = None;
        let choose = |tried: &[usize]| {
            let index = self.algorithm.choose(count, |index| self.composite.is_free(index, tried))?;
            busy = self.algorithm.occupy(index);
            chosen = Some(index);
            // Before it is sent, so that the next message, which may not wait for the answer, goes the same way.
            if let (Some(id), Some(target)) = (&ids, self.targets.get(index)) {
                self.sessions.affinity.start(id, target, Instant::now());
            }
            Some(index)
        };
        let outcome = self.composite.send(exchange, choose).await;
        drop(busy);
        match (outcome, chosen) {
            (Ok(response), Some(index)) => Ok((index, response)),
            (Ok(_), None) => Err(self.composite.none_ready()),
            (Err(fault), _) => {
                if let Some(id) = ids.filter(|_| fault.retry == Retry::NotSent) {
                    let affinity = &self.sessions.affinity;
                    affinity.table.remove(&affinity.scope, &id);
                }
                Err(fault)
            }
        }
    }

    /// The id that a client made up for a session that begins with this message.
    fn started(&self, exchange: &Exchange) -> Option<String> {
        let kind = self.sessions.kind;
        if !kind.starts_at_client() {
            return None;
        }
        kind.ids(&exchange.message).next().map(|id| id.into_owned())
    }

    fn forget_old(&self, exchange: &mut Exchange) {
        let message = &mut exchange.message;
        match (self.sessions.kind, &mut message.payload) {
            (SessionKind::Http, _) => remove_session_cookies(&mut message.headers),
            (SessionKind::Soap, Payload::Xml(payload)) => {
                remove_service_group(payload);
            }
            _ => {}
        }
    }

    fn refused(&self, code: ErrorCode) -> Fault {
        let message = match code {
            ErrorCode::SESSION_NOT_READY => "the endpoint of the session is not ready",
            _ => "the endpoint of the session is not there any more",
        };
        Fault::endpoint(code, message, Retry::NotSent).detail(format!("endpoint {}", self.name()))
    }
}

impl Endpoint for StickyLoadBalanceEndpoint {
    fn name(&self) -> &str {
        self.composite.name()
    }

    fn on_error(&self) -> Option<&FaultHandler> {
        self.composite.on_error()
    }

    fn is_ready(&self) -> bool {
        self.composite.is_ready()
    }

    fn changes_message(&self) -> bool {
        // Cookies of old sessions go.
        true
    }

    fn send<'a>(&'a self, exchange: &'a mut Exchange) -> SendFuture<'a> {
        Box::pin(self.balance(exchange))
    }
}
