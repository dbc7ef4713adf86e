//! What is counted of a cluster, for metrics.

/// Counts since the start of the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counters {
    /// Instances that a provider launched.
    pub(super) launched: u64,
    /// Instances that a provider ended.
    pub(super) ended: u64,
    /// Launches that failed at a provider, or for which there was none.
    pub(super) launch_failures: u64,
    /// Ends that failed at a provider.
    pub(super) end_failures: u64,
    /// Decisions to launch.
    pub(super) decided_launch: u64,
    /// Decisions to end.
    pub(super) decided_end: u64,
    /// Decisions to leave all as it is.
    pub(super) decided_hold: u64,
}
