//! Balancing: which member of a cluster, or which child of an endpoint, gets a request.

pub mod affinity;
