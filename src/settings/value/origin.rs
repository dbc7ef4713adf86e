//! Where a listener that speaks HTTP is reached.

use std::fmt;

use http::Uri;
use http::uri::Authority;

use super::{Optional, Problem, Value};

/// `http://HOST:PORT` or `https://HOST:PORT`, with nothing after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpOrigin {
    encrypted: bool,
    authority: Authority,
}

/// The longest, in bytes.
const LONGEST: usize = 512;

impl HttpOrigin {
    /// Whether TLS is spoken.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Host and port.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }
}

impl fmt::Display for HttpOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.encrypted { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

impl Value for HttpOrigin {
    fn kind() -> String {
        "http://HOST:PORT or https://HOST:PORT".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let problem = || Problem(format!("`{text}` is no http://HOST:PORT or https://HOST:PORT"));
        let uri: Uri = text.parse().map_err(|_| problem())?;
        let encrypted = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(problem()),
        };
        let has_path = uri.path_and_query().is_some_and(|path| !matches!(path.as_str(), "" | "/"));
        let authority = uri.authority().filter(|authority| {
            text.len() <= LONGEST
                && !has_path
                && authority.port_u16().is_some_and(|port| port > 0)
                && !authority.as_str().contains('@')
        });
        authority.map(|authority| Self { encrypted, authority: authority.clone() }).ok_or_else(problem)
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

impl Optional for HttpOrigin {
    const ABSENT: &'static str = "";
}
