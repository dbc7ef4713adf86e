//! Addresses in their parts, as `rewrite` and the conditions on a `url` see them.
//!
//! The parts are decoded; putting them together again encodes what cannot stand in an address. What was encoded without
//! need, such as `%26` in a query, does not survive that (mediators.md §5.7, case 159).

use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The parts of an address, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) protocol: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) path: Option<String>,
    pub(crate) query: Option<String>,
    pub(crate) reference: Option<String>,
}

/// A part of an address by the word of the `fragment` and `source` attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fragment {
    Protocol,
    User,
    Host,
    Port,
    Path,
    Query,
    Reference,
}

/// Why a text is no address, or parts make none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddressError {
    #[error("\"{0}\" contains a blank or a control character")]
    Character(String),
    #[error("\"{0}\" is no port")]
    Port(String),
    #[error("\"{0}\" is no protocol")]
    Protocol(String),
    #[error("\"{0}\" is no host")]
    Host(String),
    #[error("the path \"{0}\" does not start with a slash")]
    RelativePath(String),
}

impl Fragment {
    /// Every word, for messages.
    pub(crate) const WORDS: [&str; 7] = ["protocol", "user", "host", "port", "path", "query", "ref"];
}

impl FromStr for Fragment {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Ok(match word {
            "protocol" => Fragment::Protocol,
            "user" => Fragment::User,
            "host" => Fragment::Host,
            "port" => Fragment::Port,
            "path" => Fragment::Path,
            "query" => Fragment::Query,
            "ref" => Fragment::Reference,
            _ => return Err(()),
        })
    }
}

impl Address {
    /// Takes an address apart (RFC 3986 appendix B). Characters that should have been encoded are taken as they are.
    ///
    /// # Errors
    /// There are blanks or control characters in it, or a port that is none.
    pub(crate) fn parse(text: &str) -> Result<Self, AddressError> {
        if text.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
            return Err(AddressError::Character(text.to_owned()));
        }
        let (rest, reference) = split(text, '#');
        let (rest, query) = split(rest, '?');
        let (protocol, rest) = match rest.split_once(':') {
            Some((protocol, rest)) if is_protocol(protocol) => (Some(protocol.to_owned()), rest),
            _ => (None, rest),
        };
        let mut address = Self {
            protocol,
            query: query.map(decoded),
            reference: reference.map(decoded),
            ..Self::default()
        };
        let path = match rest.strip_prefix("//") {
            None => rest,
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                address.set_authority(authority)?;
                path
            }
        };
        address.path = (!path.is_empty()).then(|| decoded(path));
        Ok(address)
    }

    fn set_authority(&mut self, authority: &str) -> Result<(), AddressError> {
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(decoded(user)), place),
            None => (None, authority),
        };
        // The colons inside the brackets of an IPv6 address are none of a port.
        let colon = place.rfind(':').filter(|&at| at > place.rfind(']').unwrap_or(0));
        let (host, port) = match colon {
            Some(at) => (&place[..at], &place[at + 1..]),
            None => (place, ""),
        };
        self.user = user;
        self.host = (!host.is_empty()).then(|| decoded(host));
        self.port = if port.is_empty() { None } else { Some(parse_port(port)?) };
        Ok(())
    }

    /// A part as text: the port as a number, -1 when there is none (case 119).
    pub(crate) fn fragment(&self, fragment: Fragment) -> Option<String> {
        match fragment {
            Fragment::Protocol => self.protocol.clone(),
            Fragment::User => self.user.clone(),
            Fragment::Host => self.host.clone(),
            Fragment::Port => Some(self.port.map_or("-1".to_owned(), |port| port.to_string())),
            Fragment::Path => self.path.clone(),
            Fragment::Query => self.query.clone(),
            Fragment::Reference => self.reference.clone(),
        }
    }

    /// The parts put together. Without a host there is no user and no port.
    ///
    /// # Errors
    /// A protocol or host that is none, or a path without a leading slash where one is needed (case 156).
    pub(crate) fn compose(&self) -> Result<String, AddressError> {
        let mut text = String::new();
        if let Some(protocol) = &self.protocol {
            if !is_protocol(protocol) {
                return Err(AddressError::Protocol(protocol.clone()));
            }
            text += &format!("{protocol}:");
        }
        let host = self.host.as_deref().filter(|host| !host.is_empty());
        if let Some(host) = host {
            if !host.chars().all(|letter| letter.is_ascii_graphic() && !"/?#@\\\"<>^`{|}%".contains(letter)) {
                return Err(AddressError::Host(host.to_owned()));
            }
            text += "//";
            if let Some(user) = &self.user {
                text += &format!("{}@", utf8_percent_encode(user, IN_USER));
            }
            text += host;
            if let Some(port) = self.port {
                text += &format!(":{port}");
            }
        }
        if let Some(path) = self.path.as_deref().filter(|path| !path.is_empty()) {
            if !path.starts_with('/') && (self.protocol.is_some() || host.is_some()) {
                return Err(AddressError::RelativePath(path.to_owned()));
            }
            text += &utf8_percent_encode(path, IN_PATH).to_string();
        }
        if let Some(query) = &self.query {
            text += &format!("?{}", utf8_percent_encode(query, IN_QUERY));
        }
        if let Some(reference) = &self.reference {
            text += &format!("#{}", utf8_percent_encode(reference, IN_QUERY));
        }
        Ok(text)
    }
}

/// A port; the -1 that stands for none is for callers to understand.
///
/// # Errors
/// It is no number, or larger than 65535.
pub(crate) fn parse_port(text: &str) -> Result<u16, AddressError> {
    text.parse().map_err(|_| AddressError::Port(text.to_owned()))
}

/// The value of a parameter in the query of an address, decoded as forms are. One without `=` has no value (case 118).
pub(crate) fn query_parameter(address: &str, name: &str) -> Option<String> {
    let (address, _) = split(address, '#');
    let form_decoded = |text: &str| decoded(&text.replace('+', " "));
    split(address, '?').1?.split('&').find_map(|parameter| {
        let (known, value) = parameter.split_once('=')?;
        (form_decoded(known) == name).then(|| form_decoded(value))
    })
}

/// What stands before and behind the first separator.
fn split(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(before, behind)| (before, Some(behind)))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn is_protocol(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

/// Unreserved characters (RFC 2396 §2.3); `%` is always encoded.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// What user names are written with besides (RFC 2396 §3.2.2).
const IN_USER: &AsciiSet =
    &UNRESERVED.remove(b';').remove(b':').remove(b'&').remove(b'=').remove(b'+').remove(b'$').remove(b',');

/// What paths are written with (RFC 2396 §3.3).
const IN_PATH: &AsciiSet = &IN_USER.remove(b'@').remove(b'/');

/// What queries and references are written with (RFC 2396 §3.4).
const IN_QUERY: &AsciiSet = &IN_PATH.remove(b'?').remove(b'[').remove(b']');

#[cfg(test)]
mod tests {
    use super::{Address, AddressError, Fragment, query_parameter};

    #[test]
    fn addresses_are_taken_apart_and_put_together() {
        for text in [
            "",
            "http://h/p",
            "/services/x?a=b",
            "https://user:secret@h.example:8443/a/b?c=d&e#f",
            "http://[2001:db8::1]:80/",
            "http://[2001:db8::1]/",
            "http://h",
            "http://h?q",
            "p",
        ] {
            let address = Address::parse(text).expect(text);
            assert_eq!(address.compose().as_deref(), Ok(text));
        }
    }

    #[test]
    fn parts_are_decoded_and_encoded() {
        let address = Address::parse("http://h/a%20b?x=1%262#%41").expect("an address");
        assert_eq!(address.fragment(Fragment::Path).as_deref(), Some("/a b"));
        assert_eq!(address.fragment(Fragment::Query).as_deref(), Some("x=1&2"));
        assert_eq!(address.compose().as_deref(), Ok("http://h/a%20b?x=1&2#A"));
        let address = Address { path: Some("/50% \u{e9}".to_owned()), ..Address::default() };
        assert_eq!(address.compose().as_deref(), Ok("/50%25%20%C3%A9"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["http://h/a b", "a\nb", "http://h:x/", "http://h:70000/"] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
        let with = |change: fn(&mut Address)| {
            let mut address = Address::parse("http://h/p").expect("an address");
            change(&mut address);
            address.compose()
        };
        let relative = with(|address| address.path = Some("x".to_owned()));
        assert_eq!(relative, Err(AddressError::RelativePath("x".to_owned())));
        assert!(with(|address| address.host = Some("a/b".to_owned())).is_err());
        assert!(with(|address| address.protocol = Some("1".to_owned())).is_err());
    }

    #[test]
    fn case_118_parameters_have_a_value() {
        for (address, expected) in [
            ("http://h/p?a=12", Some("12")),
            ("http://h/p?a", None),
            ("http://h/p?A=12", None),
            ("http://h/p", None),
            ("/p?b=1&a=x%20y+z&a=2#a=3", Some("x y z")),
            ("/p?a=b=c", Some("b=c")),
        ] {
            assert_eq!(query_parameter(address, "a").as_deref(), expected, "{address}");
        }
    }
}
