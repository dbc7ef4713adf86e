//! The scheme `registration`: members register over HTTP, and renew their lease until they leave.
//!
//! `PUT /members/{cluster}/{host:port}` registers and renews, `DELETE` leaves, `GET /members` lists. Every request needs the
//! token. Any program can do that with curl; `sinew join` does it for one that cannot. Who does not renew in time is lost
//! (case 225). `docs/membership.md` documents every answer.

mod announcement;
mod api;
mod leases;
mod listener;
mod registrants;
#[cfg(test)]
mod tests;

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio_rustls::TlsAcceptor;

use super::{Feed, Scheme};
use crate::settings::Secret;
use leases::Leases;

pub(super) use announcement::Address;
pub use announcement::Announcement;
pub use registrants::Registrants;

/// Where to listen, and who may register.
pub struct RegistrationOptions {
    /// The address and port; port 0 takes a free port.
    pub address: SocketAddr,
    /// What requests must carry.
    pub token: Secret,
    /// From where they may come, and where members may be.
    pub registrants: Registrants,
    /// TLS, if the listener speaks it.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// The lease of members that ask for none.
    pub lease: Duration,
}

/// The listener, bound and not served yet.
pub struct Registration {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    token: Secret,
    registrants: Registrants,
    lease: Duration,
}

/// Why nobody can register.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// The address cannot be had; [`std::io::ErrorKind::AddrInUse`] may be tried again later.
    #[error("the registration of members cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
}

/// The name of the scheme.
const NAME: &str = "registration";

/// How often leases are looked at.
const ROUND: Duration = Duration::from_millis(100);

impl Registration {
    /// Binds the port.
    ///
    /// # Errors
    /// It cannot be had.
    pub fn bind(options: RegistrationOptions) -> Result<Self, RegistrationError> {
        let RegistrationOptions { address, token, registrants, tls, lease } = options;
        let bind = |source| RegistrationError::Bind { address, source };
        let listener = TcpListener::bind(address).map_err(bind)?;
        listener.set_nonblocking(true).map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        Ok(Self { listener, address, tls: tls.map(TlsAcceptor::from), token, registrants, lease })
    }

    /// Where it listens, with the port it really has.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Scheme for Registration {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn run(self, feed: Arc<Feed>) {
        let leases = Arc::<Mutex<Leases>>::default();
        let api = api::Api::new(self.token, self.registrants, self.lease, feed.clone(), leases.clone());
        let expiry = async {
            let mut rounds = tokio::time::interval(ROUND);
            loop {
                rounds.tick().await;
                leases::expire(&leases, &feed);
            }
        };
        tokio::join!(listener::serve(self.listener, self.tls, api.router()), expiry);
    }
}
