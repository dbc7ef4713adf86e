//! Every metric and log target, in one place.
//!
//! Names follow operations.md §5.1: `sinew_<subsystem>_<what>_<unit>`, base units, `_total` on counters only. Labels
//! come from the configuration or from small closed sets, never from what a client sent.

/// The target of records that the `log` mediator writes; the name of its artifact is appended.
pub const TARGET_MEDIATION: &str = "mediation";

/// The field of a log record that names the artifact it is about.
pub const FIELD_ARTIFACT: &str = "artifact";

/// A family of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// The name as it is queried, `_total` of counters included.
    pub name: &'static str,
    /// What kind of number it is.
    pub kind: MetricKind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// One sentence without final stop.
    pub help: &'static str,
}

/// What kind of number a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// Only ever grows while the process runs.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts of observations by size, with sum and count.
    Histogram,
}

impl Metric {
    /// The name without the `_total` of a counter, as OpenMetrics names families.
    pub fn family(&self) -> &'static str {
        self.name.strip_suffix("_total").unwrap_or(self.name)
    }
}

/// Declares one constant per metric, documented by its help, and the table [`ALL`].
macro_rules! metrics {
    ($($name:ident $kind:ident $text:literal [$($label:literal)*] $help:literal)*) => {
        $(
            #[doc = concat!("`", $text, "`: ", $help, ".")]
            pub const $name: Metric =
                Metric { name: $text, kind: MetricKind::$kind, labels: &[$($label),*], help: $help };
        )*

        /// Every metric, in the order of the reference.
        pub const ALL: &[Metric] = &[$($name),*];
    };
}

metrics! {
    BUILD_INFO Gauge "sinew_build_info" ["version" "revision"]
        "Always 1; the labels say what is running"

    CONNECTIONS_ACTIVE Gauge "sinew_connections_active" ["listener"]
        "Open connections of clients"
    CONNECTIONS_TOTAL Counter "sinew_connections_total" ["listener"]
        "Connections accepted from clients"
    CONNECTIONS_REJECTED_TOTAL Counter "sinew_connections_rejected_total" ["listener" "reason"]
        "Connections closed before their first request"

    REQUESTS_TOTAL Counter "sinew_requests_total" ["listener" "kind" "service" "method" "code_class"]
        "Exchanges that ended, by the class of the status sent; none when the client got no status"
    REQUESTS_IN_FLIGHT Gauge "sinew_requests_in_flight" ["kind" "service"]
        "Exchanges that have begun and not ended"
    REQUEST_DURATION_SECONDS Histogram "sinew_request_duration_seconds" ["kind" "service"]
        "From the head of a request to the end of its answer"
    REQUEST_BODY_BYTES_TOTAL Counter "sinew_request_body_bytes_total" ["kind" "service"]
        "Bytes of request bodies received from clients"
    RESPONSE_BODY_BYTES_TOTAL Counter "sinew_response_body_bytes_total" ["kind" "service"]
        "Bytes of answers' bodies sent to clients"
    REQUESTS_REFUSED_TOTAL Counter "sinew_requests_refused_total" ["reason"]
        "Requests answered or cut off before a service saw them"

    MEDIATION_FAULTS_TOTAL Counter "sinew_mediation_faults_total" ["kind" "service" "code"]
        "Faults raised while a message was mediated or sent, by error code"
    ENDPOINT_REQUESTS_TOTAL Counter "sinew_endpoint_requests_total" ["endpoint" "outcome"]
        "Attempts to send a request to an endpoint"
    ENDPOINT_REQUEST_DURATION_SECONDS Histogram "sinew_endpoint_request_duration_seconds" ["endpoint" "outcome"]
        "From choosing an endpoint to the head of its answer, or to giving up"

    MEMBER_IN_FLIGHT Gauge "sinew_member_in_flight" ["cluster" "member"]
        "Requests that a member has not answered completely"
    MEMBER_STATE Gauge "sinew_member_state" ["cluster" "member" "state"]
        "1 for the state that a member is in, otherwise 0"
    MEMBER_REQUESTS_TOTAL Counter "sinew_member_requests_total" ["cluster" "member" "outcome"]
        "Attempts to send a request to a member, answered with whatever status or failed"

    MEMBERSHIP_EVENTS_TOTAL Counter "sinew_membership_events_total" ["name" "outcome"]
        "What the membership scheme of the name learnt of members: joined, updated, admitted, suspected, left or lost"
    MEMBERSHIP_REFUSED_TOTAL Counter "sinew_membership_refused_total" ["name" "reason"]
        "What came to the membership scheme of the name and was not believed, and why it could not look for members"

    TASK_RUNS_TOTAL Counter "sinew_task_runs_total" ["task" "outcome"]
        "Runs of tasks that succeeded, failed, or were skipped because the last one went on"
    TASK_LAST_DURATION_SECONDS Gauge "sinew_task_last_duration_seconds" ["task"]
        "How long the run of a task took that ended last"

    GROUP_PEERS Gauge "sinew_group_peers" []
        "Other balancers of the group that are heard of"
    GROUP_ACTING Gauge "sinew_group_acting" []
        "1 while this balancer is the acting coordinator of its group, otherwise 0"
    GROUP_EPOCH Gauge "sinew_group_epoch" []
        "The highest epoch of an acting coordinator that this balancer knows of"
    GROUP_REFUSED_TOTAL Counter "sinew_group_refused_total" ["reason"]
        "Datagrams that came to the group's port and were not believed"
    GROUP_SENT_BYTES_TOTAL Counter "sinew_group_sent_bytes_total" []
        "Bytes of datagrams sent to other balancers of the group"
    GROUP_RECEIVED_BYTES_TOTAL Counter "sinew_group_received_bytes_total" []
        "Bytes of datagrams that came to the group's port"

    TOPOLOGY_UPDATES_TOTAL Counter "sinew_topology_updates_total" ["name" "outcome"]
        "Texts of the topology source of the name, applied, unchanged or refused, and failures to get one"

    CONFIG_RELOADS_TOTAL Counter "sinew_config_reloads_total" ["outcome"]
        "Attempts to deploy a changed configuration, the first one at the start included"
    CONFIG_LAST_RELOAD_SUCCESS Gauge "sinew_config_last_reload_success" []
        "1 when the last attempt to deploy was successful, otherwise 0"
    CONFIG_LAST_RELOAD_TIMESTAMP_SECONDS Gauge "sinew_config_last_reload_timestamp_seconds" []
        "When the last attempt to deploy ended, in seconds since 1970"
    CONFIG_ARTIFACTS Gauge "sinew_config_artifacts" ["kind" "state"]
        "Artifacts of the deployed configuration, active or faulty"
    CONFIG_REVISION Gauge "sinew_config_revision" []
        "The number of the deployed configuration; grows by one with each successful reload"

    TLS_CERTIFICATE_EXPIRY_TIMESTAMP_SECONDS Gauge "sinew_tls_certificate_expiry_timestamp_seconds"
        ["listener" "name"]
        "When a certificate of ours ends to be valid, in seconds since 1970"

    ACCESS_LOG_DROPPED_TOTAL Counter "sinew_access_log_dropped_total" []
        "Records left out of the access log because its destination was too slow or failed"
}
