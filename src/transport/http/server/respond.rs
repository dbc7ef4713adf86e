//! The head and framing of an answer, whatever the handler wrote into it (http-transport.md §4.2, §4.3, §17 rule 2).

use ::http::header::{ALLOW, CONNECTION, CONTENT_LENGTH};
use ::http::{HeaderValue, Method, Response, StatusCode, Version, request};
use http_body::Body as _;
use hyper::ext::ReasonPhrase;
use sinew_core::message::Body;

use crate::transport::http::CloseAfter;
use crate::transport::http::framing::{Refusal, strip_hop_by_hop};

/// What of a request decides over the framing of its answer.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    is_head: bool,
    is_http_10: bool,
}

impl Asked {
    pub(super) fn of(head: &request::Parts) -> Self {
        Self { is_head: head.method == Method::HEAD, is_http_10: head.version == Version::HTTP_10 }
    }

    /// True when only the end of the connection will mark the end of this answer.
    pub(super) fn is_close_delimited(self, answer: &Response<Body>) -> bool {
        self.is_http_10 && !self.is_head && answer.body().size_hint().exact().is_none()
    }
}

/// Makes an answer fit to be written by hyper, which frames the body by its size.
pub(super) fn finish(answer: Response<Body>, asked: Asked, closes: bool) -> Response<Body> {
    let (mut head, mut body) = answer.into_parts();
    if head.status.is_informational() {
        tracing::error!(
            status = head.status.as_u16(),
            "a handler gave an informational status as its answer"
        );
        return plain(StatusCode::INTERNAL_SERVER_ERROR);
    }
    // The version is that of the exchange with the member; hyper lowers it for HTTP/1.0 clients.
    head.version = Version::HTTP_11;
    strip_hop_by_hop(&mut head.headers);
    let is_bodiless =
        matches!(head.status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
    if is_bodiless && !body.is_end_stream() {
        body = Body::empty();
    }
    // Only the answer to HEAD may state a length that its body does not have.
    if head.headers.contains_key(CONTENT_LENGTH) && !(asked.is_head && states_length(&head.headers, &body)) {
        head.headers.remove(CONTENT_LENGTH);
    }
    if head.status.canonical_reason().is_none() && head.extensions.get::<ReasonPhrase>().is_none() {
        head.extensions.insert(ReasonPhrase::from_static(b""));
    }
    if closes || closes_by_status(head.status) || head.extensions.get::<CloseAfter>().is_some() {
        head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Response::from_parts(head, body)
}

/// The answer to a request that is refused; the connection is closed after it.
pub(super) fn refusal(refusal: &Refusal) -> Response<Body> {
    let mut answer = plain(refusal.status);
    if refusal.status == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        answer.headers_mut().insert(ALLOW, allowed);
    }
    answer
}

/// An empty answer that closes the connection.
pub(super) fn plain(status: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

fn states_length(headers: &::http::HeaderMap, body: &Body) -> bool {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    body.is_end_stream()
        && lengths
            .next()
            .is_some_and(|value| !value.is_empty() && value.as_bytes().iter().all(u8::is_ascii_digit))
        && lengths.next().is_none()
}

/// After these the connection is always closed (http-transport.md §4.3).
fn closes_by_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 400 | 408 | 411 | 413 | 414 | 501 | 503)
}
