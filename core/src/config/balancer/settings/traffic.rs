//! Keys about how requests reach the members of a cluster. They may stand in every block; the innermost counts.

use std::sync::Arc;
use std::time::Duration;

use super::super::values::{Algorithm, HashSource, HealthCheckKind, StatusRanges, Stickiness};
use super::Scope;
use super::kinds::{
    ALGORITHM, AT_LEAST_ONE, BOOLEAN, FACTOR, HASH_SOURCE, HEALTH_CHECK, MILLISECONDS, OPTIONAL_COOKIE,
    OPTIONAL_MILLISECONDS, PATH, PERCENT, SIZE, SOME_MILLISECONDS, STATUSES, STICKINESS, SWITCH, WINDOW,
};

group! {
    /// How a member is chosen.
    SelectionSettings, SelectionSettingsLayer in Scope::ALL;

    /// How a member is chosen, by a short name or by the class of a Synapse algorithm.
    "algorithm" algorithm: Algorithm = "round_robin", ALGORITHM;

    /// What `consistent_hash` looks at: a header, a cookie, or the address of the client.
    "hash_on" hash_on: HashSource = "source", HASH_SOURCE;

    /// When less than this percentage of the members can be used, suspended ones are tried too; with 0 they never are.
    "panic_threshold" panic_threshold: u8 = "1", PERCENT;

    /// How long a new member takes to get its full share.
    "slow_start" slow_start: Duration = "0", MILLISECONDS;

    /// How long a request for a cluster without members waits for one to join.
    "scale_from_zero_wait" scale_from_zero_wait: Duration = "0", MILLISECONDS;
}

group! {
    /// What happens when a member fails.
    FailOverSettings, FailOverSettingsLayer in Scope::ALL;

    /// Whether a request that a member could not be given goes to another one.
    "fail_over" enabled: bool = "true", BOOLEAN;

    /// How often a request is sent in all.
    "fail_over_max_attempts" max_attempts: u32 = "5", AT_LEAST_ONE;

    /// The pause before a further attempt. It doubles each time, up to 1000 ms, and varies; the first attempt on another
    /// member has none.
    "fail_over_delay" delay: Duration = "100", MILLISECONDS;

    /// How much of a body is kept so that an idempotent request can be sent again; 0 for nothing.
    "fail_over_replay_buffer" replay_buffer: u64 = "64k", SIZE;

    /// For how long a member that cannot be connected to is left alone.
    "member_suspend_duration" suspend_duration: Duration = "10000", MILLISECONDS;

    /// By how much that time grows with each failure in a row.
    "member_suspend_progression" suspend_progression: f64 = "1.0", FACTOR;

    /// How long that time gets at most; it is never less than `member_suspend_duration`.
    "member_suspend_maximum" suspend_maximum: Duration = "10000", MILLISECONDS;
}

group! {
    /// How sessions stick to members.
    AffinitySettings, AffinitySettingsLayer in Scope::ALL;

    /// How long a session is remembered after its last request. Without it, or with 0 or less, the property
    /// `synapse.sal.endpoints.sesssion.timeout.default` decides, or else 120000.
    "session_timeout" session_timeout: Option<Duration> = "-1", WINDOW;

    /// What happens when the member of a session is suspended: `strict` tries it all the same, `failover` chooses
    /// another; `off` binds no sessions.
    "sticky" sticky: Stickiness = "strict", STICKINESS;

    /// The name of a cookie of the balancer's own that carries the member, so that any balancer can find it.
    "affinity_cookie" affinity_cookie: Option<Arc<str>> = "", OPTIONAL_COOKIE;
}

group! {
    /// Connections to members.
    ConnectionSettings, ConnectionSettingsLayer in Scope::ALL;

    /// How long connecting to a member may take.
    "connect_timeout" connect_timeout: Duration = "30000", SOME_MILLISECONDS;

    /// How long a member may take to answer; without it, the transport's time counts.
    "endpoint_timeout" endpoint_timeout: Option<Duration> = "", OPTIONAL_MILLISECONDS;

    /// Whether the certificates of members are verified, with their host names.
    "tls_verify" tls_verify: bool = "on", SWITCH;
}

group! {
    /// How members come and go.
    LifecycleSettings, LifecycleSettingsLayer in Scope::ALL;

    /// How long the ports of a new member are open before it gets requests; with 0, at the first probe that succeeds.
    "admission_delay" admission_delay: Duration = "10000", MILLISECONDS;

    /// How long a member that is being drained still gets the requests of its sessions.
    "drain_timeout" drain_timeout: Duration = "30000", MILLISECONDS;
}

group! {
    /// How members are asked whether they are well.
    HealthCheckSettings, HealthCheckSettingsLayer in Scope::ALL;

    /// How members are asked whether they are well: by a GET request, by a connection, or not at all.
    "health_check" kind: HealthCheckKind = "off", HEALTH_CHECK;

    /// The path of the request.
    "health_check_path" path: Arc<str> = "/", PATH;

    /// How often a member is asked. The times vary, so that members are not asked all at once.
    "health_check_interval" interval: Duration = "5000", SOME_MILLISECONDS;

    /// How long the answer may take.
    "health_check_timeout" timeout: Duration = "2000", SOME_MILLISECONDS;

    /// After how many good answers in a row a member is well again.
    "health_check_healthy" healthy: u32 = "2", AT_LEAST_ONE;

    /// After how many failures in a row a member is not well.
    "health_check_unhealthy" unhealthy: u32 = "3", AT_LEAST_ONE;

    /// The status codes of good answers.
    "health_check_status" status: StatusRanges = "200-399", STATUSES;
}
