//! What concerns members: connection pools and TLS.

use std::path::PathBuf;

use super::DAY;
use crate::settings::key::section;
use crate::settings::value::{Count, Duration};

section! {
    /// Connections to members. Every worker thread has its own pools, so that the numbers here count for each target
    /// and thread.
    pub struct Pools {
        /// Connections that may wait without work.
        pub max_idle: Count<0, 100000> = "100",
        /// How long a connection may wait without work; then it is closed. Keep it below the members' own idle time,
        /// or requests meet connections that are just being closed.
        pub idle_time: Duration<1, { DAY }> = "1m",
        /// The age at which a connection is not used again, so that a member behind a changing address is found
        /// again.
        pub life_time: Option<Duration<1, { 30 * DAY }>> = "0",
        /// Connections at a time, busy or not. A request over the limit waits for one, at most for
        /// `timeouts.connect`.
        pub max_connections: Option<Count<1, 100000>> = "0",
        /// Requests that may wait for a connection. A request over the limit fails at once.
        pub max_waiting: Count<0, 1000000> = "1024",
    }
}

section! {
    /// TLS towards members whose address begins with `https`.
    pub struct Tls {
        /// A PEM file with certificates of authorities that are trusted instead of the operating system's.
        pub ca_file: Option<PathBuf> = "",
        /// Whether members must show a certificate that is valid for their host name. Without it anybody between us
        /// and a member can read and change everything; it is for trying things out.
        pub verify: bool = "true",
    }
}
