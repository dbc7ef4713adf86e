//! From an endpoint's address and a message's suffix to the place a request goes (endpoints.md §4.1).

use std::borrow::Cow;

use bytes::Bytes;
use http::Uri;
use http::uri::PathAndQuery;
use memchr::memchr;
use sinew_core::config::endpoint::{AddressTemplate, UriPart};
use sinew_core::message::{Message, Value};

use crate::transport::http::client::{Target, TargetError};

/// An address that was taken apart once: where to connect, and what stands on the request line before the suffix.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where to connect.
    pub target: Target,
    /// Path and query of the address.
    pub path: PathAndQuery,
}

/// Why an address cannot be sent to.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// It is no URI.
    #[error("Malformed URL in the target EPR: \"{0}\"")]
    Malformed(String),
    /// It is one that we cannot send to.
    #[error("cannot send to \"{address}\": {source}")]
    Target {
        /// The address.
        address: String,
        /// What is wrong with it.
        source: TargetError,
    },
}

impl Place {
    /// Takes an absolute address apart.
    pub fn parse(address: &str) -> Result<Self, AddressError> {
        let malformed = || AddressError::Malformed(address.to_owned());
        let uri: Uri = address.parse().map_err(|_| malformed())?;
        if uri.scheme().is_none() {
            return Err(malformed());
        }
        let target = Target::parse(&uri)
            .map_err(|source| AddressError::Target { address: address.to_owned(), source })?;
        let path = uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        Ok(Self { target, path })
    }
}

/// Fills the `${…}` of an address with default-scope properties; one that is unset stays as it is written.
pub(super) fn fill<'t>(template: &'t AddressTemplate, message: &Message) -> Cow<'t, str> {
    if let Some(literal) = template.literal() {
        return Cow::Borrowed(literal);
    }
    let mut address = String::with_capacity(template.text.len() + 16);
    for part in &*template.parts {
        match part {
            UriPart::Literal(text) => address.push_str(text),
            UriPart::Property(name) => match message.properties.value(name).map(Value::text) {
                Some(value) => address.push_str(&value),
                None => address.extend(["${", name, "}"]),
            },
        }
    }
    Cow::Owned(address)
}

/// Joins path and query of an address with a suffix: one slash between them, and two queries become one
/// (endpoints.md §4.1 column F, D10).
pub(super) fn join(address: &PathAndQuery, suffix: &str) -> Result<PathAndQuery, AddressError> {
    if suffix.is_empty() {
        return Ok(address.clone());
    }
    let path_length = memchr(b'?', suffix.as_bytes()).unwrap_or(suffix.len());
    let (suffix_path, query) = suffix.split_at(path_length);
    let suffix_query = query.strip_prefix('?');
    let base = address.path();
    let mut joined = String::with_capacity(address.as_str().len() + suffix.len() + 1);
    if suffix_path.is_empty() {
        let drop_slash = suffix_query.is_some() && base.len() > 1;
        joined.push_str(if drop_slash { base.strip_suffix('/').unwrap_or(base) } else { base });
    } else {
        joined.push_str(base.strip_suffix('/').unwrap_or(base));
        if !suffix_path.starts_with('/') {
            joined.push('/');
        }
        joined.push_str(suffix_path);
    }
    let queries = [address.query(), suffix_query];
    for (index, query) in queries.into_iter().flatten().filter(|query| !query.is_empty()).enumerate() {
        joined.push(if index == 0 { '?' } else { '&' });
        joined.push_str(query);
    }
    let joined = Bytes::from(joined);
    PathAndQuery::from_maybe_shared(joined.clone())
        .map_err(|_| AddressError::Malformed(String::from_utf8_lossy(&joined).into_owned()))
}

/// Adds a query that is encoded already behind the one that is there.
pub(super) fn with_query(address: PathAndQuery, query: &str) -> Result<PathAndQuery, AddressError> {
    if query.is_empty() {
        return Ok(address);
    }
    let joint = match address.query() {
        None => "?",
        Some("") => "",
        Some(_) => "&",
    };
    let joined = format!("{address}{joint}{query}");
    joined.parse().map_err(|_| AddressError::Malformed(joined))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of endpoints.md §4.1, column F, and E26–E28.
    #[test]
    fn suffixes_are_joined_as_specified() {
        for (address, suffix, joined) in [
            ("http://b/x", "y", "/x/y"),
            ("http://b/x", "/y?q=1", "/x/y?q=1"),
            ("http://b/x", "?q=1", "/x?q=1"),
            ("http://b/x/", "/y", "/x/y"),
            ("http://b/x/", "?q=1", "/x?q=1"),
            ("http://b/x?a=1", "/y?q=1", "/x/y?a=1&q=1"),
            ("http://b/x?a=1", "", "/x?a=1"),
            ("http://b", "/y", "/y"),
            ("http://b", "?q=1", "/?q=1"),
            ("http://b", "", "/"),
            ("http://b/", "/", "/"),
            ("http://b/x", "/", "/x/"),
            ("http://b/x", "/y?u=a/b", "/x/y?u=a/b"),
        ] {
            let place = Place::parse(address).expect(address);
            let result = join(&place.path, suffix).expect(suffix);
            assert_eq!(result.as_str(), joined, "{address} + {suffix}");
        }
    }

    #[test]
    fn addresses_that_lead_nowhere_say_so() {
        for (address, message) in [
            ("/services/Echo", "Malformed URL in the target EPR: \"/services/Echo\""),
            ("http://${p}/x", "Malformed URL in the target EPR: \"http://${p}/x\""),
            ("jms:/q", "Malformed URL in the target EPR: \"jms:/q\""),
            ("ftp://h/x", "cannot send to \"ftp://h/x\": the scheme must be http or https"),
        ] {
            assert_eq!(Place::parse(address).expect_err(address).to_string(), message);
        }
    }
}
