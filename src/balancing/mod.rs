//! Which member gets a request.

pub mod algorithms;
pub mod selection;
