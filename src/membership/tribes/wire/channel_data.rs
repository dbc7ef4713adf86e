//! A message of the TCP channel with its envelope (membership-wire.md §4.2, §5).

use super::cursor::{Cursor, put_prefixed};
use super::record::LARGEST_RECORD;
use super::{LARGEST_FRAME, MemberRecord, WireError};

/// A message and its envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelData {
    /// How it is to be treated.
    pub options: Options,
    /// When it was sent, in milliseconds of the sender's clock since 1970.
    pub timestamp: i64,
    /// The number of the message; the same when it is sent again.
    pub id: [u8; 16],
    /// The sender, to which answers go.
    pub address: MemberRecord,
    /// What is said.
    pub message: Vec<u8>,
}

/// How a message is to be treated. Bits without a name are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Options(pub u32);

impl Options {
    /// The message is bytes; without it, a Java object.
    pub const BYTE_MESSAGE: Self = Self(0x0001);
    /// An acknowledgement is wanted.
    pub const USE_ACK: Self = Self(0x0002);
    /// The acknowledgement is wanted after the message was processed.
    pub const SYNCHRONIZED_ACK: Self = Self(0x0004);
    /// No meaning for the receiver.
    pub const ASYNCHRONOUS: Self = Self(0x0008);
    /// The order of messages is kept; four bytes of a counter follow the body.
    pub const MSG_ORDER: Self = Self(0x0200);
    /// Axis2: passes the filter of balancers.
    pub const MEMBERSHIP_MSG: Self = Self(0x0400);
    /// Axis2: repetitions are dropped.
    pub const AT_MOST_ONCE: Self = Self(0x0800);

    /// Whether all bits of other options are set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both together.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl ChannelData {
    /// Reads the data of a frame, which begins at `offset` of something larger.
    pub(super) fn decode(data: &[u8], offset: usize) -> Result<Self, WireError> {
        let mut cursor = Cursor::at(data, offset);
        let options = Options(cursor.u32("the options")?);
        let timestamp = cursor.i64("the time stamp")?;
        let at = cursor.offset();
        let id = cursor.prefixed(16, "the message id")?;
        let wrong = WireError::Length { offset: at, part: "the message id", length: id.len() as i64 };
        let id = id.try_into().map_err(|_| wrong)?;
        let address = cursor.prefixed(LARGEST_RECORD, "the sender's address")?;
        let at = cursor.offset().saturating_sub(address.len());
        let address = MemberRecord::decode_whole(address, at)?;
        let message = cursor.prefixed(LARGEST_FRAME, "the message")?.to_vec();
        cursor.end("a message")?;
        Ok(Self { options, timestamp, id, address, message })
    }

    /// The data of a frame.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut data = Vec::new();
        data.extend(self.options.0.to_be_bytes());
        data.extend(self.timestamp.to_be_bytes());
        put_prefixed(&mut data, &self.id);
        put_prefixed(&mut data, &self.address.encode());
        put_prefixed(&mut data, &self.message);
        data
    }
}
