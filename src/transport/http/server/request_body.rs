//! The body of a request, and what becomes of it when the handler does not read it to its end.

use ::http::Version;
use ::http::header::EXPECT;
use ::http::request::Parts;
use bytes::BytesMut;
use http_body::Body as _;
use sinew_core::message::{Body, BodyError};

use super::ServerSettings;
use super::loan::{Incoming, Loan, Outlook, Progress, lend};
use super::socket::Io;
use super::wire::Wire;
use crate::transport::http::body::{Owner, ReceivedBody};
use crate::transport::http::codec::{Decoder, Length};

/// The body of a request whose head was taken off the connection, and the connection.
pub(super) fn request_body(
    mut io: Io,
    length: Length,
    head: &Parts,
    settings: &ServerSettings,
) -> (Body, Wire) {
    if let Length::Known(length) = length
        && let Some(body) = whole(&mut io.input.bytes, length)
    {
        return (body, Wire::Own(io));
    }
    let decoder = Decoder::new(length);
    let expects = head.headers.contains_key(EXPECT);
    // HTTP/1.0 knows no interim answers (RFC 9110 §10.1.1).
    let expects_continue = expects && head.version != Version::HTTP_10;
    let (loan, incoming) = lend(io, decoder, expects_continue, settings.drain_bytes);
    let owner = RequestBody {
        outlook: incoming.outlook(),
        must_not_read_on: expects,
        drain_bytes: settings.drain_bytes,
    };
    let body = ReceivedBody::new(incoming, settings.body_idle, settings.limits.body, owner);
    (Body::stream(body), Wire::Lent(loan))
}

/// A body that has arrived already.
fn whole(bytes: &mut BytesMut, length: u64) -> Option<Body> {
    let length = usize::try_from(length).ok().filter(|length| *length <= bytes.len())?;
    if length == 0 {
        return Some(Body::empty());
    }
    let mut decoder = Decoder::new(Length::Known(length as u64));
    decoder.decode(bytes).ok().flatten().map(Body::full)
}

struct RequestBody {
    outlook: Outlook,
    /// Reading would tell the client to go on (RFC 9110 §10.1.1).
    must_not_read_on: bool,
    drain_bytes: u64,
}

impl Owner for RequestBody {
    type Incoming = Incoming;

    fn started(&mut self) {
        self.must_not_read_on = false;
    }

    fn finished(&mut self, _incoming: Incoming) {}

    fn failed(&mut self, _error: &BodyError) {
        self.outlook.set(Progress::Lost);
    }

    fn dropped(&mut self, rest: Incoming) {
        let is_short = rest.size_hint().exact().is_none_or(|left| left <= self.drain_bytes);
        let is_read_on = is_short && !self.must_not_read_on;
        self.outlook.set(if is_read_on { Progress::Dropped } else { Progress::Lost });
    }
}

/// Whether a connection cannot carry another request after this answer.
///
/// A body that somebody still holds may be read while the answer streams (an echo does that), so only an answer without
/// a body decides at once; otherwise the connection waits for the end of the body.
pub(super) fn must_close(loan: &Loan, answer: &Body) -> bool {
    match loan.progress() {
        Progress::Finished | Progress::Dropped => false,
        Progress::Unread | Progress::Reading => answer.is_end_stream(),
        Progress::Lost => true,
    }
}
