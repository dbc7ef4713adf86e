//! What a datagram holds, as bytes. All numbers are big-endian; the signature comes after all of this.
//!
//! | Bytes | |
//! |---|---|
//! | 4, 1 | the magic `SNMC`, the version 1 |
//! | 1 | what is said: 1 a balancer, 2 a member, 3 a farewell |
//! | 1 + *n* | the domain: 1 to 253 visible ASCII characters |
//! | 16 | the node, random for each start of a process |
//! | 8, 8, 8 | when it started, the number of the datagram since then, when it was sent; times in milliseconds since 1970 |
//! | *n* | of a balancer: 0 or the family (4, 6), address and port of its group; 2 + *n* for the URL of its registration, or 0 |
//! | *n* | of a member: 2 + *n* each for its cluster, its address, and the rest of its definition in JSON |
//!
//! There is one way to write each packet, and reading takes no other.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The largest datagram with its signature, in bytes: it passes every Ethernet in one piece.
pub const LARGEST: usize = 1400;

/// The length of a signature, in bytes.
pub const SIGNATURE: usize = 32;

/// One start of a process.
pub type NodeId = [u8; 16];

/// What a node announces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// What those that belong together have in common, 1 to 253 visible ASCII characters.
    pub domain: String,
    /// Who says it.
    pub node: NodeId,
    /// When the node started, in milliseconds since 1970.
    pub started: u64,
    /// Counts up with each packet since then.
    pub sequence: u64,
    /// When the packet was sent, in milliseconds since 1970.
    pub sent: u64,
    /// What is said.
    pub says: Says,
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// Here is a balancer.
    Balancer(Balancer),
    /// Here is a member.
    Member(Member),
    /// What the node announced before is there no more.
    Farewell,
}

/// Where a balancer is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Balancer {
    /// The UDP address of its group of balancers.
    pub group: Option<SocketAddr>,
    /// Where members register, as `http://HOST:PORT` or `https://HOST:PORT`.
    pub registration: Option<String>,
}

/// What is said of a member. The texts are not looked at here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its cluster, as `domain` or `domain/sub-domain`.
    pub cluster: String,
    /// Where it is, as `host:port`.
    pub address: String,
    /// Everything else, as a JSON object.
    pub definition: String,
}

/// Why bytes are no packet, or a packet has no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// It does not fit in a datagram.
    #[error("the announcement is longer than {LARGEST} bytes")]
    Oversized,
    /// It ends too early.
    #[error("the datagram ends within its {0}")]
    Truncated(&'static str),
    /// Others use the same group.
    #[error("the datagram is of another kind")]
    Foreign,
    /// A later release wrote it.
    #[error("the datagram is of version {0}, not {VERSION}")]
    Version(u8),
    /// A part cannot be what it is.
    #[error("the datagram has a wrong {0}")]
    Malformed(&'static str),
}

const MAGIC: [u8; 4] = *b"SNMC";
const VERSION: u8 = 1;

const BALANCER: u8 = 1;
const MEMBER: u8 = 2;
const FAREWELL: u8 = 3;

/// The longest domain, in bytes.
const LONGEST_DOMAIN: usize = 253;

impl Packet {
    /// The bytes, without signature.
    ///
    /// # Errors
    /// There would be too many, or the domain is none.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        let kind = match &self.says {
            Says::Balancer(_) => BALANCER,
            Says::Member(_) => MEMBER,
            Says::Farewell => FAREWELL,
        };
        let mut bytes = MAGIC.to_vec();
        bytes.extend([VERSION, kind]);
        let length = u8::try_from(self.domain.len()).map_err(|_| WireError::Malformed("domain"))?;
        if !is_domain(&self.domain) {
            return Err(WireError::Malformed("domain"));
        }
        bytes.push(length);
        bytes.extend(self.domain.as_bytes());
        bytes.extend(self.node);
        for number in [self.started, self.sequence, self.sent] {
            bytes.extend(number.to_be_bytes());
        }
        match &self.says {
            Says::Balancer(balancer) => {
                write_address(&mut bytes, balancer.group);
                write_text(&mut bytes, balancer.registration.as_deref().unwrap_or_default())?;
            }
            Says::Member(member) => {
                for text in [&member.cluster, &member.address, &member.definition] {
                    write_text(&mut bytes, text)?;
                }
            }
            Says::Farewell => {}
        }
        let fits = bytes.len().saturating_add(SIGNATURE) <= LARGEST;
        if fits { Ok(bytes) } else { Err(WireError::Oversized) }
    }

    /// The packet that bytes without signature are.
    ///
    /// # Errors
    /// They are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        if bytes.len().saturating_add(SIGNATURE) > LARGEST {
            return Err(WireError::Oversized);
        }
        let mut rest = bytes;
        let magic: [u8; 4] = array(&mut rest, "magic")?;
        if magic != MAGIC {
            return Err(WireError::Foreign);
        }
        let [version, kind] = array(&mut rest, "version")?;
        if version != VERSION {
            return Err(WireError::Version(version));
        }
        let [length] = array(&mut rest, "domain")?;
        let domain = take(&mut rest, usize::from(length), "domain")?;
        let domain = str::from_utf8(domain).ok().filter(|domain| is_domain(domain));
        let domain = domain.ok_or(WireError::Malformed("domain"))?.to_owned();
        let node = array(&mut rest, "node")?;
        let started = u64::from_be_bytes(array(&mut rest, "start")?);
        let sequence = u64::from_be_bytes(array(&mut rest, "sequence")?);
        let sent = u64::from_be_bytes(array(&mut rest, "time")?);
        let says = match kind {
            BALANCER => Says::Balancer(Balancer {
                group: read_address(&mut rest)?,
                registration: Some(read_text(&mut rest, "registration")?).filter(|url| !url.is_empty()),
            }),
            MEMBER => Says::Member(Member {
                cluster: read_text(&mut rest, "cluster")?,
                address: read_text(&mut rest, "address")?,
                definition: read_text(&mut rest, "definition")?,
            }),
            FAREWELL => Says::Farewell,
            _ => return Err(WireError::Malformed("kind")),
        };
        match rest.is_empty() {
            true => Ok(Self { domain, node, started, sequence, sent, says }),
            false => Err(WireError::Malformed("end")),
        }
    }
}

fn is_domain(text: &str) -> bool {
    (1..=LONGEST_DOMAIN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn write_address(bytes: &mut Vec<u8>, address: Option<SocketAddr>) {
    let Some(address) = address else { return bytes.push(0) };
    match address.ip() {
        IpAddr::V4(ip) => {
            bytes.push(4);
            bytes.extend(ip.octets());
        }
        IpAddr::V6(ip) => {
            bytes.push(6);
            bytes.extend(ip.octets());
        }
    }
    bytes.extend(address.port().to_be_bytes());
}

fn read_address(rest: &mut &[u8]) -> Result<Option<SocketAddr>, WireError> {
    let [family] = array(rest, "group")?;
    let ip: IpAddr = match family {
        0 => return Ok(None),
        4 => Ipv4Addr::from(array::<4>(rest, "group")?).into(),
        6 => Ipv6Addr::from(array::<16>(rest, "group")?).into(),
        _ => return Err(WireError::Malformed("group")),
    };
    Ok(Some(SocketAddr::new(ip, u16::from_be_bytes(array(rest, "group")?))))
}

fn write_text(bytes: &mut Vec<u8>, text: &str) -> Result<(), WireError> {
    let length = u16::try_from(text.len()).map_err(|_| WireError::Oversized)?;
    bytes.extend(length.to_be_bytes());
    bytes.extend(text.as_bytes());
    Ok(())
}

fn read_text(rest: &mut &[u8], part: &'static str) -> Result<String, WireError> {
    let length = u16::from_be_bytes(array(rest, part)?);
    let text = take(rest, usize::from(length), part)?;
    str::from_utf8(text).map(str::to_owned).map_err(|_| WireError::Malformed(part))
}

/// Takes bytes from the front.
fn take<'a>(rest: &mut &'a [u8], length: usize, part: &'static str) -> Result<&'a [u8], WireError> {
    let (taken, after) = rest.split_at_checked(length).ok_or(WireError::Truncated(part))?;
    *rest = after;
    Ok(taken)
}

fn array<const N: usize>(rest: &mut &[u8], part: &'static str) -> Result<[u8; N], WireError> {
    let (taken, after) = rest.split_first_chunk().ok_or(WireError::Truncated(part))?;
    *rest = after;
    Ok(*taken)
}
