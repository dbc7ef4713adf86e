//! The head and framing of an answer, whatever the handler wrote into it (http-transport.md §4.2, §4.3, §17 rule 2).

use ::http::header::{ALLOW, CONTENT_LENGTH, DATE};
use ::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Version, response};
use http_body::Body as _;
use hyper::ext::ReasonPhrase;
use sinew_core::message::Body;
use tokio::time::Instant;

use super::date::with_date;
use crate::transport::http::CloseAfter;
use crate::transport::http::codec::{RequestHead, Written, write_line, write_status_line};
use crate::transport::http::framing::{Refusal, strip_hop_by_hop};

/// What of a request decides over the framing of its answer, and over the connection after it.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    is_head: bool,
    is_http_10: bool,
    pub(super) keeps_alive: bool,
}

impl Asked {
    pub(super) fn of(head: &RequestHead) -> Self {
        Self {
            is_head: head.parts.method == Method::HEAD,
            is_http_10: head.parts.version == Version::HTTP_10,
            keeps_alive: head.keeps_alive,
        }
    }

    /// For bytes that were no request.
    pub(super) const NOTHING: Self = Self { is_head: false, is_http_10: false, keeps_alive: false };
}

/// An answer that is fit to be written.
pub(super) struct Answer {
    head: response::Parts,
    pub(super) body: Body,
    /// The connection is closed after it, whatever the client asked for.
    pub(super) closes: bool,
}

/// Makes an answer fit to be written.
pub(super) fn finish(answer: Response<Body>) -> Answer {
    let (mut head, mut body) = answer.into_parts();
    if head.status.is_informational() {
        tracing::error!(
            status = head.status.as_u16(),
            "a handler gave an informational status as its answer"
        );
        return plain(StatusCode::INTERNAL_SERVER_ERROR);
    }
    strip_hop_by_hop(&mut head.headers);
    let is_bodiless =
        matches!(head.status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
    if is_bodiless && !body.is_end_stream() {
        body = Body::empty();
    }
    let closes = closes_by_status(head.status) || head.extensions.get::<CloseAfter>().is_some();
    Answer { head, body, closes }
}

/// The answer to a request that is refused; the connection is closed after it.
pub(super) fn refusal(refusal: &Refusal) -> Answer {
    let mut answer = plain(refusal.status);
    if refusal.status == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        answer.head.headers.insert(ALLOW, allowed);
    }
    answer
}

/// An empty answer that closes the connection.
pub(super) fn plain(status: StatusCode) -> Answer {
    let (mut head, ()) = Response::new(()).into_parts();
    head.status = status;
    Answer { head, body: Body::empty(), closes: true }
}

impl Answer {
    /// How its body is written (RFC 9112 §6).
    pub(super) fn framing(&self, asked: Asked) -> Written {
        if asked.is_head || matches!(self.head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            return Written::Nothing;
        }
        match length(&self.body) {
            Some(length) => Written::Known(length),
            None if asked.is_http_10 => Written::UntilClose,
            None => Written::Chunked,
        }
    }

    /// Writes its head. `now` is asked only when the date is needed.
    pub(super) fn write_head(
        &self,
        asked: Asked,
        written: Written,
        closes: bool,
        now: impl FnOnce() -> Instant,
        out: &mut Vec<u8>,
    ) {
        let Self { head, body, .. } = self;
        let version = if asked.is_http_10 { Version::HTTP_10 } else { Version::HTTP_11 };
        write_status_line(out, version, head.status, reason(head));
        // Only the answer to HEAD may state a length that its body does not have.
        let states_length =
            written == Written::Nothing && asked.is_head && states_length(&head.headers, body);
        let mut has_date = false;
        for (name, value) in &head.headers {
            if *name == CONTENT_LENGTH && !states_length {
                continue;
            }
            has_date |= *name == DATE;
            write_line(out, name.as_str().as_bytes(), value.as_bytes());
        }
        match written {
            Written::Known(length) => write_length(out, length),
            Written::Chunked => write_line(out, b"transfer-encoding", b"chunked"),
            Written::Nothing if asked.is_head && !states_length => {
                if let Some(length) = length(body).filter(|length| *length > 0) {
                    write_length(out, length);
                }
            }
            Written::Nothing | Written::UntilClose => {}
        }
        if closes {
            write_line(out, b"connection", b"close");
        } else if asked.is_http_10 {
            write_line(out, b"connection", b"keep-alive");
        }
        if !has_date {
            with_date(now(), |date| write_line(out, b"date", date));
        }
        out.extend_from_slice(b"\r\n");
    }
}

/// The length of a body that is known before it is read.
fn length(body: &Body) -> Option<u64> {
    if body.is_end_stream() { Some(0) } else { body.size_hint().exact() }
}

fn reason(head: &response::Parts) -> &[u8] {
    match head.extensions.get::<ReasonPhrase>() {
        Some(reason) => reason.as_bytes(),
        None => head.status.canonical_reason().unwrap_or_default().as_bytes(),
    }
}

fn write_length(out: &mut Vec<u8>, mut length: u64) {
    let mut digits = [0_u8; 20];
    let mut count = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (length % 10) as u8;
        count += 1;
        length /= 10;
        if length == 0 {
            break;
        }
    }
    write_line(out, b"content-length", digits.get(digits.len() - count..).unwrap_or_default());
}

fn states_length(headers: &HeaderMap, body: &Body) -> bool {
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
