//! Why a balancer cannot be one of a group.

use std::io;
use std::net::SocketAddr;

use super::seal::KeysError;

/// Why a balancer cannot be one of a group.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    /// The port is taken, or the address is not ours.
    #[error("cannot listen on {address} for the group of balancers: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The secrets are none.
    #[error(transparent)]
    Keys(#[from] KeysError),
}
