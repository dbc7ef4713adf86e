//! Reading a payload to its end, and whose fault it is when that cannot be done.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use super::Fault;
use super::fault::{ErrorCode, Retry};
use crate::message::{Body, BodyError, Message};

/// Who sends a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    Client,
    Endpoint,
}

impl Sender {
    /// A message with a status is an endpoint's answer; a request that counts as a response has none.
    pub(super) fn of(message: &Message) -> Self {
        if message.status.is_some() { Sender::Endpoint } else { Sender::Client }
    }

    /// It sent something that it should not have sent.
    pub(super) fn wrong(self, message: String) -> Fault {
        self.fault(ErrorCode::MESSAGE_PARSING, message)
    }

    /// It did not send everything.
    fn stopped(self, error: &BodyError) -> Fault {
        let code = match (self, error) {
            (_, BodyError::TooLarge { .. }) => ErrorCode::MESSAGE_PARSING,
            (Sender::Client, _) => ErrorCode::RECEIVER_INPUT,
            (Sender::Endpoint, BodyError::Idle) => ErrorCode::CONNECTION_TIMEOUT,
            (Sender::Endpoint, BodyError::Aborted(_)) => ErrorCode::SENDER_IO_RECEIVING,
        };
        self.fault(code, error.to_string())
    }

    fn fault(self, code: ErrorCode, message: String) -> Fault {
        match self {
            Sender::Client => Fault::client(code, message),
            Sender::Endpoint => Fault::endpoint(code, message, Retry::Never),
        }
    }
}

/// Reads a body to its end.
///
/// # Errors
/// It is larger than so many bytes, or ends before its end.
pub(super) async fn collect(mut body: Body, limit: u64, sender: Sender) -> Result<Bytes, Fault> {
    let mut first: Option<Bytes> = None;
    let mut rest = BytesMut::new();
    let mut total = 0u64;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| sender.stopped(&error))?;
        let Ok(data) = frame.into_data() else { continue };
        total += data.len() as u64;
        if total > limit {
            return Err(sender.wrong(format!(
                "the payload is larger than the {limit} bytes that may be read for mediation"
            )));
        }
        match &first {
            None => first = Some(data),
            Some(start) => {
                if rest.is_empty() {
                    rest.extend_from_slice(start);
                }
                rest.extend_from_slice(&data);
            }
        }
    }
    Ok(if rest.is_empty() { first.unwrap_or_default() } else { rest.freeze() })
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use http::{HeaderMap, Method, StatusCode, Uri};
    use http_body::Frame;

    use super::super::fault::FaultSource;
    use super::*;
    use crate::message::{Payload, Received};

    /// A body that ends with an error.
    struct Broken(Option<BodyError>);

    impl http_body::Body for Broken {
        type Data = Bytes;
        type Error = BodyError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
            Poll::Ready(self.0.take().map(Err))
        }
    }

    fn fault(sender: Sender, body: Body) -> (u32, FaultSource) {
        let mut read = pin!(collect(body, 3, sender));
        match read.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Err(fault)) => (fault.code.0, fault.source),
            other => panic!("no fault: {other:?}"),
        }
    }

    /// http-transport.md §8.1.
    #[test]
    fn who_did_not_send_everything_is_at_fault() {
        let aborted = || BodyError::Aborted("reset".into());
        for (sender, error, code, source) in [
            (Sender::Client, aborted(), 101_000, FaultSource::Client),
            (Sender::Client, BodyError::Idle, 101_000, FaultSource::Client),
            (Sender::Client, BodyError::TooLarge { limit: 1 }, 601_000, FaultSource::Client),
            (Sender::Endpoint, aborted(), 101_501, FaultSource::Endpoint),
            (Sender::Endpoint, BodyError::Idle, 101_504, FaultSource::Endpoint),
            (Sender::Endpoint, BodyError::TooLarge { limit: 1 }, 601_000, FaultSource::Endpoint),
        ] {
            let text = error.to_string();
            assert_eq!(
                fault(sender, Body::stream(Broken(Some(error)))),
                (code, source),
                "{sender:?}: {text}"
            );
        }
        assert_eq!(fault(Sender::Endpoint, Body::full("four")), (601_000, FaultSource::Endpoint));
    }

    #[test]
    fn an_answer_is_known_by_its_status() {
        let received = Received::new(Method::POST, Uri::from_static("/"));
        let mut message = Message::request(received, HeaderMap::new(), Payload::Empty);
        assert_eq!(Sender::of(&message), Sender::Client);
        message.direction = crate::message::Direction::Response;
        assert_eq!(Sender::of(&message), Sender::Client, "sent back as it came");
        message.become_response(StatusCode::OK, HeaderMap::new(), Payload::Empty);
        assert_eq!(Sender::of(&message), Sender::Endpoint);
    }
}
