//! Balancing: which cluster and which member a request goes to, and how addresses look on either side.

pub mod resolution;

pub mod affinity;
pub mod algorithms;
pub mod selection;

pub mod rewriting;
