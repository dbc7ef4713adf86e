//! What carries datagrams: UDP, or in tests a network in memory.

mod sealed;
mod udp;

#[cfg(test)]
pub(crate) mod memory;

use std::io;
use std::net::SocketAddr;

use async_trait::async_trait;

pub use sealed::SealedTransport;
pub use udp::UdpNetwork;

/// Something that datagrams go over.
#[async_trait]
pub trait Network: Send + Sync + 'static {
    /// A socket with an address.
    ///
    /// # Errors
    /// There cannot be one.
    async fn open(&self, address: SocketAddr) -> io::Result<Box<dyn Datagrams>>;
}

/// A socket.
#[async_trait]
pub trait Datagrams: Send + Sync + 'static {
    /// Sends a datagram, which may be lost.
    ///
    /// # Errors
    /// It could not even be sent.
    async fn send(&mut self, to: SocketAddr, bytes: &[u8]) -> io::Result<()>;

    /// The next datagram, its length and where it came from. What does not fit is cut off. Nothing is lost when the future is
    /// dropped.
    ///
    /// # Errors
    /// Something is wrong, maybe not for long.
    async fn receive(&mut self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)>;
}
