//! `Domain` and `Path` of the cookies that members set, as the client must see them. Off unless rules are given.

use http::header::{Entry, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

use super::location::KnownHosts;
use crate::balancing::resolution::host_name;

/// What becomes of the attributes of `Set-Cookie`. Without rules, the default, cookies pass unchanged.
#[derive(Clone, Debug, Default)]
pub struct CookieRules {
    domains: Vec<DomainRule>,
    paths: Vec<PathRule>,
}

/// A rule for `Domain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainRule {
    /// This domain, in any case and with or without a dot in front, becomes another one; without one the attribute
    /// goes, so that the cookie belongs to the host that the client used.
    Replace {
        /// The member's domain.
        from: Box<str>,
        /// The domain for the client.
        to: Option<Box<str>>,
    },
    /// The attribute goes when it names a host of the member or of its cluster.
    RemoveMembers,
}

/// A rule for `Path`: a prefix of whole segments becomes another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathRule {
    /// The member's path; starts with a slash.
    pub from: Box<str>,
    /// The path for the client; starts with a slash.
    pub to: Box<str>,
}

/// A rule that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CookieRuleError {
    /// A domain that is no host.
    #[error("`{0}` is no domain")]
    Domain(String),
    /// A path that does not start with a slash, or with a semicolon or a character that headers cannot have.
    #[error("`{0}` is no path of a cookie")]
    Path(String),
}

impl CookieRules {
    /// The rules in the order in which they are tried; the first that fits an attribute counts.
    ///
    /// # Errors
    ///
    /// When a rule would make something that is no cookie.
    pub fn new(domains: Vec<DomainRule>, paths: Vec<PathRule>) -> Result<Self, CookieRuleError> {
        for rule in &domains {
            if let DomainRule::Replace { from, to } = rule {
                for domain in [Some(from), to.as_ref()].into_iter().flatten() {
                    if host_name(undotted(domain)).is_err() {
                        return Err(CookieRuleError::Domain(domain.to_string()));
                    }
                }
            }
        }
        for path in paths.iter().flat_map(|rule| [&rule.from, &rule.to]) {
            let sound = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';');
            if !path.starts_with('/') || !sound {
                return Err(CookieRuleError::Path(path.to_string()));
            }
        }
        Ok(Self { domains, paths })
    }

    /// Whether cookies pass unchanged.
    pub fn is_empty(&self) -> bool {
        self.domains.is_empty() && self.paths.is_empty()
    }

    /// Applies the rules to every cookie of an answer. `members` are the hosts of the cluster.
    pub fn rewrite(&self, headers: &mut HeaderMap, members: &[&KnownHosts]) {
        if self.is_empty() || !headers.contains_key(SET_COOKIE) {
            return;
        }
        if let Entry::Occupied(mut cookies) = headers.entry(SET_COOKIE) {
            for cookie in cookies.iter_mut() {
                let new = self.rewritten(cookie.as_bytes(), members);
                if let Some(new) = new.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok()) {
                    *cookie = new;
                }
            }
        }
    }

    /// The cookie with its new attributes; `None` when it stays as it is (RFC 6265 §5.2 for its parts).
    fn rewritten(&self, cookie: &[u8], members: &[&KnownHosts]) -> Option<Vec<u8>> {
        let mut parts = cookie.split(|&byte| byte == b';');
        let mut new = parts.next()?.to_vec();
        let mut changed = false;
        for part in parts {
            match self.attribute(part, members) {
                Edit::Keep => new.extend([b";", part].concat()),
                Edit::Remove => changed = true,
                Edit::Value(text) => {
                    changed = true;
                    let name = part.split(|&byte| byte == b'=').next().unwrap_or_default();
                    new.extend([b";", name, b"=", text.as_bytes()].concat());
                }
            }
        }
        changed.then_some(new)
    }

    fn attribute(&self, part: &[u8], members: &[&KnownHosts]) -> Edit {
        let Some((name, value)) = std::str::from_utf8(part).ok().and_then(|part| part.split_once('=')) else {
            return Edit::Keep;
        };
        let (name, value) = (name.trim(), value.trim());
        if name.eq_ignore_ascii_case("domain") {
            self.domain(value, members)
        } else if name.eq_ignore_ascii_case("path") {
            self.path(value)
        } else {
            Edit::Keep
        }
    }

    fn domain(&self, value: &str, members: &[&KnownHosts]) -> Edit {
        let domain = undotted(value);
        for rule in &self.domains {
            match rule {
                DomainRule::Replace { from, to } if undotted(from).eq_ignore_ascii_case(domain) => {
                    return to.as_deref().map_or(Edit::Remove, |to| Edit::Value(to.to_owned()));
                }
                DomainRule::RemoveMembers => {
                    let host = host_name(domain).unwrap_or_default();
                    if members.iter().any(|hosts| hosts.contains(&host)) {
                        return Edit::Remove;
                    }
                }
                DomainRule::Replace { .. } => {}
            }
        }
        Edit::Keep
    }

    fn path(&self, value: &str) -> Edit {
        let fitting = self.paths.iter().find_map(|rule| {
            let rest = value.strip_prefix(&*rule.from)?;
            let whole = rest.is_empty() || rest.starts_with('/') || rule.from.ends_with('/');
            whole.then_some((rule, rest))
        });
        match fitting {
            // One slash where the two meet, whichever of them ends with one.
            Some((rule, rest)) => match (rule.to.strip_suffix('/'), rest) {
                (Some(to), rest) if rest.starts_with('/') => Edit::Value(format!("{to}{rest}")),
                (None, rest) if !rest.is_empty() && !rest.starts_with('/') => {
                    Edit::Value(format!("{}/{rest}", rule.to))
                }
                _ => Edit::Value(format!("{}{rest}", rule.to)),
            },
            None => Edit::Keep,
        }
    }
}

enum Edit {
    Keep,
    Remove,
    Value(String),
}

/// A domain without the dot that older cookies have in front (RFC 6265 §5.2.3).
fn undotted(domain: &str) -> &str {
    domain.strip_prefix('.').unwrap_or(domain)
}
