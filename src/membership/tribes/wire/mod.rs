//! What Tribes nodes send, as bytes and as values: pure codecs, without input or output.
//!
//! Everything read here may come from strangers. Nothing panics, every size has its limit, and an error says at which
//! byte the data stops making sense.

mod cursor;
mod error;
mod record;

mod datagram;
mod properties;

mod channel_data;
mod coordination;
mod frame;
mod probe;

mod commands;
pub mod java;
mod rpc;

#[cfg(test)]
mod tests;

pub use channel_data::{ChannelData, Options};
pub use commands::{MemberClass, Message, SerializedMember};
pub use coordination::{Coordination, Round};
pub use datagram::Datagram;
pub use error::WireError;
pub use frame::{Frame, FrameDecoder, LARGEST_FRAME};
pub use probe::{PING, PROBE};
pub use properties::{Properties, PropertiesError};
pub use record::{Identity, Layout, MemberRecord, SHUTDOWN};
pub use rpc::{Body, MEMBERSHIP_CHANNEL, Rpc};
