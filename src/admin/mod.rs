//! The admin interface: health, metrics, status and diagnostics over HTTP.
//!
//! It has a listener and a thread of its own, so that it answers when the workers are busy and never slows them down.
//! It only reads: [`AdminState`] is filled by those who know, and handed to [`AdminServer::start`].
//!
//! Who may ask (hardening.md §2, row 32): on the loopback interface everybody on this machine, but only under a name of
//! the loopback interface, so that no web page can reach it by giving its own name our address; elsewhere only who
//! has the token. There are no headers that would let web pages of others read answers.
//!
//! | Path | Answer |
//! |---|---|
//! | `/metrics` | OpenMetrics or Prometheus text, by `Accept` |
//! | `/live`, `/liveness` | 200 as long as the process runs |
//! | `/ready`, `/healthz` | 200, or 503 with the reason, while loading, draining, or strict with faults |
//! | `/api/v1/status` | version, uptime, revision, last reload, listeners |
//! | `/api/v1/diagnostics` | what is wrong with the configuration |

mod guard;
mod resources;
mod server;
mod status;

#[cfg(test)]
mod tests;

pub use server::{AdminError, AdminOptions, AdminServer};
pub use status::{AdminState, ArtifactFault, LastReload, ListenerStatus, NotReady, Phase, Status};
