//! The three commands of nodes with well-known addresses (membership-wire.md §8.3), and what else an answer can hold.
//!
//! Only classes named here are interpreted; an object of another class is known by its name alone.

use super::MemberRecord;
use super::WireError;
use super::cursor::{Cursor, put_prefixed};
use super::java::{Class, ClassIndex, Object, Part, Tree, Value};
use super::record::LARGEST_RECORD;

/// What a remote procedure call carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Nothing.
    Null,
    /// A string, by which some calls are answered.
    Text(String),
    /// A node wants to join a group. Its log, whatever it is, is left out; `null` is written.
    Join,
    /// The members of a group.
    MemberList(Vec<SerializedMember>),
    /// A member joined a group.
    MemberJoined(SerializedMember),
    /// An object of another class, by its name.
    Foreign(String),
}

/// A member as an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerializedMember {
    /// Its class.
    pub class: MemberClass,
    /// The version of `MemberImpl`, which differs between releases of Tribes (§8.3).
    pub version: i64,
    /// What it says of itself.
    pub record: MemberRecord,
}

/// The classes of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberClass {
    /// A member that was learned of.
    MemberImpl,
    /// A member that was configured.
    StaticMember,
}

const JOIN: &str = "org.apache.axis2.clustering.control.wka.JoinGroupCommand";
const MEMBER_LIST: &str = "org.apache.axis2.clustering.control.wka.MemberListCommand";
const MEMBER_JOINED: &str = "org.apache.axis2.clustering.control.wka.MemberJoinedCommand";
const CONTROL: &str = "org.apache.axis2.clustering.control.ControlCommand";
const COMMAND: &str = "org.apache.axis2.clustering.ClusteringCommand";
const MEMBERS: &str = "[Lorg.apache.catalina.tribes.Member;";
const MEMBER_IMPL: &str = "org.apache.catalina.tribes.membership.MemberImpl";
const STATIC_MEMBER: &str = "org.apache.catalina.tribes.membership.StaticMember";

const MEMBER_TYPE: &str = "Lorg/apache/catalina/tribes/Member;";
const LOG_TYPE: &str = "Lorg/apache/commons/logging/Log;";

// Versions as the classes have them (§8.3); the same in Java, as signed numbers.
const JOIN_VERSION: i64 = 0xe6dc_4861_08a2_c5c1_u64 as i64;
const MEMBER_LIST_VERSION: i64 = 0x4eee_d751_99dd_84f3;
const MEMBER_JOINED_VERSION: i64 = 0xa474_9edc_95a5_a54b_u64 as i64;
const CONTROL_VERSION: i64 = 0xe7ac_fabc_f84a_d938_u64 as i64;
const COMMAND_VERSION: i64 = 0x5d3d_9e99_54d6_5f55;
const MEMBERS_VERSION: i64 = 0x5ec4_606b_842d_393c;
const STATIC_MEMBER_VERSION: i64 = 0xa326_0388_7eb6_b8a1_u64 as i64;

/// Java cuts what a class writes itself into blocks of this size.
const BLOCK: usize = 1024;

impl SerializedMember {
    /// The version of `MemberImpl` in Tribes 7.0.0 to 7.0.30, which Carbon nodes use.
    pub const CARBON_VERSION: i64 = 0xcbfd_81be_0589_1ebf_u64 as i64;

    /// A member that was learned of, for Carbon nodes.
    pub fn new(record: MemberRecord) -> Self {
        Self { class: MemberClass::MemberImpl, version: Self::CARBON_VERSION, record }
    }

    /// Reads an object of a tree.
    ///
    /// # Errors
    /// It is no member, or its record makes no sense; places in it count from the record's own start.
    pub fn of(tree: &Tree, value: &Value) -> Result<Self, WireError> {
        let other = WireError::Unexpected { offset: 0, part: "member" };
        let Value::Object(object) = value else { return Err(other) };
        let class = match tree.class_name(object) {
            MEMBER_IMPL => MemberClass::MemberImpl,
            STATIC_MEMBER => MemberClass::StaticMember,
            _ => return Err(other),
        };
        let own = tree.class(object.class);
        let described = match class {
            MemberClass::MemberImpl => own,
            MemberClass::StaticMember => own.and_then(|own| tree.class(own.parent?)),
        };
        let version = described.ok_or(other)?.version;
        let (bytes, rest) = object.written();
        let mut cursor = Cursor::new(&bytes);
        let record = cursor.prefixed(LARGEST_RECORD, "a member record")?;
        cursor.end("a member")?;
        if !rest.is_empty() {
            return Err(other);
        }
        Ok(Self { class, version, record: MemberRecord::decode_whole(record, 4)? })
    }

    /// Adds its classes to a tree and gives its object.
    pub fn add_to(&self, tree: &mut Tree) -> Value {
        let member_impl = Class::externalizable(MEMBER_IMPL, self.version);
        let class = match self.class {
            MemberClass::MemberImpl => tree.add_class(member_impl),
            MemberClass::StaticMember => {
                let parent = tree.add_class(member_impl);
                tree.add_class(Class::externalizable(STATIC_MEMBER, STATIC_MEMBER_VERSION).below(parent))
            }
        };
        let mut bytes = Vec::new();
        put_prefixed(&mut bytes, &self.record.encode());
        let contents = bytes.chunks(BLOCK).map(|block| Value::Block(block.to_vec())).collect();
        Value::Object(Object { class, parts: vec![Part { class, fields: Vec::new(), contents }] })
    }
}

impl Message {
    pub(super) fn of(tree: &Tree, value: &Value) -> Result<Self, WireError> {
        let object = match value {
            Value::Null => return Ok(Self::Null),
            Value::Text(text) => return Ok(Self::Text(text.clone())),
            Value::Object(object) => object,
            _ => return Ok(Self::Foreign(String::new())),
        };
        match tree.class_name(object) {
            JOIN => Ok(Self::Join),
            MEMBER_LIST => match tree.field(object, "members") {
                // A node that has no members may say so in this way, too.
                Some(Value::Null) => Ok(Self::MemberList(Vec::new())),
                Some(Value::Array { elements, .. }) => {
                    let members = elements.iter().map(|element| SerializedMember::of(tree, element));
                    members.collect::<Result<_, _>>().map(Self::MemberList)
                }
                _ => Err(WireError::Unexpected { offset: 0, part: "list of members" }),
            },
            MEMBER_JOINED => {
                let member = tree.field(object, "member");
                let member = member.ok_or(WireError::Unexpected { offset: 0, part: "member" })?;
                SerializedMember::of(tree, member).map(Self::MemberJoined)
            }
            other => Ok(Self::Foreign(other.to_owned())),
        }
    }

    /// Adds its classes to a tree and gives its value. What is not understood is not written either, but `null`.
    pub(super) fn add_to(&self, tree: &mut Tree) -> Value {
        match self {
            Self::Null | Self::Foreign(_) => Value::Null,
            Self::Text(text) => Value::Text(text.clone()),
            Self::Join => command(tree, JOIN, JOIN_VERSION, (b'L', "log", LOG_TYPE), |_| Value::Null),
            Self::MemberList(members) => {
                let field = (b'[', "members", "[Lorg/apache/catalina/tribes/Member;");
                command(tree, MEMBER_LIST, MEMBER_LIST_VERSION, field, |tree| {
                    let class = tree.add_class(Class::serializable(MEMBERS, MEMBERS_VERSION));
                    let elements = members.iter().map(|member| member.add_to(tree)).collect();
                    Value::Array { class, elements }
                })
            }
            Self::MemberJoined(member) => {
                let field = (b'L', "member", MEMBER_TYPE);
                command(tree, MEMBER_JOINED, MEMBER_JOINED_VERSION, field, |tree| member.add_to(tree))
            }
        }
    }
}

/// An object of a command with one field.
fn command(
    tree: &mut Tree,
    name: &str,
    version: i64,
    (kind, field, type_name): (u8, &str, &str),
    value: impl FnOnce(&mut Tree) -> Value,
) -> Value {
    let base = tree.add_class(Class::serializable(COMMAND, COMMAND_VERSION));
    let control = tree.add_class(Class::serializable(CONTROL, CONTROL_VERSION).below(base));
    let class = Class::serializable(name, version).with_field(kind, field, type_name).below(control);
    let class = tree.add_class(class);
    let value = value(tree);
    let part = |class: ClassIndex, fields| Part { class, fields, contents: Vec::new() };
    let parts = vec![part(base, vec![]), part(control, vec![]), part(class, vec![value])];
    Value::Object(Object { class, parts })
}
