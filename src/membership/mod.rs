//! How the balancer learns which members there are: one folder a scheme.

#[cfg(feature = "tribes")]
pub mod tribes;
