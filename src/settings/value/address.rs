//! Addresses of servers that are asked over HTTP.

use http::Uri;

use super::{Optional, Problem, Value};

/// An absolute address with `http` or `https`, without a user name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAddress(Uri);

impl HttpAddress {
    /// The address.
    pub fn uri(&self) -> &Uri {
        &self.0
    }
}

impl Value for HttpAddress {
    fn kind() -> String {
        "an address such as `https://host:port/path`".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let problem = || Problem(format!("`{text}` is no address with http or https"));
        let address: Uri = text.parse().map_err(|_| problem())?;
        let is_http = matches!(address.scheme_str(), Some("http" | "https"));
        match address.authority() {
            Some(authority) if authority.as_str().contains('@') => {
                Err(Problem("the address carries a user name; use a token".to_owned()))
            }
            Some(authority) if is_http && !authority.host().is_empty() => Ok(Self(address)),
            _ => Err(problem()),
        }
    }

    fn to_text(&self) -> String {
        self.0.to_string()
    }
}

impl Optional for HttpAddress {
    const ABSENT: &'static str = "";
}
