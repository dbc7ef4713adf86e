//! What a cluster is known by.

use std::fmt;
use std::sync::Arc;

/// Domain and sub-domain: the unit of membership, selection and scaling (elastic-load-balancer.md, conventions).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClusterKey {
    /// The domain, as `shop.a.domain`.
    pub domain: Arc<str>,
    /// The sub-domain; `None` is the default one.
    pub sub_domain: Option<Arc<str>>,
}

/// How the original writes the default sub-domain.
const DEFAULT_SUB_DOMAIN: &str = "__$default";

impl ClusterKey {
    /// A domain with its default sub-domain.
    pub fn domain(domain: &str) -> Self {
        Self { domain: domain.into(), sub_domain: None }
    }

    /// A domain and a sub-domain; an empty one and `__$default` are the default.
    pub fn new(domain: &str, sub_domain: &str) -> Self {
        let named = !matches!(sub_domain, "" | DEFAULT_SUB_DOMAIN);
        Self { domain: domain.into(), sub_domain: named.then(|| sub_domain.into()) }
    }

    /// Reads `domain` or `domain/sub-domain`, as [`fmt::Display`] writes it.
    pub fn parse(text: &str) -> Self {
        match text.split_once('/') {
            Some((domain, sub_domain)) => Self::new(domain, sub_domain),
            None => Self::domain(text),
        }
    }
}

impl fmt::Display for ClusterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.domain)?;
        match &self.sub_domain {
            Some(sub_domain) => write!(f, "/{sub_domain}"),
            None => Ok(()),
        }
    }
}
