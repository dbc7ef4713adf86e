//! A server that is asked again and again, and answers when there is something new: HTTP long polling.
//!
//! `GET URL?wait=SECONDS` with `If-None-Match` once an answer had an `ETag`. The server answers 200 with the whole state, or 304
//! when nothing new came within the time. One that answers at once is asked once a second.

use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, ETAG, HeaderValue, IF_NONE_MATCH, USER_AGENT};
use http::uri::PathAndQuery;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use sinew_core::diagnostics::SourceFile;
use sinew_core::message::Body;
use tokio::time::{Instant, sleep_until, timeout};

use super::{SourceError, TopologySource};
use crate::transport::http::CloseAfter;
use crate::transport::http::client::{HttpClient, Target, TargetError, Timeouts};

/// A server.
pub struct HttpTopology {
    client: HttpClient,
    target: Target,
    path: PathAndQuery,
    name: String,
    authorization: Option<HeaderValue>,
    wait: Duration,
    /// The shortest time from one request to the next.
    pub(super) pause: Duration,
    etag: Option<HeaderValue>,
    next: Option<Instant>,
}

/// The shortest time from one request to the next, for servers that do not wait.
const PAUSE: Duration = Duration::from_secs(1);

/// How much longer than asked the server may take to answer, and how long a text may take to come.
const GRACE: Duration = Duration::from_secs(10);

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);

/// The largest text, in bytes.
const LARGEST: usize = 4 * 1024 * 1024;

/// What the server sees of us.
const AGENT: HeaderValue = HeaderValue::from_static("Sinew-topology");

impl HttpTopology {
    /// Asks at an address, with a token as `Authorization: Bearer …` if there is one, and lets the server wait so long.
    ///
    /// # Errors
    /// The address is none.
    pub fn new(
        client: HttpClient,
        address: &Uri,
        token: Option<&HeaderValue>,
        wait: Duration,
    ) -> Result<Self, TargetError> {
        let target = Target::parse(address)?;
        let written = address.path_and_query().map_or("/", PathAndQuery::as_str);
        let separator = if written.contains('?') { '&' } else { '?' };
        let path = format!("{written}{separator}wait={}", wait.as_secs());
        // A path stays one when it has more of a query.
        let path = PathAndQuery::try_from(path).map_err(|_| TargetError::Host)?;
        let authorization = token.cloned().map(|mut value| {
            value.set_sensitive(true);
            value
        });
        Ok(Self {
            client,
            target,
            path,
            name: address.to_string(),
            authorization,
            wait,
            pause: PAUSE,
            etag: None,
            next: None,
        })
    }

    fn request(&self) -> Request<Body> {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = Uri::from(self.path.clone());
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, AGENT);
        headers.extend(self.authorization.clone().map(|value| (AUTHORIZATION, value)));
        headers.extend(self.etag.clone().map(|value| (IF_NONE_MATCH, value)));
        request.extensions_mut().insert(CloseAfter);
        request
    }

    /// One request; `None` when nothing is new.
    async fn ask(&self) -> Result<Option<(Option<HeaderValue>, String)>, SourceError> {
        let timeouts = Timeouts { connect: CONNECT, response: self.wait + GRACE };
        let answer = self.client.send(&self.target, self.request(), timeouts).await?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED => return Ok(None),
            other => return Err(SourceError::Status(other)),
        }
        let etag = answer.headers().get(ETAG).cloned();
        let body = Limited::new(answer.into_body(), LARGEST).collect();
        let body = timeout(GRACE, body).await.map_err(|_| SourceError::TooSlow(GRACE))?;
        let body = body.map_err(|error| match error.is::<http_body_util::LengthLimitError>() {
            true => SourceError::TooLarge(LARGEST),
            false => SourceError::BrokenOff(error.to_string()),
        })?;
        let text = String::from_utf8(body.to_bytes().into()).map_err(|_| SourceError::NotText)?;
        Ok(Some((etag, text)))
    }
}

impl TopologySource for HttpTopology {
    fn name(&self) -> &'static str {
        "http"
    }

    async fn next(&mut self) -> Result<Arc<SourceFile>, SourceError> {
        loop {
            if let Some(next) = self.next {
                sleep_until(next).await;
            }
            self.next = Some(Instant::now() + self.pause);
            if let Some((etag, text)) = self.ask().await? {
                self.etag = etag;
                return Ok(SourceFile::new(self.name.clone(), text));
            }
        }
    }
}
