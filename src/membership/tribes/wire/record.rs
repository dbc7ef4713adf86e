//! The member record: what a node says of itself, in datagrams and as the address of messages (membership-wire.md §2).

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::WireError;
use super::cursor::{Cursor, put_prefixed};

/// What a node says of itself.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MemberRecord {
    /// Milliseconds since the node started; for nodes with well-known addresses a number that may jump.
    pub alive: i64,
    /// The port of its TCP channel.
    pub port: u16,
    /// A port that no version uses.
    pub secure_port: Option<u16>,
    /// A port for datagrams, which is not used either.
    pub udp_port: Option<u16>,
    /// Its address.
    pub host: IpAddr,
    /// Empty, or [`SHUTDOWN`].
    pub command: Vec<u8>,
    /// The domain of its group, compared byte by byte.
    pub domain: Vec<u8>,
    /// A random number for each start of a process; sixteen zeros for nodes with well-known addresses.
    pub unique_id: [u8; 16],
    /// What the node says beyond that: for Axis2, Java properties.
    pub payload: Vec<u8>,
}

/// The command of a node that ends.
pub const SHUTDOWN: &[u8] = b"BABY-ALEX";

/// The two forms of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// Tribes 6: short magic numbers, no port for datagrams. Understood, never answered.
    V0,
    /// Tribes 7 and later.
    V1,
}

/// By what members are told apart: where they are and which start of the process it is (membership-wire.md §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// The address and port of the TCP channel.
    pub address: SocketAddr,
    /// The number of the start.
    pub unique_id: [u8; 16],
}

/// The largest record with its magic numbers.
pub(super) const LARGEST_RECORD: usize = 65_535;

const BEGIN: &[u8] = b"TRIBES-B";
const END: &[u8] = b"TRIBES-E";
/// What follows the words in layout v1.
const VERSION: &[u8] = &[1, 0];

impl MemberRecord {
    /// A node at an address, of a domain, without anything else.
    pub fn new(address: SocketAddr, domain: &str) -> Self {
        Self {
            alive: 0,
            port: address.port(),
            secure_port: None,
            udp_port: None,
            host: address.ip(),
            command: Vec::new(),
            domain: domain.as_bytes().to_vec(),
            unique_id: [0; 16],
            payload: Vec::new(),
        }
    }

    /// By what it is told apart from others.
    pub fn identity(&self) -> Identity {
        Identity { address: self.address(), unique_id: self.unique_id }
    }

    /// Where its TCP channel listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }

    /// Reads a record at the front of data; what follows it is left alone.
    ///
    /// # Errors
    /// The data does not begin with a record.
    pub fn decode(data: &[u8]) -> Result<(Self, Layout), WireError> {
        Self::read(&mut Cursor::new(data))
    }

    /// Reads data that is a record of layout v1 and nothing else.
    pub(super) fn decode_whole(data: &[u8], offset: usize) -> Result<Self, WireError> {
        let mut cursor = Cursor::at(data, offset);
        let (record, layout) = Self::read(&mut cursor)?;
        cursor.end("a member record")?;
        match layout {
            Layout::V1 => Ok(record),
            Layout::V0 => Err(WireError::Unexpected { offset, part: "member record of this layout" }),
        }
    }

    fn read(cursor: &mut Cursor<'_>) -> Result<(Self, Layout), WireError> {
        cursor.expect(BEGIN, "member record")?;
        let layout = if cursor.rest().starts_with(VERSION) { Layout::V1 } else { Layout::V0 };
        if layout == Layout::V1 {
            cursor.expect(VERSION, "member record")?;
        }
        let start = cursor.offset();
        let body = cursor.prefixed(LARGEST_RECORD, "a member record")?;
        let record = Self::read_body(&mut Cursor::at(body, start.saturating_add(4)), layout)?;
        cursor.expect(END, "end of a member record")?;
        if layout == Layout::V1 {
            cursor.expect(VERSION, "end of a member record")?;
        }
        Ok((record, layout))
    }

    fn read_body(body: &mut Cursor<'_>, layout: Layout) -> Result<Self, WireError> {
        let alive = body.i64("the time alive")?;
        let offset = body.offset();
        let port = optional_port(body, "the port")?;
        let port =
            port.filter(|&port| port > 0).ok_or(WireError::Value { offset, part: "the port", value: 0 })?;
        let secure_port = optional_port(body, "the secure port")?;
        let udp_port = match layout {
            Layout::V0 => None,
            Layout::V1 => optional_port(body, "the port for datagrams")?,
        };
        let offset = body.offset();
        let host = match body.u8("the length of the host")? {
            4 => IpAddr::from(body.array::<4>("the host")?),
            16 => IpAddr::from(body.array::<16>("the host")?),
            other => return Err(WireError::Length { offset, part: "the host", length: other.into() }),
        };
        let command = body.prefixed(LARGEST_RECORD, "the command")?.to_vec();
        let domain = body.prefixed(LARGEST_RECORD, "the domain")?.to_vec();
        let unique_id = body.array("the unique id")?;
        let payload = body.prefixed(LARGEST_RECORD, "the payload")?.to_vec();
        body.end("a member record")?;
        Ok(Self { alive, port, secure_port, udp_port, host, command, domain, unique_id, payload })
    }

    /// The bytes in layout v1.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_as(Layout::V1)
    }

    /// The bytes in one of the layouts.
    pub fn encode_as(&self, layout: Layout) -> Vec<u8> {
        let version = if layout == Layout::V1 { VERSION } else { &[] };
        let mut body = Vec::new();
        body.extend(self.alive.to_be_bytes());
        body.extend(i32::from(self.port).to_be_bytes());
        body.extend(self.secure_port.map_or(-1, i32::from).to_be_bytes());
        if layout == Layout::V1 {
            body.extend(self.udp_port.map_or(-1, i32::from).to_be_bytes());
        }
        match self.host {
            IpAddr::V4(host) => {
                body.push(4);
                body.extend(host.octets());
            }
            IpAddr::V6(host) => {
                body.push(16);
                body.extend(host.octets());
            }
        }
        put_prefixed(&mut body, &self.command);
        put_prefixed(&mut body, &self.domain);
        body.extend(self.unique_id);
        put_prefixed(&mut body, &self.payload);
        let mut record = [BEGIN, version].concat();
        put_prefixed(&mut record, &body);
        record.extend([END, version].concat());
        record
    }
}

/// A port as four bytes, -1 for none.
fn optional_port(cursor: &mut Cursor<'_>, part: &'static str) -> Result<Option<u16>, WireError> {
    let offset = cursor.offset();
    match cursor.i32(part)? {
        -1 => Ok(None),
        value => {
            let port = u16::try_from(value);
            port.map(Some).map_err(|_| WireError::Value { offset, part, value: value.into() })
        }
    }
}

impl fmt::Debug for MemberRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemberRecord")
            .field("address", &self.address())
            .field("alive", &self.alive)
            .field("command", &self.command.escape_ascii().to_string())
            .field("domain", &self.domain.escape_ascii().to_string())
            .field("unique_id", &format_args!("{:032x}", u128::from_be_bytes(self.unique_id)))
            .field("payload", &self.payload.escape_ascii().to_string())
            .finish_non_exhaustive()
    }
}
