//! Remote procedure calls between nodes (membership-wire.md §8.2).

use super::WireError;
use super::commands::Message;
use super::cursor::{Cursor, put_prefixed};
use super::java::{self, Class, Object, Part, Tree, Value};

/// The object in the body of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A call or its answer.
    Rpc(Rpc),
    /// The answer to a call on a channel that the receiver does not have.
    NoChannel {
        /// The number of the call.
        uuid: [u8; 16],
        /// The channel.
        channel: Vec<u8>,
    },
    /// A string.
    Text(String),
    /// An object of another class, by its name.
    Foreign(String),
}

/// A call or its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rpc {
    /// Whether it is an answer.
    pub reply: bool,
    /// The number of the call, which the answer repeats.
    pub uuid: [u8; 16],
    /// The channel: a domain, a colon and a name.
    pub channel: Vec<u8>,
    /// What is said.
    pub message: Message,
}

/// The name of the channel on which nodes join.
pub const MEMBERSHIP_CHANNEL: &str = "rpc.membership.channel";

const RPC: &str = "org.apache.catalina.tribes.group.RpcMessage";
const NO_CHANNEL: &str = "org.apache.catalina.tribes.group.RpcMessage$NoRpcChannelReply";
const RPC_VERSION: i64 = 0x712a_750f_f274_e509;
const NO_CHANNEL_VERSION: i64 = 0x7bab_8fb3_6a4b_5ba6;

/// The longest name of a channel that is read.
const LONGEST_CHANNEL: usize = 1024;

impl Rpc {
    /// The domain and the name of the channel, when it has the usual form.
    pub fn channel_parts(&self) -> Option<(&[u8], &[u8])> {
        let colon = self.channel.iter().rposition(|byte| *byte == b':')?;
        let (domain, name) = self.channel.split_at_checked(colon)?;
        Some((domain, name.get(1..)?))
    }

    /// The answer to this call.
    pub fn answer(&self, message: Message) -> Body {
        Body::Rpc(Self { reply: true, uuid: self.uuid, channel: self.channel.clone(), message })
    }

    /// The answer that there is no such channel.
    pub fn no_channel(&self) -> Body {
        Body::NoChannel { uuid: self.uuid, channel: self.channel.clone() }
    }
}

impl Body {
    /// Reads the body of a message that is no byte message. Bytes after the object are tolerated: where messages are kept
    /// in order, four bytes of a counter follow (§6.2).
    ///
    /// # Errors
    /// It is no object stream, is beyond the limits, or holds one of the known objects in a form that no node sends.
    pub fn decode(message: &[u8]) -> Result<Self, WireError> {
        let (tree, _) = java::read(message)?;
        let object = match &tree.root {
            Value::Text(text) => return Ok(Self::Text(text.clone())),
            Value::Object(object) => object,
            _ => return Ok(Self::Foreign(String::new())),
        };
        let is_reply = match tree.class_name(object) {
            RPC => false,
            NO_CHANNEL => true,
            other => return Ok(Self::Foreign(other.to_owned())),
        };
        let (bytes, rest) = object.written();
        // Places count from the start of what the class wrote.
        let mut cursor = Cursor::new(&bytes);
        let reply = !is_reply && cursor.u8("whether it is an answer")? != 0;
        let offset = cursor.offset();
        let uuid = cursor.prefixed(16, "the number of a call")?;
        let wrong = WireError::Length { offset, part: "the number of a call", length: uuid.len() as i64 };
        let uuid = uuid.try_into().map_err(|_| wrong)?;
        let channel = cursor.prefixed(LONGEST_CHANNEL, "the channel of a call")?.to_vec();
        cursor.end("a call")?;
        match (is_reply, rest) {
            (true, []) => Ok(Self::NoChannel { uuid, channel }),
            (false, [message]) => {
                Ok(Self::Rpc(Rpc { reply, uuid, channel, message: Message::of(&tree, message)? }))
            }
            _ => Err(WireError::Unexpected { offset: cursor.offset(), part: "call" }),
        }
    }

    /// The body of a message. Of an object of another class nothing but `null` can be written.
    pub fn encode(&self) -> Vec<u8> {
        let mut tree = Tree { classes: Vec::new(), root: Value::Null };
        tree.root = match self {
            Self::Text(text) => Value::Text(text.clone()),
            Self::Foreign(_) => Value::Null,
            Self::Rpc(rpc) => {
                let class = tree.add_class(Class::externalizable(RPC, RPC_VERSION));
                let block = call(Some(rpc.reply), &rpc.uuid, &rpc.channel);
                let contents = vec![block, rpc.message.add_to(&mut tree)];
                Value::Object(Object { class, parts: vec![Part { class, fields: Vec::new(), contents }] })
            }
            Self::NoChannel { uuid, channel } => {
                let parent = tree.add_class(Class::externalizable(RPC, RPC_VERSION));
                let class = Class::externalizable(NO_CHANNEL, NO_CHANNEL_VERSION).below(parent);
                let class = tree.add_class(class);
                let contents = vec![call(None, uuid, channel)];
                Value::Object(Object { class, parts: vec![Part { class, fields: Vec::new(), contents }] })
            }
        };
        java::write(&tree)
    }
}

/// What the class of calls writes before the message.
fn call(reply: Option<bool>, uuid: &[u8; 16], channel: &[u8]) -> Value {
    let mut block: Vec<u8> = reply.map(u8::from).into_iter().collect();
    put_prefixed(&mut block, uuid);
    put_prefixed(&mut block, channel);
    Value::Block(block)
}
