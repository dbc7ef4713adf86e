//! What concerns those who run it: process, logs, admin interface, deployment, compatibility.

use std::net::SocketAddr;
use std::path::PathBuf;

use http::HeaderName;

use super::{DAY, HOUR, SECOND};
use crate::settings::key::section;
use crate::settings::secret::SecretReference;
use crate::settings::value::{
    AccessLogFormat, Count, Duration, HeaderText, HostName, HttpAddress, LogDestination, LogFilter,
    LogFormat, SocketPath,
};

section! {
    /// The process as a whole.
    pub struct Server {
        /// The `Server` header of our own answers. Without it they have none.
        pub name: Option<HeaderText> = "Sinew",
        /// The `User-Agent` header of requests to members, unless `compat.user_agent_preserve` passes on the client's.
        /// Without it they have none.
        pub user_agent: Option<HeaderText> = "Sinew",
        /// Worker threads. None means one for each processor core.
        pub threads: Option<Count<1, 1024>> = "0",
        /// The name of this server for `pinnedServers` of proxy services and tasks. Without it, it is the host name of the
        /// machine. `localhost` means every server.
        pub host_name: Option<HostName> = "",
        /// How long `/ready` says no before a drain stops accepting connections, so that a balancer in front can
        /// look away. 5s is good advice in Kubernetes.
        pub drain_announce: Duration<0, { HOUR }> = "0ms",
        /// How long requests in flight may go on when the process is told to end. What is left then is cut off.
        pub drain_deadline: Duration<0, { 24 * HOUR }> = "30s",
        /// Whether one broken artifact keeps `/ready` from saying yes. In any case the broken artifact is left out
        /// and everything else runs.
        pub strict: bool = "false",
    }
}

section! {
    /// The application log, which goes to standard error.
    pub struct Logs {
        /// What is written. Levels can be given for parts: `info,sinew::transport=debug`.
        pub level: LogFilter = "info",
        /// How it is written. `auto` is text on a terminal and JSON elsewhere.
        pub format: LogFormat = "auto",
    }
    tables {
        /// The access log.
        pub access: AccessLog,
    }
}

section! {
    /// The access log: one record for each exchange, when it ends or is cut off, also for refused requests.
    pub struct AccessLog {
        /// Whether it is written.
        pub enabled: bool = "false",
        /// How records are written. `combined` holds less, but everything reads it.
        pub format: AccessLogFormat = "json",
        /// Where records go. Writing never holds up a request: when the destination is too slow, records are left out
        /// and counted in `sinew_access_log_dropped_total`.
        pub path: LogDestination = "stdout",
    }
}

section! {
    /// The admin interface: health, metrics, status, and changes to what runs. It has listeners of its own, a port and a
    /// Unix socket, and shows nothing of the messages.
    pub struct Admin {
        /// Whether it listens on a port.
        pub enabled: bool = "true",
        /// The address and port. Any address that is not of the loopback interface needs a `token`.
        pub address: SocketAddr = "127.0.0.1:9191",
        /// A secret of visible ASCII characters that requests over the port must carry as `Authorization: Bearer …`. It
        /// travels in the clear. Without it nothing can be changed over the port. `/live` and `/ready` answer without
        /// it, but then without details.
        pub token: Option<SecretReference> = "",
        /// The Unix socket that `sinew ctl` talks to. Only the user who runs the process can open it, and may then change
        /// what runs. None, also written as `0`, means that there is no socket.
        pub socket: Option<SocketPath> = ".sinew/admin.sock",
    }
}

section! {
    /// The deployed configuration: the directory with the artifacts, and how changes in it are noticed.
    pub struct Deployment {
        /// The directory with `proxy-services`, `sequences`, `endpoints` and so on.
        pub directory: PathBuf = "synapse-configs/default",
        /// Whether changes are deployed while the process runs.
        pub watch: bool = "true",
        /// How long a file must be unchanged before it is read, so that half written files are left alone.
        pub quiet: Duration<0, { 60 * SECOND }> = "200ms",
        /// How often the directory is looked through. The operating system's messages about changes are only a hint
        /// to do so earlier: shared and mounted directories often have none. With many thousand files it is less often, so
        /// that looking takes a fiftieth of the time at most.
        pub rescan: Duration<50, { HOUR }> = "500ms",
    }
}

section! {
    /// The balancer, as far as `loadbalancer.conf` does not say it.
    pub struct Balancer {
        /// The file that says which hosts lead to which clusters. Without it, `loadbalancer.conf` in the directory of the
        /// artifacts is read when there is one. `tenants.conf` and `url-mapping.conf` are looked for beside it.
        pub configuration: Option<PathBuf> = "",
        /// How long a session is remembered when neither the endpoint nor `session_timeout` in `loadbalancer.conf` says it.
        pub session_timeout: Duration<SECOND, { 7 * DAY }> = "2m",
        /// The secret of the cookies that `affinity_cookie` makes. Balancers that share their clients need the same. Without
        /// one, clients can compute which cookie leads to which member of the cluster that they reach anyway.
        pub affinity_secret: Option<SecretReference> = "",
        /// A file in which clusters, hosts and maintenance that operators changed are kept for the next start. Its directory
        /// must be there. Without it, such changes end with the process.
        pub state: Option<PathBuf> = "",
    }
    tables {
        /// What knows the infrastructure.
        pub topology: Topology,
    }
}

section! {
    /// Clusters that something else tells of, as text in the grammar of `loadbalancer.conf`: `services { … }`, always with
    /// everything there is. Either a `file` or a `url`; without both there is none. What it said last counts while it cannot
    /// be read, or is wrong.
    pub struct Topology {
        /// A file, which should be replaced as a whole.
        pub file: Option<PathBuf> = "",
        /// How often the file is looked at.
        pub rescan: Duration<50, { HOUR }> = "1s",
        /// An address that is asked again and again: `GET URL?wait=SECONDS`, with `If-None-Match` once an answer had an `ETag`.
        /// It answers 200 with the text, or 304 when nothing changed within the time.
        pub url: Option<HttpAddress> = "",
        /// A secret of visible ASCII characters that requests to the `url` carry as `Authorization: Bearer …`.
        pub token: Option<SecretReference> = "",
        /// How long the `url` may wait for something new, in whole seconds.
        pub wait: Duration<{ SECOND }, { 10 * 60 * SECOND }> = "30s",
    }
}

section! {
    /// Behaviour that configurations made for other Synapse engines may rely on.
    pub struct Compat {
        /// Whether an answer that no endpoint gave, but a sequence made of the request, keeps the request's `Cookie`
        /// and `Authorization` headers. It shows a client's credentials to whoever sees the answer.
        pub reflect_credentials: bool = "false",
        /// Whether members get the client's `User-Agent` instead of `server.user_agent`.
        pub user_agent_preserve: bool = "false",
        /// Whether clients get the member's `Server` header instead of `server.name`.
        pub server_preserve: bool = "true",
        /// Headers that are passed on where they would be replaced or removed, in both directions. Headers that
        /// concern one connection or the framing of a message are never passed on.
        pub headers_preserve: Vec<HeaderName> = "",
        /// Whether `<send/>` without an endpoint follows an address that only the client named, as older engines did.
        /// Then everybody who reaches a listener can make this process connect to anything it reaches.
        pub client_addresses: bool = "false",
        /// Whether bodies go to members in chunks even when their length is known, as older engines did.
        pub always_chunk: bool = "false",
    }
}
