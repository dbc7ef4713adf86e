//! Which version of a pool something was worked out for.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Weak};

use arc_swap::ArcSwapOption;

use super::Pool;

/// The identity of a shared value that never changes. It does not keep the value, and no later value has the same.
#[derive(Clone)]
pub struct Edition(Weak<dyn Any + Send + Sync>);

impl Edition {
    /// The identity of a value.
    pub fn of<T: Any + Send + Sync>(shared: &Arc<T>) -> Self {
        let weak: Weak<T> = Arc::downgrade(shared);
        Self(weak)
    }

    /// Whether it is the identity of this value.
    pub fn is<T>(&self, shared: &Arc<T>) -> bool {
        std::ptr::addr_eq(self.0.as_ptr(), Arc::as_ptr(shared))
    }
}

impl fmt::Debug for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Edition")
    }
}

/// What was worked out for the edition that was asked about last.
#[derive(Debug)]
pub(super) struct Cache<T>(ArcSwapOption<(Edition, T)>);

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(ArcSwapOption::empty())
    }
}

impl<T> Cache<T> {
    /// Reads what was made for a pool, and makes it when there is nothing for this edition.
    pub(super) fn read<R>(
        &self,
        pool: &impl Pool,
        make: impl FnOnce() -> T,
        read: impl FnOnce(&T) -> R,
    ) -> R {
        match &*self.0.load() {
            Some(made) if pool.is_edition(&made.0) => read(&made.1),
            _ => {
                let made = Arc::new((pool.edition(), make()));
                self.0.store(Some(made.clone()));
                read(&made.1)
            }
        }
    }
}
