//! What becomes of the attributes of cookies that members set.

use std::sync::Arc;

/// Texts that take the place of others, in the order in which they are tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replacements(Arc<[(Arc<str>, Arc<str>)]>);

impl Replacements {
    /// Domains: `FROM=TO`, `FROM=` for none, or `members` for those that name a member.
    pub(in super::super) fn domains(text: &str) -> Option<Self> {
        let is_domain = |domain: &str| {
            let name = domain.strip_prefix('.').unwrap_or(domain);
            let label = |label: &str| {
                !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            };
            domain.len() <= 253 && name.split('.').all(label)
        };
        Self::read(text, |from, to| is_domain(from) && (to.is_empty() || is_domain(to)), Some(Self::MEMBERS))
    }

    /// Paths: `FROM=TO`, both beginning with a slash.
    pub(in super::super) fn paths(text: &str) -> Option<Self> {
        let is_path = |path: &str| {
            path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';')
        };
        Self::read(text, |from, to| is_path(from) && is_path(to), None)
    }

    /// The word for every host of the member's cluster; what it is replaced by is nothing.
    pub const MEMBERS: &str = "members";

    fn read(text: &str, is_sound: impl Fn(&str, &str) -> bool, word: Option<&str>) -> Option<Self> {
        let pair = |item: &str| {
            let item = item.trim();
            if Some(item) == word {
                return Some((item.into(), "".into()));
            }
            let (from, to) = item.split_once('=')?;
            let (from, to) = (from.trim(), to.trim());
            is_sound(from, to).then(|| (from.into(), to.into()))
        };
        let items = text.split(',').filter(|item| !item.trim().is_empty());
        items.map(pair).collect::<Option<Arc<[_]>>>().map(Self)
    }

    /// The texts with what takes their place; empty for nothing.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(from, to)| (&**from, &**to))
    }
}
