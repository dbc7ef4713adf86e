//! The stateless way: a cookie of the balancer's own that says which member the client had.

use std::sync::Arc;

use aws_lc_rs::hmac;
use http::HeaderValue;

use super::routes::{RouteId, Routes};

/// The key for who has set none. Route ids are opaque then, and anybody may compute them; they lead to nothing but
/// members of the cluster that the request goes to anyway.
const OPEN_KEY: &[u8] = b"sinew affinity cookie";
/// What the hashed text begins with: the first version of its composition.
const VERSION: &[u8] = b"sinew route 1";

/// The affinity cookie of a cluster: `affinity_cookie NAME` (elastic-load-balancer.md §3.5, W45).
#[derive(Clone, Debug)]
pub struct AffinityCookie {
    name: Arc<str>,
    key: hmac::Key,
}

/// Why there cannot be such a cookie.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AffinityCookieError {
    /// The name has letters that names of cookies cannot have (RFC 6265 §4.1.1), or none.
    #[error("`{0}` cannot be the name of a cookie; letters, digits and !#$%&'*+-.^_`|~ can stand in one")]
    Name(String),
    /// The name is longer than 64 letters.
    #[error("the name of the affinity cookie has {0} letters, more than the 64 that it may have")]
    LongName(usize),
    /// The secret is empty, which is no secret.
    #[error("the secret of the affinity cookie is empty")]
    EmptySecret,
}

impl AffinityCookie {
    /// The longest name, in letters.
    pub const LONGEST_NAME: usize = 64;

    /// A cookie of this name. With a secret only who has it can compute route ids; balancers that share their clients
    /// need the same.
    ///
    /// # Errors
    /// The name is no token, or too long; the secret is empty.
    pub fn new(name: &str, secret: Option<&[u8]>) -> Result<Self, AffinityCookieError> {
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(AffinityCookieError::Name(name.to_owned()));
        }
        if name.len() > Self::LONGEST_NAME {
            return Err(AffinityCookieError::LongName(name.len()));
        }
        if secret.is_some_and(<[u8]>::is_empty) {
            return Err(AffinityCookieError::EmptySecret);
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.unwrap_or(OPEN_KEY));
        Ok(AffinityCookie { name: name.into(), key })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the route to a member: the first 64 bits of an HMAC with SHA-256 over cluster and member, so that it is
    /// the same after a restart, in the next version and on every balancer with the same secret.
    pub fn route_id(&self, cluster: &str, member: &str) -> RouteId {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(VERSION);
        for part in [cluster, member] {
            // With the length in front, no two pairs are the same text.
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part.as_bytes());
        }
        let tag = context.sign();
        let half = tag.as_ref().first_chunk().copied().unwrap_or_default();
        RouteId(u64::from_be_bytes(half))
    }

    /// The routes to the members of a cluster, given with their keys.
    pub fn routes<K: AsRef<str>, T>(
        &self,
        cluster: &str,
        members: impl IntoIterator<Item = (K, T)>,
    ) -> Routes<T> {
        Routes::new(self, cluster, members)
    }

    /// `Set-Cookie` for a route, over http and over https.
    pub(super) fn header_values(&self, id: RouteId) -> (HeaderValue, HeaderValue) {
        let plain = format!("{}={id}; Path=/; HttpOnly; SameSite=Lax", self.name);
        let secure = format!("{plain}; Secure");
        let value =
            |text| HeaderValue::try_from(text).expect("a token and hexadecimal letters make a header");
        (value(plain), value(secure))
    }
}

/// The letters of a token (RFC 9110 §5.6.2).
fn is_token(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&letter)
}
