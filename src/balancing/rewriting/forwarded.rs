//! What a member is told about the client: `X-Forwarded-*` and `Forwarded` (elastic-load-balancer.md §2.7, W16).
//!
//! Who believes the header of a peer that is no proxy of ours believes the client (hardening.md §2 row 25). What the
//! original does, and its cases 83 to 86 fix, is harmless for members that read `X-Forwarded-For` from its end: our
//! entry is always the last one. So:
//!
//! | the peer | `X-Forwarded-For` | `-Host`, `-Proto`, `-Port` | `Forwarded` |
//! |---|---|---|---|
//! | no ranges are configured | appended to | replaced | appended to |
//! | is in a trusted range | appended to | kept where present, else set | appended to |
//! | is not | replaced | replaced | replaced |
//!
//! Headers that are switched off pass as they came; from a peer outside the trusted ranges they are removed.

use std::net::{IpAddr, SocketAddr};

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName, HeaderValue};

use sinew_core::config::balancer::Networks;
use sinew_core::digits::push_address;

use crate::transport::http::server::Scheme;

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static X_FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");

/// The most letters an address has, those of IPv6.
const LONGEST_ADDRESS: usize = 39;

/// Which headers are sent, and whose are believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardedPolicy {
    /// Send `X-Forwarded-Host`, `-Proto` and `-Port`, the setting `forwarded_headers`. Default true; false is what the
    /// original does: these three are passed on as they came.
    pub x_forwarded: bool,
    /// Send `Forwarded` (RFC 7239). Default false.
    pub forwarded: bool,
    /// The proxies in front of us. `None`, the default, is that nobody said; an empty list is that there are none.
    pub trusted: Option<Networks>,
}

impl Default for ForwardedPolicy {
    fn default() -> Self {
        Self { x_forwarded: true, forwarded: false, trusted: None }
    }
}

/// The connection that a request came on.
#[derive(Clone, Copy, Debug)]
pub struct ClientSide<'a> {
    /// The address of the peer, a client or another proxy.
    pub address: IpAddr,
    /// Plain or encrypted.
    pub scheme: Scheme,
    /// The `Host` header of the client, before any mapping.
    pub host: Option<&'a HeaderValue>,
    /// The port that the client connected to.
    pub port: u16,
}

/// The headers for the members, made once for each client request and written into every attempt (case 85).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardedHeaders {
    edits: [(&'static HeaderName, Edit); 5],
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Edit {
    Keep,
    Remove,
    Set(HeaderValue),
}

impl ForwardedHeaders {
    /// What becomes of the headers that came from the client.
    pub fn new(received: &HeaderMap, client: &ClientSide<'_>, policy: &ForwardedPolicy) -> Self {
        let trusted = policy.trusted.as_ref().map(|ranges| ranges.contains(client.address));
        let append = trusted.unwrap_or(true);
        let believe = trusted.unwrap_or(false);
        let address = client.address.to_canonical();

        let mut own = String::with_capacity(LONGEST_ADDRESS);
        push_address(&mut own, address);
        let own = HeaderValue::from_str(&own).ok();
        let list = |name: &HeaderName, own: Option<HeaderValue>, joint: &[u8]| match own {
            Some(own) if append => Edit::Set(appended(received, name, own, joint)),
            Some(own) => Edit::Set(own),
            None => Edit::Keep,
        };
        let single = |name: &HeaderName, own: Option<HeaderValue>| match own {
            _ if !policy.x_forwarded && append => Edit::Keep,
            _ if !policy.x_forwarded => Edit::Remove,
            _ if believe && received.contains_key(name) => Edit::Keep,
            Some(own) => Edit::Set(own),
            None => Edit::Remove,
        };
        let forwarded = if policy.forwarded {
            list(&FORWARDED, forwarded_element(address, client), b", ")
        } else if append {
            Edit::Keep
        } else {
            Edit::Remove
        };
        let scheme = HeaderValue::from_static(client.scheme.as_str());
        Self {
            edits: [
                (&X_FORWARDED_FOR, list(&X_FORWARDED_FOR, own, b",")),
                (&X_FORWARDED_HOST, single(&X_FORWARDED_HOST, client.host.cloned())),
                (&X_FORWARDED_PROTO, single(&X_FORWARDED_PROTO, Some(scheme))),
                (&X_FORWARDED_PORT, single(&X_FORWARDED_PORT, Some(HeaderValue::from(client.port)))),
                (&FORWARDED, forwarded),
            ],
        }
    }

    /// Puts them into a request for a member. Doing it again changes nothing.
    pub fn write(self, headers: &mut HeaderMap) {
        for (name, edit) in self.edits {
            match edit {
                Edit::Keep => {}
                Edit::Remove => drop(headers.remove(name)),
                Edit::Set(value) => drop(headers.insert(name, value)),
            }
        }
    }
}

/// The client's own address, for access control: the peer's, or what trusted proxies say in `X-Forwarded-For`.
///
/// The list is read from its end, as long as those who wrote an entry are trusted. An entry that is no address ends it.
pub fn client_address(headers: &HeaderMap, peer: IpAddr, trusted: &Networks) -> IpAddr {
    let mut address = peer.to_canonical();
    let values = headers.get_all(&X_FORWARDED_FOR).iter().rev().map(HeaderValue::as_bytes);
    for entry in values.flat_map(|value| value.rsplit(|&byte| byte == b',')) {
        if !trusted.contains(address) {
            break;
        }
        match parse_address(entry.trim_ascii()) {
            Some(before) => address = before.to_canonical(),
            None => break,
        }
    }
    address
}

/// An address, with or without a port.
fn parse_address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?;
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    let with_port = || text.parse().ok().map(|address: SocketAddr| address.ip());
    text.parse().ok().or_else(with_port).or_else(bracketed)
}

/// The lines of a list header with one more entry.
fn appended(received: &HeaderMap, name: &HeaderName, own: HeaderValue, joint: &[u8]) -> HeaderValue {
    let mut list = Vec::new();
    for line in received.get_all(name).iter().map(HeaderValue::as_bytes).filter(|line| !line.is_empty()) {
        list.extend_from_slice(line);
        list.extend_from_slice(joint);
    }
    if list.is_empty() {
        return own;
    }
    list.extend_from_slice(own.as_bytes());
    // Values joined by commas and blanks are a value.
    HeaderValue::from_bytes(&list).unwrap_or(own)
}

/// Our entry of `Forwarded` (RFC 7239 §4). A host that cannot be quoted is left out.
fn forwarded_element(address: IpAddr, client: &ClientSide<'_>) -> Option<HeaderValue> {
    let mut element = match address {
        IpAddr::V4(address) => format!("for={address}"),
        IpAddr::V6(address) => format!("for=\"[{address}]\""),
    };
    let visible = |host: &&str| !host.is_empty() && !host.contains(['"', '\\']);
    if let Some(host) = client.host.and_then(|host| host.to_str().ok()).filter(visible) {
        element.extend([";host=\"", host, "\""]);
    }
    element.extend([";proto=", client.scheme.as_str()]);
    HeaderValue::from_str(&element).ok()
}
