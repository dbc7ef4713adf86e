//! Keys of clusters that say what they are.

use std::sync::Arc;

use super::Scope;
use super::kinds::{OPTIONAL_PORT, OPTIONAL_TEXT, SWITCH};

group! {
    /// What a cluster says of itself, besides its name and whom it serves.
    ClusterSettings, ClusterSettingsLayer in &[Scope::Service, Scope::Domain];

    /// The public address of the cluster, for people.
    "public_ip" public_ip: Option<Arc<str>> = "", OPTIONAL_TEXT;

    /// Whether the cluster is taken out of service: its requests are answered with 503, and it is not scaled.
    "maintenance" maintenance: bool = "off", SWITCH;

    /// The port on which the members of the domain meet, kept for those who look at it.
    "group_mgt_port" group_mgt_port: Option<u16> = "", OPTIONAL_PORT;
}
