//! Who says that a member is there.

use std::sync::Arc;

/// How weighty what a source says is: a later one overrides an earlier one (elastic-load-balancer.md §1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// Files.
    Static,
    /// Operators and programs, by the admin interface.
    RunTime,
    /// Members themselves, and what knows the infrastructure.
    Topology,
}

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
