//! Taking a body out of the bytes that arrive (RFC 9112 §6.3).

use bytes::{Bytes, BytesMut};
use http_body::SizeHint;

use super::BodyFault;
use super::chunks::{Chunks, Next};

/// How the end of a body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// So many bytes.
    Known(u64),
    /// The last chunk.
    Chunked,
    /// The end of the connection; answers only.
    UntilClose,
}

/// Takes the data of one body, and nothing behind it.
#[derive(Debug)]
pub(crate) struct Decoder(State);

#[derive(Debug)]
enum State {
    Known(u64),
    Chunked(Chunks),
    UntilClose,
    Ended,
}

/// Chunks that arrived together are given on as one frame of up to so many bytes (hot-path.md §5.5).
const MERGED: usize = 16 * 1024;
/// Up to so many bytes are copied out of the buffer, which then can be used again at once.
const COPIED: usize = 2 * 1024;

impl Decoder {
    pub(crate) fn new(length: Length) -> Self {
        Self(match length {
            Length::Known(0) => State::Ended,
            Length::Known(left) => State::Known(left),
            Length::Chunked => State::Chunked(Chunks::new()),
            Length::UntilClose => State::UntilClose,
        })
    }

    /// True when all of the body was taken.
    pub(crate) fn is_ended(&self) -> bool {
        matches!(self.0, State::Ended)
    }

    /// How much is still to come.
    pub(crate) fn size_hint(&self) -> SizeHint {
        match self.0 {
            State::Known(left) => SizeHint::with_exact(left),
            State::Ended => SizeHint::with_exact(0),
            State::Chunked(_) | State::UntilClose => SizeHint::default(),
        }
    }

    /// Takes what there is of the body; `None` when more has to arrive, or when it has ended.
    ///
    /// # Errors
    /// The chunks are none.
    pub(crate) fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, BodyFault> {
        match &mut self.0 {
            State::Ended => Ok(None),
            State::UntilClose => Ok(take(buffer, u64::MAX)),
            State::Known(left) => {
                let data = take(buffer, *left);
                *left = left.saturating_sub(data.as_ref().map_or(0, |data| data.len() as u64));
                if *left == 0 {
                    self.0 = State::Ended;
                }
                Ok(data)
            }
            State::Chunked(chunks) => {
                let data = merge(chunks, buffer)?;
                if chunks.is_ended() {
                    self.0 = State::Ended;
                }
                Ok(data)
            }
        }
    }

    /// The connection has ended.
    ///
    /// # Errors
    /// The body has not.
    pub(crate) fn end_of_connection(&mut self) -> Result<(), BodyFault> {
        match self.0 {
            State::Ended => Ok(()),
            State::UntilClose => {
                self.0 = State::Ended;
                Ok(())
            }
            State::Known(_) | State::Chunked(_) => Err(BodyFault("the connection ended before the body")),
        }
    }
}

/// The data of all chunks that have arrived, as long as they are small.
fn merge(chunks: &mut Chunks, buffer: &mut BytesMut) -> Result<Option<Bytes>, BodyFault> {
    let mut first: Option<Bytes> = None;
    let mut merged = BytesMut::new();
    loop {
        let have = first.as_ref().map_or(0, Bytes::len) + merged.len();
        let left = match chunks.next(buffer) {
            Ok(Next::Data(left)) => left,
            Ok(Next::More | Next::End) => break,
            // What came before the fault is given on first: it is met again at the next call.
            Err(_) if have > 0 => break,
            Err(fault) => return Err(fault),
        };
        if have > 0 && have + buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX)) > MERGED {
            break;
        }
        let Some(data) = take(buffer, left) else { break };
        chunks.took(data.len() as u64);
        match first.take() {
            None if merged.is_empty() => first = Some(data),
            None => merged.extend_from_slice(&data),
            Some(before) => {
                merged.reserve(MERGED.min(before.len() + data.len() + buffer.len()));
                merged.extend_from_slice(&before);
                merged.extend_from_slice(&data);
            }
        }
    }
    Ok(first.or_else(|| (!merged.is_empty()).then(|| merged.freeze())))
}

fn take(buffer: &mut BytesMut, most: u64) -> Option<Bytes> {
    let count = usize::try_from(most).map_or(buffer.len(), |most| most.min(buffer.len()));
    if count == 0 {
        return None;
    }
    if count <= COPIED {
        let data = Bytes::copy_from_slice(buffer.get(..count).unwrap_or_default());
        bytes::Buf::advance(buffer, count);
        return Some(data);
    }
    Some(buffer.split_to(count).freeze())
}
