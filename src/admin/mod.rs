//! The admin interface: health, metrics, status, diagnostics, and changes to what runs, over HTTP.
//!
//! It has listeners and a thread of its own, so that it answers when the workers are busy and never slows them down.
//! [`AdminState`] is filled by those who know, and handed to [`AdminServer::start`]. `docs/admin.md` documents every answer.
//!
//! Who may ask (hardening.md §2, row 32): over the Unix socket who can open it, which is the user who runs the process, and
//! that user may change things too. Over TCP on the loopback interface everybody on this machine, but only under a name of
//! the loopback interface, so that no web page can reach it by giving its own name our address; elsewhere only who has
//! the token. Changes over TCP need the token in any case. There are no headers that would let web pages of others read
//! answers.
//!
//! | Path | Answer |
//! |---|---|
//! | `/metrics` | OpenMetrics or Prometheus text, by `Accept` |
//! | `/live`, `/liveness` | 200 as long as the process runs |
//! | `/ready`, `/healthz` | 200, or 503 with the reason, while loading, draining, or strict with faults |
//! | `/api/v1/status` | version, uptime, revision, last reload, listeners |
//! | `/api/v1/diagnostics` | what is wrong with the configuration |
//! | `/api/v1/reload` | POST: looks at the configuration folder now |
//! | `/api/v1/tasks…` | tasks with their runs; they can be run, paused and resumed |
//! | `/lb/group` | the group of balancers |
//! | `/api/v1/maintenance` | POST: closes the listeners for a while, or opens them again |
//! | `/lb/clusters…` | clusters and their members; both can be added and removed, members drained, suspended, activated |
//! | `/lb/hosts…` | hosts and the clusters that they lead to; both ways they can be added and removed |
//! | `/lb/sessions/stats` | how many sessions there are |
//! | `/endpoints…` | endpoints with their states; they can be switched on and off |

mod guard;
mod server;
mod socket;
mod status;

mod change;
mod clusters;
mod endpoints;
mod group;
mod hosts;
mod input;
mod maintenance;
mod members;
mod reload;
mod resources;
mod sessions;
mod tasks;
mod view;

#[cfg(test)]
mod tests;

pub use change::BalancerControl;
pub use endpoints::{EndpointControl, EndpointView, NoSuchEndpoint};
pub use group::{BalancerReport, CoordinatorReport, GroupControl, GroupReport};
pub use members::MemberBody;
pub use reload::{ReloadReport, ReloadRequest, Reloads};
pub use server::{AdminError, AdminOptions, AdminServer};
pub use sessions::SessionReport;
pub use socket::SocketError;
pub use status::{AdminState, ArtifactFault, LastReload, ListenerStatus, NotReady, Phase, Status};
pub use tasks::{TaskControl, TaskRefusal};
pub use view::{
    AvailabilityReport, ClusterReport, EndpointReport, HostCluster, HostReport, LastRunReport, MemberReport,
    SourceReport, TaskReport, member_samples,
};
