//! How weighty what is said of clusters and members is.

/// Where something is said; what a later layer says overrides what an earlier one does (elastic-load-balancer.md §1.9). What a
/// layer added only it removes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// Files.
    Static,
    /// Operators and programs, by the admin interface.
    RunTime,
    /// Members themselves, and what knows the infrastructure.
    Topology,
}

impl Layer {
    /// Its name in answers and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Layer::Static => "static",
            Layer::RunTime => "run_time",
            Layer::Topology => "topology",
        }
    }
}
