//! Keys of the balancer as a whole.

use std::sync::Arc;
use std::time::Duration;

use super::super::values::{LocationRewriting, Networks, Replacements, Signal};
use super::Scope;
use super::kinds::{
    AT_LEAST_ONE, BOOLEAN, COOKIE_DOMAINS, COOKIE_PATHS, COUNT, LOCATION_REWRITING, MILLISECONDS, NETWORKS,
    OPTIONAL_TEXT, SOME_MILLISECONDS, SWITCH, TASK,
};

group! {
    /// What holds for the balancer as a whole.
    ProcessSettings, ProcessSettingsLayer in &[Scope::Balancer];

    /// Whether an unknown key is an error; otherwise it is a warning, in the whole file.
    "strict" strict: bool = "true", SWITCH;

    /// How many balancers there shall be; missing ones are launched.
    "instances" instances: u32 = "1", COUNT;

    /// Whether instances are launched and ended to follow the load.
    "enable_autoscaler" enable_autoscaler: bool = "false", BOOLEAN;

    /// Whether the balancer itself talks to the cloud, instead of a remote controller.
    "use_embedded_autoscaler" use_embedded_autoscaler: bool = "true", BOOLEAN;

    /// The address of the remote controller, needed when there is no embedded one.
    "autoscaler_service_epr" autoscaler_service_epr: Option<Arc<str>> = "", OPTIONAL_TEXT;

    /// The class of the autoscaler of the original; it says what `signal` measures.
    "autoscaler_task" autoscaler_task: Signal = "ServiceRequestsInFlightAutoscaler", TASK;

    /// How often the autoscaler decides, and the time span of its formulas.
    "autoscaler_task_interval" autoscaler_task_interval: Duration = "30000", SOME_MILLISECONDS;

    /// How long a launched instance may take to join, and an ended one to leave.
    "server_startup_delay" server_startup_delay: Duration = "60000", MILLISECONDS;

    /// How many mappings of host names to actual ones are remembered; 0 for none.
    "size_of_cache" size_of_cache: u32 = "0", COUNT;

    /// The class that decides which members belong to a cluster. There is one, which looks at sub-domains.
    "group_mgt_agent" group_mgt_agent: Option<Arc<str>> = "", OPTIONAL_TEXT;

    /// The message broker whose topology topic tells of further clusters, as host and port.
    "mb_server_url" mb_server_url: Option<Arc<str>> = "", OPTIONAL_TEXT;

    /// The public address that the leading balancer takes over.
    "elasticIP" elastic_ip: Option<Arc<str>> = "", OPTIONAL_TEXT;

    /// Whether members are sent `X-Forwarded-Host`, `-Proto` and `-Port`; `X-Forwarded-For` they are sent always.
    "forwarded_headers" forwarded_headers: bool = "on", SWITCH;

    /// The proxies before the balancer whose `X-Forwarded` headers are believed: addresses and blocks of addresses.
    "trusted_proxies" trusted_proxies: Networks = "", NETWORKS;

    /// Whether members are sent `Forwarded` (RFC 7239) besides.
    "forwarded" forwarded: bool = "off", SWITCH;

    /// What the `Domain` of cookies of members becomes: another one, with `FROM=` none, and with `members` none when it names a
    /// member of the cluster.
    "cookie_domain" cookie_domain: Replacements = "", COOKIE_DOMAINS;

    /// What the `Path` of cookies of members becomes; a prefix of whole segments counts.
    "cookie_path" cookie_path: Replacements = "", COOKIE_PATHS;

    /// Whether addresses of members in `Location` and the like become the balancer's: `auto` when the main sequence does
    /// not do it.
    "rewrite_location" rewrite_location: LocationRewriting = "auto", LOCATION_REWRITING;

    /// How many sessions are remembered; then the one not used for longest goes. A change counts at the next start.
    "session_table_max" session_table_max: u32 = "1000000", AT_LEAST_ONE;
}
