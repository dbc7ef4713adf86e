//! Apache Tribes: the membership of Tomcat, Axis2 and WSO2 Carbon nodes, so that an estate of them finds Sinew where
//! its balancer was (membership-wire.md, levels 1 and 2).
//!
//! Tribes knows neither authentication nor encryption: whoever reaches a port can say that it is a member. Therefore the
//! module is a feature that is off by default, and works only within an allow-list of networks and domains.

pub mod wire;
