//! What one exchange leaves behind in metrics and access log, written when it ends, however it does.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::header::{HOST, HeaderValue, REFERER, USER_AGENT};
use http::{HeaderMap, Method, StatusCode, Uri, Version};
use http_body::{Body as HttpBody, Frame, SizeHint};
use sinew_core::mediation::{Endpoint, ErrorCode};
use sinew_core::message::{Body, BodyError};

use crate::dispatch::{Account, Service};
use crate::telemetry::access_log::{AccessLog, ExchangeRecord, Termination, TimeoutPhase, Times, TlsRecord};
use crate::telemetry::metrics::{Ended, InFlight};
use crate::transport::http::server::ConnectionInfo;

/// The account of an exchange while it runs. When it is dropped before the answer was sent, the client is gone.
pub(super) struct Ledger {
    in_flight: Option<InFlight>,
    started: Instant,
    request_bytes: Option<Arc<AtomicU64>>,
    response_bytes: u64,
    status: Option<StatusCode>,
    fault: Option<ErrorCode>,
    /// Kept only when the access log is on.
    entry: Option<Box<Entry>>,
}

/// What the access log wants to know.
struct Entry {
    log: AccessLog,
    time: SystemTime,
    connection: Arc<ConnectionInfo>,
    method: Method,
    target: Uri,
    version: Version,
    host: Option<HeaderValue>,
    user_agent: Option<HeaderValue>,
    referer: Option<HeaderValue>,
    service: Service,
    endpoint: Option<Arc<dyn Endpoint>>,
    attempts: u32,
}

impl Ledger {
    /// Opens the account of an exchange.
    pub(super) fn open(in_flight: InFlight) -> Self {
        Self {
            in_flight: Some(in_flight),
            started: Instant::now(),
            request_bytes: None,
            response_bytes: 0,
            status: None,
            fault: None,
            entry: None,
        }
    }

    /// Keeps what the access log will want to know.
    pub(super) fn remember(
        &mut self,
        log: &AccessLog,
        connection: &Arc<ConnectionInfo>,
        (method, target, version): (&Method, Uri, Version),
        headers: &HeaderMap,
        service: &Service,
    ) {
        self.entry = Some(Box::new(Entry {
            log: log.clone(),
            time: SystemTime::now(),
            connection: connection.clone(),
            method: method.clone(),
            target,
            version,
            host: headers.get(HOST).cloned(),
            user_agent: headers.get(USER_AGENT).cloned(),
            referer: headers.get(REFERER).cloned(),
            service: service.clone(),
            endpoint: None,
            attempts: 0,
        }));
    }

    /// Counts the bytes of the request's body, if it has one.
    pub(super) fn count_request(&mut self, body: Body) -> Body {
        if body.is_empty() {
            return body;
        }
        let count = Arc::new(AtomicU64::new(0));
        self.request_bytes = Some(count.clone());
        Body::stream(Counted { inner: body, count })
    }

    /// Notes what dispatching did, and goes along with the answer's body.
    pub(super) fn answered(
        mut self,
        status: StatusCode,
        account: Account,
        body: Body,
        no_body: bool,
    ) -> Body {
        self.status = Some(status);
        self.fault = account.fault;
        if let Some(entry) = &mut self.entry {
            entry.endpoint = account.endpoint;
            entry.attempts = account.attempts;
        }
        // What is here whole leaves in one piece.
        let whole = body.as_bytes().map(|bytes| bytes.len() as u64);
        if no_body || whole.is_some() || body.is_end_stream() {
            self.response_bytes = whole.filter(|_| !no_body).unwrap_or(0);
            self.close(Termination::Ok);
            return body;
        }
        Body::stream(Accounted { inner: body, ledger: self })
    }

    /// Writes it all down, once.
    fn close(&mut self, termination: Termination) {
        let Some(in_flight) = self.in_flight.take() else { return };
        let duration = self.started.elapsed();
        let request_bytes = self.request_bytes.as_ref().map_or(0, |count| count.load(Ordering::Relaxed));
        let response_bytes = self.response_bytes;
        in_flight.finish(&Ended { status: self.status, duration, request_bytes, response_bytes });
        if let Some(entry) = self.entry.take() {
            entry.log.write(|| self.record(&entry, termination, duration, request_bytes));
        }
    }

    fn record<'a>(
        &self,
        entry: &'a Entry,
        termination: Termination,
        duration: Duration,
        request_bytes: u64,
    ) -> ExchangeRecord<'a> {
        let termination = match (termination, self.fault.map(|code| code.0)) {
            (Termination::Ok, Some(101_504)) => Termination::Timeout(TimeoutPhase::Response),
            (Termination::Ok, Some(101_508)) => Termination::Timeout(TimeoutPhase::Connect),
            (termination, _) => termination,
        };
        ExchangeRecord {
            method: Some(entry.method.as_str().as_bytes()),
            host: entry.host.as_ref().map(HeaderValue::as_bytes),
            path: Some(entry.target.path().as_bytes()),
            query: entry.target.query().map(str::as_bytes),
            protocol: Some(protocol(entry.version)),
            status: self.status.map(|status| status.as_u16()),
            kind: Some(entry.service.kind()),
            service: Some(entry.service.name()),
            endpoint: entry.endpoint.as_ref().map(|endpoint| endpoint.name()),
            attempts: entry.attempts,
            bytes_in: request_bytes,
            bytes_out: self.response_bytes,
            times: Times { total: Some(duration), ..Times::default() },
            user_agent: entry.user_agent.as_ref().map(HeaderValue::as_bytes),
            referer: entry.referer.as_ref().map(HeaderValue::as_bytes),
            ..of_connection(&entry.connection, entry.time, termination)
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.close(Termination::ClientClosed);
    }
}

/// A record of which only the connection is known.
pub(super) fn of_connection(
    connection: &ConnectionInfo,
    time: SystemTime,
    termination: Termination,
) -> ExchangeRecord<'_> {
    let tls = connection.tls.as_ref().map(|tls| TlsRecord {
        version: tls.version,
        server_name: tls.server_name.as_deref().map(str::as_bytes),
    });
    ExchangeRecord {
        listener: Some(&connection.listener),
        client: Some(connection.remote.ip()),
        client_port: Some(connection.remote.port()),
        tls,
        ..ExchangeRecord::new(time, termination)
    }
}

fn protocol(version: Version) -> &'static str {
    if version == Version::HTTP_10 { "HTTP/1.0" } else { "HTTP/1.1" }
}

/// A request's body that is counted as it is read.
struct Counted {
    inner: Body,
    count: Arc<AtomicU64>,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        if let Some(data) = frame.as_ref().and_then(|frame| frame.as_ref().ok()).and_then(Frame::data_ref) {
            self.count.fetch_add(data.len() as u64, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// An answer's body that closes the account when it ends.
struct Accounted {
    inner: Body,
    ledger: Ledger,
}

impl HttpBody for Accounted {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
                self.ledger.response_bytes += bytes;
                // A body of known length is not asked again after its last byte.
                if self.inner.is_end_stream() {
                    self.ledger.close(Termination::Ok);
                }
            }
            Some(Err(BodyError::Idle)) => {
                self.ledger.close(Termination::Timeout(TimeoutPhase::ResponseBody));
            }
            Some(Err(_)) => self.ledger.close(Termination::MemberClosed),
            None => self.ledger.close(Termination::Ok),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
