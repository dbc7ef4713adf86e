//! Values by host, the longest suffix first (elastic-load-balancer.md §2.2).

use std::collections::HashMap;

use super::{HostError, host_name};

/// What a host stands for. Built once per configuration, then only read.
///
/// A key stands for itself and for every host below it that has no nearer key: `example.org` also for
/// `a.b.example.org`. An IPv6 address stands for itself only.
#[derive(Clone, Debug)]
pub struct HostTable<T> {
    entries: HashMap<Box<str>, T, foldhash::fast::RandomState>,
    longest: usize,
}

/// Why a host cannot be put into a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostTableError {
    /// It is no host.
    #[error("\"{host}\" cannot be a host: {reason}")]
    Invalid {
        /// The text.
        host: String,
        /// What is wrong with it.
        reason: HostError,
    },
    /// The table has it already, perhaps in another spelling.
    #[error("the host {0} is there already")]
    Duplicate(String),
}

impl<T> Default for HostTable<T> {
    fn default() -> Self {
        Self { entries: HashMap::default(), longest: 0 }
    }
}

impl<T> HostTable<T> {
    /// A table without hosts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a host in any spelling. Entries of its parents stay what they are (W35).
    ///
    /// # Errors
    ///
    /// When the text is no host, or the table has the host already.
    pub fn insert(&mut self, host: &str, value: T) -> Result<(), HostTableError> {
        let name =
            host_name(host).map_err(|reason| HostTableError::Invalid { host: host.to_owned(), reason })?;
        if self.entries.contains_key(&*name) {
            return Err(HostTableError::Duplicate(name.into_owned()));
        }
        self.longest = self.longest.max(name.len());
        self.entries.insert(name.into_owned().into_boxed_str(), value);
        Ok(())
    }

    /// The entry for a host as [`RequestHost::name`](super::RequestHost::name) spells it: its own, else that of the
    /// longest suffix that starts after a dot.
    pub fn find(&self, name: &str) -> Option<&T> {
        if name.starts_with('[') {
            return self.entries.get(name);
        }
        let mut rest = name;
        loop {
            // A client chooses how many labels there are; most of them need no look-up.
            if rest.len() <= self.longest
                && let Some(value) = self.entries.get(rest)
            {
                return Some(value);
            }
            rest = rest.split_once('.')?.1;
        }
    }

    /// Every host with its value, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.entries.iter().map(|(host, value)| (&**host, value))
    }

    /// How many hosts there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no host at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
