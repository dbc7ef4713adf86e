//! Datagrams over UDP.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use async_trait::async_trait;

use super::{Datagrams, Network};

/// One UDP port.
#[derive(Debug)]
pub struct UdpNetwork {
    socket: UdpSocket,
}

struct Port(tokio::net::UdpSocket);

/// How much may wait to be read, in bytes: several of the largest messages. The system may allow less.
const RECEIVE_BUFFER: usize = 1024 * 1024;

impl UdpNetwork {
    /// Takes a port.
    ///
    /// # Errors
    /// It is taken, or the address is not ours.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind(address)?;
        socket.set_nonblocking(true)?;
        // With less, large messages are lost more often, and come again.
        let _ = socket2::SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER);
        Ok(Self { socket })
    }

    /// The address with the port that it really has.
    ///
    /// # Errors
    /// The system does not say it.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

#[async_trait]
impl Network for UdpNetwork {
    /// The port that was taken; the address is not looked at.
    async fn open(&self, _: SocketAddr) -> io::Result<Box<dyn Datagrams>> {
        Ok(Box::new(Port(tokio::net::UdpSocket::from_std(self.socket.try_clone()?)?)))
    }
}

#[async_trait]
impl Datagrams for Port {
    async fn send(&mut self, to: SocketAddr, bytes: &[u8]) -> io::Result<()> {
        self.0.send_to(bytes, to).await.map(|_| ())
    }

    async fn receive(&mut self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.0.recv_from(buffer).await
    }
}
