//! Every table and key of `sinew.toml`.
//!
//! The documentation of a field is the reference of its key: meaning, consequences and what a limit does.
//! Type, range and default come from the declaration itself.

mod discovery;
mod group;
mod kubernetes;
mod members;
mod membership;
mod operation;
mod outgoing;
mod providers;
mod receiving;

pub(super) use discovery::DnsTable;
pub use discovery::{DnsName, Multicast};
pub use group::Group;
pub use kubernetes::KubernetesService;
pub(super) use kubernetes::KubernetesTable;
pub(super) use members::MemberTable;
pub use members::StaticMember;
pub use membership::{Membership, MembershipFile, Registration, Tribes};
pub use operation::{AccessLog, Admin, Balancer, Compat, Deployment, Logs, Server, Topology};
pub use outgoing::{Pools, Tls};
pub(super) use providers::ProviderTable;
pub use providers::{Ec2Provider, ProcessProvider, Provider, ProviderKind, WebhookProvider};
pub use receiving::{HttpListener, HttpsListener, Limits, Listeners, Timeouts};

use super::key::section;

/// Milliseconds in a second, for the ranges of durations.
const SECOND: u64 = 1000;
/// Milliseconds in an hour.
const HOUR: u64 = 3600 * SECOND;
/// Milliseconds in a day.
const DAY: u64 = 24 * HOUR;
/// Bytes in a kibibyte, for the ranges of sizes.
const KIB: u64 = 1024;
/// Bytes in a mebibyte.
const MIB: u64 = 1024 * KIB;
/// Bytes in a gibibyte.
const GIB: u64 = 1024 * MIB;

section! {
    /// All settings of the process.
    pub struct Settings {
    }
    tables {
        /// The process as a whole.
        pub server: Server,
        /// Where clients connect.
        pub listeners: Listeners,
        /// How much of everything.
        pub limits: Limits,
        /// How long everything may take.
        pub timeouts: Timeouts,
        /// Connections to members.
        pub pools: Pools,
        /// TLS towards members.
        pub tls: Tls,
        /// Logs.
        pub logs: Logs,
        /// The admin interface.
        pub admin: Admin,
        /// The deployed configuration.
        pub deployment: Deployment,
        /// The balancer.
        pub balancer: Balancer,
        /// How members are learnt of.
        pub membership: Membership,
        /// The group of balancers.
        pub group: Group,
        /// Behaviour of other engines.
        pub compat: Compat,
    }
    lists {
        /// Members of clusters that are there from the start.
        pub members: StaticMember,
        /// Providers of infrastructure, which instances are launched with.
        pub providers: Provider,
    }
}
