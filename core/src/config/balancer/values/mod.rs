//! What the keys of `loadbalancer.conf` can be set to, beyond numbers and words.

mod algorithm;
mod choices;
mod cookies;
mod networks;
mod statuses;
mod tenants;

pub use algorithm::{Algorithm, HashSource};
pub use choices::{HealthCheckKind, LocationRewriting, ScalingPolicy, Signal, Stickiness, Victim};
pub use cookies::Replacements;
pub use networks::{Network, Networks};
pub use statuses::StatusRanges;
pub use tenants::TenantRanges;
