//! Taking a body out of the bytes that arrive (RFC 9112 §6.3).

use bytes::{Buf, Bytes, BytesMut};
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

/// The data of all chunks that have arrived, as long as they are small. It is moved together where it lies.
fn merge(chunks: &mut Chunks, buffer: &mut BytesMut) -> Result<Option<Bytes>, BodyFault> {
    // So much data is at the front, and so much of the buffer was looked at.
    let (mut data, mut seen) = (0, 0);
    loop {
        let mut rest = buffer.get(seen..).unwrap_or_default();
        let next = chunks.next(&mut rest);
        let ahead = rest.len();
        seen = buffer.len() - ahead;
        let left = match next {
            Ok(Next::Data(left)) => left,
            Ok(Next::More | Next::End) => break,
            // What came before the fault is given on first: it is met again at the next call.
            Err(_) if data > 0 => break,
            Err(fault) => return Err(fault),
        };
        let count = usize::try_from(left).map_or(ahead, |left| left.min(ahead));
        if data == 0 {
            buffer.advance(seen);
            seen = 0;
        } else if data + count > MERGED {
            break;
        } else {
            buffer.copy_within(seen..seen + count, data);
        }
        chunks.took(count as u64);
        data += count;
        seen += count;
    }
    let taken = take(buffer, data as u64);
    buffer.advance(seen - data);
    Ok(taken)
}

fn take(buffer: &mut BytesMut, most: u64) -> Option<Bytes> {
    let count = usize::try_from(most).map_or(buffer.len(), |most| most.min(buffer.len()));
    if count == 0 {
        return None;
    }
    if count <= COPIED {
        let data = Bytes::copy_from_slice(buffer.get(..count).unwrap_or_default());
        buffer.advance(count);
        return Some(data);
    }
    Some(buffer.split_to(count).freeze())
}
