//! What arrives on the multicast group: one member record a datagram (membership-wire.md §3.2).

use super::frame::START;
use super::{Layout, MemberRecord, SHUTDOWN, WireError};

/// One datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datagram {
    /// A node says that it is there.
    Announcement(MemberRecord),
    /// A node says that it ends.
    Shutdown(MemberRecord),
    /// A node of Tribes 6, which would not understand an answer.
    OldLayout(MemberRecord),
    /// A message to all, which has nothing to do with membership; it is skipped and not read.
    Broadcast,
}

impl Datagram {
    /// Reads a datagram. Bytes after the record are tolerated.
    ///
    /// # Errors
    /// It is neither a record nor a message.
    pub fn decode(data: &[u8]) -> Result<Self, WireError> {
        if data.starts_with(START) {
            return Ok(Self::Broadcast);
        }
        let (record, layout) = MemberRecord::decode(data)?;
        Ok(match layout {
            Layout::V0 => Self::OldLayout(record),
            Layout::V1 if record.command == SHUTDOWN => Self::Shutdown(record),
            Layout::V1 => Self::Announcement(record),
        })
    }
}
