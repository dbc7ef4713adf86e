//! Sticky sessions: requests of one session go to one member (elastic-load-balancer.md §3.5, endpoints.md §6).
//!
//! There are two ways. The *learning* way reads the session ids that members hand out ([`identification`]), remembers
//! in a bounded [`SessionTable`] who handed them out, and [`Affinity`] decides by it ([`decide`]). The *stateless* way
//! ([`AffinityCookie`]) gives the client a cookie that says which member it had; it needs no memory, so it outlives
//! restarts and works with several balancers side by side.
//!
//! Nothing here knows what a member is: the caller says what a session is bound to (`T`), and how that stands now.
//! Whatever a client sends, it only finds what a member handed out before, or a route of the cluster that the request
//! was resolved to; anything else is a normal choice (hardening.md §2 row 24).

pub mod decide;
pub mod identification;

mod cookie;
mod replication;
mod routes;
mod session;
mod table;
mod window;

#[cfg(test)]
mod tests;

pub use cookie::{AffinityCookie, AffinityCookieError};
pub use decide::{Affinity, ChildChoice, Choice, Standing, Sticky};
pub use identification::{Learned, SessionKind};
pub use replication::Record;
pub use routes::{RouteChoice, RouteId, Routes};
pub use session::{Session, Target};
pub use table::{SessionTable, Statistics};
pub use window::{DEFAULT_SESSION_TIMEOUT, Window, session_timeout};
