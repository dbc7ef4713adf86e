//! What follows from a message.

use std::net::SocketAddr;

use super::super::Event;
use super::super::wire::{Body, ChannelData, Frame, MemberRecord, Options, PROBE};

/// What follows from a message: changes of members, and perhaps an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The changes.
    pub events: Vec<Event>,
    /// The answer, which goes to the sender by a connection of its own.
    pub answer: Option<Answer>,
}

/// A message to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Where its channel listens.
    pub to: SocketAddr,
    /// How the message is to be treated.
    pub options: Options,
    /// What is said.
    pub message: Vec<u8>,
    /// The domain under which the balancer says it.
    pub domain: String,
}

impl Answer {
    /// The answer to a call. One to an unknown channel is marked in its way (membership-wire.md §5).
    pub(super) fn to_call(to: SocketAddr, body: &Body, domain: &str) -> Self {
        let options = match body {
            Body::NoChannel { .. } => Options::ASYNCHRONOUS,
            _ => Options::default(),
        };
        Self { to, options, message: body.encode(), domain: domain.to_owned() }
    }

    /// The probe of a member.
    pub(super) fn probe(to: SocketAddr, domain: &str) -> Self {
        Self { to, options: Options::BYTE_MESSAGE, message: PROBE.to_vec(), domain: domain.to_owned() }
    }

    /// The frame, from a node and at a time in milliseconds since 1970. Nodes with well-known addresses have no number,
    /// and the time as their time alive (membership-wire.md §2).
    pub(super) fn frame(self, address: SocketAddr, payload: &[u8], time: i64) -> Vec<u8> {
        let mut record = MemberRecord::new(address, &self.domain);
        record.alive = time;
        record.payload = payload.to_vec();
        let id = *uuid::Uuid::new_v4().as_bytes();
        let message = ChannelData {
            options: self.options,
            timestamp: time,
            id,
            address: record,
            message: self.message,
        };
        Frame::Message(Box::new(message)).encode()
    }
}
