//! Who knows the tenants: from a tenant domain to the number that ranges are about (elastic-load-balancer.md §2.3).

use std::collections::HashMap;
use std::sync::Arc;

use sinew_core::diagnostics::{Diagnostics, SourceFile};
use tokio::time::Instant;

use super::cache::LookupCache;
use super::list_file::{self, Entry};

/// The longest name that is looked up, in bytes; tenant domains are names of hosts (RFC 1035 §2.3.4).
const LONGEST: usize = 253;

/// Knows the number of each tenant domain. Asked in the middle of a request: it must not wait for anything.
pub trait TenantDirectory: Send + Sync {
    /// The tenant's number; `None` when nobody has this domain. `now` is the time of the request.
    ///
    /// # Errors
    ///
    /// When it cannot be told. The request goes on as if it named no tenant (rule T2).
    fn tenant(&self, domain: &str, now: Instant) -> Result<Option<u32>, DirectoryError>;
}

/// Why a directory cannot tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tenant cannot be looked up: {0}")]
pub struct DirectoryError(pub String);

/// The tenants of a file `tenants.conf`: lines `domain number;`, with `#` for comments.
#[derive(Clone, Debug, Default)]
pub struct TenantFile {
    tenants: HashMap<Box<str>, u32>,
}

impl TenantFile {
    /// Reads the file; what could not be understood is reported, and left out. Domains count letter by letter.
    pub fn parse(file: &Arc<SourceFile>, diagnostics: &mut Diagnostics) -> Self {
        let mut entries = Vec::new();
        for Entry { name, value } in list_file::entries(file, diagnostics) {
            match value.text.parse() {
                Ok(tenant) => entries.push((name.text, name, tenant)),
                Err(_) => {
                    let message = format!("`{}` is no tenant number", value.text);
                    let label = "tenants have numbers from 0 to 4294967295";
                    diagnostics.push(list_file::invalid_word(file, value, message, label));
                }
            }
        }
        Self { tenants: list_file::table(file, entries, diagnostics) }
    }

    /// How many tenants there are.
    pub fn len(&self) -> usize {
        self.tenants.len()
    }

    /// Whether there is no tenant at all.
    pub fn is_empty(&self) -> bool {
        self.tenants.is_empty()
    }
}

impl TenantDirectory for TenantFile {
    fn tenant(&self, domain: &str, _now: Instant) -> Result<Option<u32>, DirectoryError> {
        Ok(self.tenants.get(domain).copied())
    }
}

/// Remembers what a slower directory said: 300 s for a tenant, 10 s for none. Failures are not remembered.
pub struct CachedTenants {
    directory: Arc<dyn TenantDirectory>,
    cache: LookupCache<u32>,
}

impl CachedTenants {
    /// In front of `directory`, remembering up to `capacity` tenants and as many domains without one.
    pub fn new(directory: Arc<dyn TenantDirectory>, capacity: usize) -> Self {
        Self { directory, cache: LookupCache::new(capacity) }
    }

    /// Forgets everything, because the directory has changed.
    pub fn invalidate(&self) {
        self.cache.clear();
    }
}

impl TenantDirectory for CachedTenants {
    fn tenant(&self, domain: &str, now: Instant) -> Result<Option<u32>, DirectoryError> {
        if domain.len() > LONGEST {
            return Ok(None);
        }
        self.cache.get(domain, now, || self.directory.tenant(domain, now))
    }
}
