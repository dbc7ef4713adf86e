//! Apache Tribes: the membership of Tomcat, Axis2 and WSO2 Carbon nodes, so that an estate of them finds Sinew where
//! its balancer was (membership-wire.md, levels 1 and 2).
//!
//! Tribes knows neither authentication nor encryption: whoever reaches a port can say that it is a member. Therefore the
//! module is a feature, is off until it is configured, and works only within an [`AllowList`] of networks and domains. What comes
//! from others changes nothing and is counted ([`Refusals`]).

pub mod wire;

mod admission;
mod announcement;
mod event;

pub mod multicast;
pub mod well_known;

mod scheme;

#[cfg(test)]
mod tests;

pub use admission::{AllowList, AllowListError, Refusal, Refusals};
pub use announcement::{Reading, ServicePorts};
pub use event::{Announced, Departure, Event};
pub use scheme::Tribes;
