//! What the services of further layers inherit from a file.

use std::fmt;
use std::sync::Arc;

use super::layers::Layers;

/// What the blocks around services give: `loadbalancer` and `defaults`.
#[derive(Clone, Default)]
pub(in super::super) struct Inheritance {
    pub(super) balancer: Arc<Layers>,
    pub(super) defaults: Arc<Layers>,
    pub(super) sub_domain: Option<Arc<str>>,
}

impl fmt::Debug for Inheritance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inheritance").field("sub_domain", &self.sub_domain).finish_non_exhaustive()
    }
}

/// What is inherited shows in the clusters that inherit it, so that it makes no difference by itself.
impl PartialEq for Inheritance {
    fn eq(&self, _: &Inheritance) -> bool {
        true
    }
}
