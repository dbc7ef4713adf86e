//! Who says that a member is there.

use std::sync::Arc;

pub use sinew_core::config::balancer::Layer;

/// One that reports members. What it added only it removes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source {
    /// Its weight.
    pub layer: Layer,
    /// Its name, as `loadbalancer.conf` or `admin`.
    pub name: Arc<str>,
}

impl Source {
    /// A source by layer and name.
    pub fn new(layer: Layer, name: &str) -> Self {
        Self { layer, name: name.into() }
    }
}
