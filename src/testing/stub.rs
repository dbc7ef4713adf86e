//! Endpoints in memory: what is called is recorded, what is answered was said beforehand.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use sinew_core::message::Body;
use tower::Service;

use super::transcript::{Event, header_lines, text};
use crate::endpoints::{Call, ResponseOf};
use crate::transport::http::client::ClientError;

/// What a stub answers.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) outcome: Outcome,
}

#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Answer { status: StatusCode, headers: HeaderMap, body: String },
    Refused,
    TimedOut,
    Closed,
}

impl Reply {
    /// 200 with a plain text.
    pub fn ok(body: &str) -> Self {
        Self::status(200).header("Content-Type", "text/plain").body(body)
    }

    /// An answer with a status and nothing else.
    ///
    /// # Panics
    /// The number is no status.
    pub fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).expect("a status from 100 to 999");
        Self { outcome: Outcome::Answer { status, headers: HeaderMap::new(), body: String::new() } }
    }

    /// Refuses the connection: error code 101503.
    pub fn refused() -> Self {
        Self { outcome: Outcome::Refused }
    }

    /// Never answers: error code 101504, without waiting.
    pub fn timed_out() -> Self {
        Self { outcome: Outcome::TimedOut }
    }

    /// Closes the connection instead of answering: error code 101505.
    pub fn closed() -> Self {
        Self { outcome: Outcome::Closed }
    }

    /// Adds a header to an answer.
    ///
    /// # Panics
    /// The name or value is none that headers can have.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Outcome::Answer { headers, .. } = &mut self.outcome {
            let name = HeaderName::try_from(name).expect("a header name");
            headers.append(name, HeaderValue::from_str(value).expect("a header value"));
        }
        self
    }

    /// Sets the body of an answer.
    pub fn body(mut self, text: &str) -> Self {
        if let Outcome::Answer { body, .. } = &mut self.outcome {
            text.clone_into(body);
        }
        self
    }
}

/// Stubs by address; the one with the longest matching prefix answers, its replies in turn, the last one for ever.
#[derive(Debug, Default)]
pub(super) struct Stubs(Vec<(String, VecDeque<Reply>)>);

impl Stubs {
    pub(super) fn add(&mut self, address: &str, reply: Reply) {
        match self.0.iter_mut().find(|(known, _)| known == address) {
            Some((_, replies)) => replies.push_back(reply),
            None => self.0.push((address.to_owned(), VecDeque::from([reply]))),
        }
    }

    fn next(&mut self, address: &str) -> Option<Reply> {
        let matching = self.0.iter_mut().filter(|(prefix, _)| address.starts_with(prefix.as_str()));
        let (_, replies) = matching.max_by_key(|(prefix, _)| prefix.len())?;
        if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() }
    }
}

/// The client of a flow test.
#[derive(Clone, Debug, Default)]
pub(super) struct StubClient {
    pub(super) stubs: Arc<Mutex<Stubs>>,
    pub(super) events: Arc<Mutex<Vec<Event>>>,
}

/// A test that panicked elsewhere leaves its data readable.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'m> Service<Call<'m>> for StubClient {
    type Response = Response<Body>;
    type Error = ClientError;
    type Future = Pin<Box<dyn Future<Output = ResponseOf<ClientError>> + Send + 'm>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Call<'m>) -> Self::Future {
        Box::pin(answer(self.clone(), call))
    }
}

async fn answer(client: StubClient, call: Call<'_>) -> ResponseOf<ClientError> {
    let target = call.target.to_string();
    let (head, body) = call.request.into_request().into_parts();
    let path = head.uri.path_and_query().map_or("/", |both| both.as_str());
    let address = format!("{}://{}{path}", call.target.scheme().as_str(), authority(call.target));
    let body = body
        .collect()
        .await
        .map_err(|source| ClientError::RequestBody { target: target.clone(), source })?
        .to_bytes();
    let reply = lock(&client.stubs).next(&address);
    lock(&client.events).push(Event::Call {
        method: head.method.to_string(),
        address: address.clone(),
        headers: header_lines(&head.headers),
        body: text(&body),
        answer: describe(reply.as_ref()),
    });
    let refused = |reason: String| ClientError::Connect {
        target: target.clone(),
        source: io::Error::new(io::ErrorKind::ConnectionRefused, reason),
    };
    match reply.map(|reply| reply.outcome) {
        None => Err(refused(format!("no stub answers for {address}"))),
        Some(Outcome::Refused) => Err(refused("connection refused".to_owned())),
        Some(Outcome::TimedOut) => {
            Err(ClientError::ResponseTimeout { target, limit: call.timeouts.response })
        }
        Some(Outcome::Closed) => {
            Err(ClientError::Closed { target, while_sending: false, nothing_sent: false })
        }
        Some(Outcome::Answer { status, headers, body }) => {
            let mut response = Response::new(Body::full(body));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        }
    }
}

fn authority(target: &crate::transport::http::client::Target) -> String {
    target.authority().to_str().map_or_else(|_| target.to_string(), str::to_owned)
}

fn describe(reply: Option<&Reply>) -> String {
    match reply.map(|reply| &reply.outcome) {
        None => "no stub for this address".to_owned(),
        Some(Outcome::Refused) => "connection refused".to_owned(),
        Some(Outcome::TimedOut) => "no answer in time".to_owned(),
        Some(Outcome::Closed) => "connection closed".to_owned(),
        Some(Outcome::Answer { status, .. }) => status.to_string(),
    }
}
