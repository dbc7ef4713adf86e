//! The settings of the process: `sinew.toml`, the environment and flags.
//!
//! [`load`] reads every key from the highest source that gives it (flag, environment, file, default) and remembers
//! which one it was. Every key is declared once, as a field of a struct in `sections`: its documentation, type and
//! default there feed the parser, the names of environment variables, `sinew show settings` and `docs/settings.md`.
//!
//! Artifacts are not configured here; they are XML in the deployment directory.

mod sections;
mod value;

mod checks;
mod file;
mod key;
mod load;
mod origin;
mod reference;
mod secret;

#[cfg(test)]
mod tests;

pub use key::{Key, keys};
pub use load::{Loaded, Override, Sources, load, read_file, read_members};
pub use origin::{Explanation, Origin};
pub use reference::reference;
pub use secret::{Secret, SecretError, SecretReference};
pub use sections::{
    AccessLog, Admin, Balancer, Compat, Deployment, DnsName, Ec2Provider, Group, HttpListener, HttpsListener,
    KubernetesService, Limits, Listeners, Logs, Membership, MembershipFile, Multicast, Pools,
    ProcessProvider, Provider, ProviderKind, Registration, Server, Settings, StaticMember, Timeouts, Tls,
    Topology, Tribes, WebhookProvider,
};
pub use value::{
    AccessLogFormat, ApiUrl, ByteSize, ClusterName, Command, Count, DnsRecord, Duration, Environment,
    HeaderText, HostName, HttpAddress, HttpOrigin, LabelName, LogDestination, LogFilter, LogFormat, Pattern,
    Placeholder, PortMappings, PortRange, Seed, ServicePort, ServiceUrl, SocketPath, Texts, Word, ZoneName,
};
