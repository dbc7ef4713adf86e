//! Frames of the TCP channel: where a message begins and ends in the stream (membership-wire.md §4.1, §4.3).

use super::cursor::{Cursor, put_prefixed};
use super::{ChannelData, WireError};

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// The message before was received.
    Ack,
    /// The message before could not be processed.
    FailAck,
    /// A message.
    Message(Box<ChannelData>),
}

/// The most data one frame may have, in bytes. Java has no limit.
pub const LARGEST_FRAME: usize = 1 << 20;

pub(super) const START: &[u8] = b"FLT2002";
const END: &[u8] = b"TLF2003";
const ACK: &[u8] = &[6, 2, 3];
const FAIL_ACK: &[u8] = &[11, 0, 5];

impl Frame {
    /// The bytes, markers included.
    pub fn encode(&self) -> Vec<u8> {
        let mut frame = START.to_vec();
        match self {
            Self::Ack => put_prefixed(&mut frame, ACK),
            Self::FailAck => put_prefixed(&mut frame, FAIL_ACK),
            Self::Message(message) => put_prefixed(&mut frame, &message.encode()),
        }
        frame.extend(END);
        frame
    }

    fn of(data: &[u8], offset: usize) -> Result<Self, WireError> {
        match data {
            ACK => Ok(Self::Ack),
            FAIL_ACK => Ok(Self::FailAck),
            data => ChannelData::decode(data, offset).map(Box::new).map(Self::Message),
        }
    }
}

/// Finds frames in a stream that arrives in pieces. After an error the stream cannot be followed any longer.
#[derive(Debug)]
pub struct FrameDecoder {
    pending: Vec<u8>,
    /// Where `pending` begins in the stream.
    offset: usize,
    largest: usize,
}

impl Default for FrameDecoder {
    fn default() -> Self {
        Self::new(LARGEST_FRAME)
    }
}

impl FrameDecoder {
    /// For frames of at most so many bytes of data, and never more than [`LARGEST_FRAME`].
    pub fn new(largest: usize) -> Self {
        Self { pending: Vec::new(), offset: 0, largest: largest.min(LARGEST_FRAME) }
    }

    /// Takes the next piece of the stream. Whoever asks for all frames after each piece keeps no more than one frame
    /// and one piece.
    pub fn push(&mut self, piece: &[u8]) {
        self.pending.extend_from_slice(piece);
    }

    /// Whether a frame has begun that is not complete.
    pub fn is_within(&self) -> bool {
        !self.pending.is_empty()
    }

    /// The next complete frame, if there is one.
    ///
    /// # Errors
    /// What arrived is no frame, or one that is too large; known from the first wrong byte on.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, WireError> {
        let Some((frame, length)) = self.first()? else { return Ok(None) };
        self.pending.drain(..length);
        self.offset = self.offset.saturating_add(length);
        Ok(Some(frame))
    }

    fn first(&self) -> Result<Option<(Frame, usize)>, WireError> {
        let shown = self.pending.len().min(START.len());
        if self.pending.get(..shown) != START.get(..shown) {
            return Err(WireError::Unexpected { offset: self.offset, part: "start of a frame" });
        }
        let mut cursor = Cursor::at(&self.pending, self.offset);
        if self.pending.len() < START.len() + 4 {
            return Ok(None);
        }
        cursor.expect(START, "start of a frame")?;
        let length = cursor.length(self.largest, "a frame")?;
        if cursor.rest().len() < length.saturating_add(END.len()) {
            return Ok(None);
        }
        let offset = cursor.offset();
        let data = cursor.take(length, "a frame")?;
        cursor.expect(END, "end of a frame")?;
        Ok(Some((Frame::of(data, offset)?, cursor.offset().saturating_sub(self.offset))))
    }
}
