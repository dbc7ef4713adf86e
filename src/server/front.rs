//! Between the transport and dispatching: a request becomes a message, the answer a response, and both are counted.

use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use http::{Method, Request, Response, StatusCode, uri};
use sinew_core::message::{Body, Message, Payload, Received};

use super::ledger::{Ledger, of_connection};
use crate::compiler::Deployed;
use crate::dispatch::{Account, DispatchSettings, Service, serve};
use crate::telemetry::access_log::{AccessLog, ExchangeRecord, Termination};
use crate::telemetry::metrics::{ListenerLabel, Metrics, RefusalReason};
use crate::transport::http::framing::{self, Refusal};
use crate::transport::http::server::{ConnectionInfo, Handler, Scheme};

/// Answers every request of every listener.
pub(super) struct Front {
    pub(super) deployed: Arc<ArcSwap<Deployed>>,
    pub(super) settings: DispatchSettings,
    pub(super) metrics: Arc<Metrics>,
    pub(super) listeners: ListenerLabels,
    pub(super) access_log: AccessLog,
}

/// The labels of the two listeners, looked up once.
pub(super) struct ListenerLabels {
    pub(super) http: ListenerLabel,
    pub(super) https: ListenerLabel,
}

impl Handler for Front {
    async fn handle(&self, request: Request<Body>, connection: &Arc<ConnectionInfo>) -> Response<Body> {
        let deployed = self.deployed.load_full();
        let (head, body) = request.into_parts();
        let mut received = Received::new(head.method, head.uri);
        received.version = head.version;
        received.local = Some(connection.local);
        received.remote = Some(connection.remote);
        let listener = match connection.scheme {
            Scheme::Http => self.listeners.http,
            Scheme::Https => {
                received.scheme = uri::Scheme::HTTPS;
                self.listeners.https
            }
        };
        let headers = head.headers;
        let asked = self.access_log.is_on().then(|| received.target.clone());
        let service = Service::find(&deployed, &mut received);
        let mut ledger = Ledger::open(service.metrics(&deployed).begin(listener, &received.method));
        if let Some(target) = asked {
            let line = (&received.method, target, received.version);
            ledger.remember(&self.access_log, connection, line, &headers, &service);
        }
        let is_head = received.method == Method::HEAD;
        let body = ledger.count_request(body);
        let message = Message::request(received, headers, Payload::from(body));
        let mut account = Account::default();
        let response = serve(&deployed, service, message, &self.settings, None, &mut account).await;
        let (head, body) = response.into_parts();
        let no_body = is_head || matches!(head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let body = ledger.answered(head.status, account, body, no_body);
        Response::from_parts(head, body)
    }

    fn refused(&self, refusal: &Refusal, connection: &Arc<ConnectionInfo>) {
        let reason = reason(refusal.reason);
        self.metrics.refused(reason);
        self.access_log.write(|| ExchangeRecord {
            status: Some(refusal.status.as_u16()),
            ..of_connection(connection, SystemTime::now(), Termination::Refused(reason))
        });
    }
}

/// The transport's reasons by the names of the metric's label.
fn reason(reason: framing::RefusalReason) -> RefusalReason {
    use framing::RefusalReason as Framing;
    match reason {
        Framing::Framing => RefusalReason::Framing,
        Framing::TooLarge => RefusalReason::TooLarge,
        Framing::Timeout => RefusalReason::Timeout,
        Framing::Overload => RefusalReason::Overload,
        Framing::Draining => RefusalReason::Draining,
        _ => RefusalReason::Malformed,
    }
}
