//! Addresses of members in answers become those that the client can reach (elastic-load-balancer.md §2.8, W15).

use std::collections::HashSet;

use http::header::{CONTENT_LOCATION, Entry, HeaderName, LOCATION, REFRESH};
use http::{HeaderMap, HeaderValue};

use crate::balancing::resolution::{RequestHost, host_name};
use crate::transport::http::server::Scheme;

/// Hosts that stand for us or our members. Built when members or listeners change, then only read.
#[derive(Clone, Debug, Default)]
pub struct KnownHosts {
    names: HashSet<Box<str>, foldhash::fast::RandomState>,
}

impl KnownHosts {
    /// The set of these names and addresses; what cannot be a host is left out, because nothing could name it.
    pub fn new<'t>(hosts: impl IntoIterator<Item = &'t str>) -> Self {
        let names = hosts.into_iter().filter_map(|host| host_name(host).ok());
        Self { names: names.map(|name| name.into_owned().into_boxed_str()).collect() }
    }

    /// Whether a host, spelt as [`RequestHost::name`] does, is one of them.
    pub fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

/// The ports that we listen on, by scheme; `None` when we do not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListenPorts {
    /// Plain.
    pub http: Option<u16>,
    /// Encrypted.
    pub https: Option<u16>,
}

impl ListenPorts {
    /// The port of a scheme.
    pub fn of(&self, scheme: Scheme) -> Option<u16> {
        match scheme {
            Scheme::Http => self.http,
            Scheme::Https => self.https,
        }
    }
}

/// Both sides of the exchange whose answer is rewritten.
#[derive(Clone, Copy, Debug)]
pub struct Redirect<'a> {
    /// How the client reached us.
    pub scheme: Scheme,
    /// The host that the client named, before any mapping.
    pub host: &'a RequestHost<'a>,
    /// The name of the host that an alias stood for; members may use either.
    pub mapped_to: Option<&'a str>,
    /// Where we listen.
    pub listen: ListenPorts,
    /// The port of the member for requests of the client's scheme.
    pub member_port: Option<u16>,
    /// The hosts of the member, of the other members of its cluster, and the addresses that we listen on.
    pub known: &'a [&'a KnownHosts],
}

/// Rewrites `Location`, `Content-Location` and the address in `Refresh` where they name a member or us. Bodies are
/// never touched.
///
/// | address | becomes |
/// |---|---|
/// | relative, of an unknown host, or with user information | unchanged |
/// | of a host that is known, in any case, with any port or none | scheme and host of the client, path, query and fragment as they were |
///
/// The scheme is that of the client when the port is the member's for that scheme, else the one written. When it is
/// not the client's, the port is the one that we listen on for it: none when it is the scheme's default, and none when
/// the client reached us without one although we listen elsewhere, because then somebody forwards default ports to
/// us. An address that leads to a scheme that we do not listen for is unchanged.
pub fn rewrite_locations(headers: &mut HeaderMap, redirect: &Redirect<'_>) {
    for name in [LOCATION, CONTENT_LOCATION] {
        rewrite(headers, &name, |value| rewritten(value, redirect));
    }
    rewrite(headers, &REFRESH, |value| rewritten_refresh(value, redirect));
}

fn rewrite(headers: &mut HeaderMap, name: &HeaderName, rule: impl Fn(&[u8]) -> Option<Vec<u8>>) {
    if !headers.contains_key(name) {
        return;
    }
    if let Entry::Occupied(mut lines) = headers.entry(name) {
        for value in lines.iter_mut() {
            // Every byte of the new value is from a value that was valid, or from the address of a host.
            let new = rule(value.as_bytes()).and_then(|bytes| HeaderValue::from_bytes(&bytes).ok());
            if let Some(new) = new {
                *value = new;
            }
        }
    }
}

/// `5; url=http://…`, with the address in quotes or not.
fn rewritten_refresh(value: &[u8], redirect: &Redirect<'_>) -> Option<Vec<u8>> {
    let delimiter = value.iter().position(|byte| matches!(byte, b';' | b','))?;
    let mut address = value.get(delimiter + 1..)?.trim_ascii_start();
    if let Some((name, rest)) = address.split_at_checked("url".len())
        && name.eq_ignore_ascii_case(b"url")
        && let Some(behind) = rest.trim_ascii_start().strip_prefix(b"=")
    {
        address = behind.trim_ascii_start();
    }
    let mut length = address.len();
    if let Some(quote) = address.first().copied().filter(|first| matches!(first, b'"' | b'\'')) {
        address = address.get(1..)?;
        length = address.iter().position(|&byte| byte == quote).unwrap_or(address.len());
    }
    let (before, _) = value.split_at_checked(value.len() - address.len())?;
    let (address, after) = address.split_at_checked(length)?;
    let new = rewritten(address, redirect)?;
    Some([before, &new, after].concat())
}

/// The address for the client; `None` when it stays as it is.
fn rewritten(address: &[u8], redirect: &Redirect<'_>) -> Option<Vec<u8>> {
    let (scheme, behind) = split_scheme(address)?;
    let end = behind.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(behind.len());
    let (authority, rest) = behind.split_at_checked(end)?;
    let host = RequestHost::parse(authority).ok()?;
    if !redirect.knows(host.name()) {
        return None;
    }
    let named_port = host.port_or_default(scheme);
    let scheme = if redirect.member_port == Some(named_port) { redirect.scheme } else { scheme };
    let mut new = Vec::with_capacity(address.len() + redirect.host.as_written().len() + 8);
    new.extend_from_slice(scheme.as_str().as_bytes());
    new.extend_from_slice(b"://");
    if scheme == redirect.scheme {
        new.extend_from_slice(redirect.host.as_written().as_bytes());
    } else {
        let port = redirect.listen.of(scheme)?;
        new.extend_from_slice(redirect.host.name_as_written().as_bytes());
        if port != scheme.default_port() && !redirect.ports_are_forwarded() {
            new.extend_from_slice(format!(":{port}").as_bytes());
        }
    }
    new.extend_from_slice(rest);
    Some(new)
}

impl Redirect<'_> {
    fn knows(&self, name: &str) -> bool {
        name == self.host.name()
            || self.mapped_to == Some(name)
            || self.known.iter().any(|hosts| hosts.contains(name))
    }

    /// The client used the default port, and we do not listen there.
    fn ports_are_forwarded(&self) -> bool {
        let own = self.listen.of(self.scheme);
        self.host.port().is_none() && own.is_some_and(|port| port != self.scheme.default_port())
    }
}

fn split_scheme(address: &[u8]) -> Option<(Scheme, &[u8])> {
    [Scheme::Https, Scheme::Http].into_iter().find_map(|scheme| {
        let (name, behind) = address.split_at_checked(scheme.as_str().len())?;
        let behind = behind.strip_prefix(b"://")?;
        name.eq_ignore_ascii_case(scheme.as_str().as_bytes()).then_some((scheme, behind))
    })
}
