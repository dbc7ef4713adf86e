//! Tests of membership by well-known addresses.

mod channel;
mod group;

use super::super::tests::announcement::record;
use super::super::wire::{Body, ChannelData, MemberRecord, Message, Options, Rpc};

/// A node of the domain `wso2.as1.domain` that serves HTTP.
fn node(address: &str) -> MemberRecord {
    record(address, "wso2.as1.domain", "httpPort=9763")
}

fn call(channel: &str, message: Message) -> Rpc {
    Rpc { reply: false, uuid: [9; 16], channel: channel.as_bytes().to_vec(), message }
}

/// A call, as Carbon nodes make it (membership-wire.md §5).
fn calling(sender: &MemberRecord, channel: &str, message: Message) -> ChannelData {
    ChannelData {
        options: Options::MEMBERSHIP_MSG.and(Options::ASYNCHRONOUS),
        timestamp: 1,
        id: [3; 16],
        address: sender.clone(),
        message: Body::Rpc(call(channel, message)).encode(),
    }
}

const MEMBERSHIP: &str = "wso2.as1.domain:rpc.membership.channel";
