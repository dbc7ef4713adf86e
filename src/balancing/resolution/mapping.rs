//! Aliases of hosts: url-mapping (elastic-load-balancer.md §2.2, W13).

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use sinew_core::diagnostics::{Diagnostics, SourceFile};
use tokio::time::Instant;

use super::cache::LookupCache;
use super::host::host_name;
use super::list_file::{self, Entry, Word};

/// Knows which host an alias stands for. Asked in the middle of a request: it must not wait for anything.
pub trait MappingSource: Send + Sync {
    /// The host that `alias` stands for, or `None`; both in the spelling of [`host_name`].
    fn actual_host(&self, alias: &str) -> Option<Arc<str>>;
}

/// The aliases of a file `url-mapping.conf`: lines `alias actual;`, with `#` for comments.
#[derive(Clone, Debug, Default)]
pub struct MappingFile {
    hosts: HashMap<Box<str>, Arc<str>>,
}

impl MappingFile {
    /// Reads the file; what could not be understood is reported, and left out.
    pub fn parse(file: &Arc<SourceFile>, diagnostics: &mut Diagnostics) -> Self {
        let mut entries = Vec::new();
        for Entry { name, value } in list_file::entries(file, diagnostics) {
            let mut host = |word: Word<'_>| match host_name(word.text) {
                Ok(host) => Some(host.into_owned()),
                Err(reason) => {
                    let message = format!("`{}` cannot be a host: {reason}", word.text);
                    diagnostics.push(list_file::invalid_word(file, word, message, "not a host"));
                    None
                }
            };
            if let (Some(alias), Some(actual)) = (host(name), host(value)) {
                entries.push((alias, name, actual.into()));
            }
        }
        Self { hosts: list_file::table(file, entries, diagnostics) }
    }

    /// How many aliases there are.
    pub fn len(&self) -> usize {
        self.hosts.len()
    }

    /// Whether there is no alias at all.
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty()
    }
}

impl MappingSource for MappingFile {
    fn actual_host(&self, alias: &str) -> Option<Arc<str>> {
        self.hosts.get(alias).cloned()
    }
}

/// A source of aliases, with what it said kept in a cache.
///
/// An answer counts for 300 s, and that there is none for 10 s. Only hosts that the [`HostTable`](super::HostTable)
/// does not have come here, so requests to known hosts wait for no lock.
pub struct UrlMapping {
    source: Mutex<Arc<dyn MappingSource>>,
    cache: LookupCache<Arc<str>>,
}

impl UrlMapping {
    /// Keeps `size_of_cache` aliases, and as many hosts that are none; 0 keeps nothing (case 69).
    pub fn new(source: Arc<dyn MappingSource>, size_of_cache: usize) -> Self {
        Self { source: Mutex::new(source), cache: LookupCache::new(size_of_cache) }
    }

    /// Asks another source from now on, and forgets what the one before said.
    pub fn replace(&self, source: Arc<dyn MappingSource>) {
        *self.source.lock().unwrap_or_else(PoisonError::into_inner) = source;
        self.cache.clear();
    }

    /// Forgets everything, because the source has changed.
    pub fn invalidate(&self) {
        self.cache.clear();
    }

    /// The host that `alias` stands for; `alias` is in the spelling of [`host_name`].
    pub fn actual_host(&self, alias: &str, now: Instant) -> Option<Arc<str>> {
        let look_up = || {
            let source = self.source.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Ok::<_, Infallible>(source.actual_host(alias))
        };
        match self.cache.get(alias, now, look_up) {
            Ok(actual) => actual,
            Err(never) => match never {},
        }
    }
}
