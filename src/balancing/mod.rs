//! Balancing: which cluster and which member a request goes to, and how addresses look on either side.

pub mod algorithms;
pub mod selection;
