//! The socket of a multicast group.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

/// A multicast group of IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MulticastGroup {
    /// Its address.
    pub address: Ipv4Addr,
    /// The port, at which everybody listens.
    pub port: u16,
    /// The address of the interface; `None` leaves it to the system.
    pub interface: Option<Ipv4Addr>,
    /// How many routers datagrams pass, plus one.
    pub ttl: u32,
}

impl MulticastGroup {
    /// A socket that is in the group and sends to it, and does not block. Others on the machine may have the same address:
    /// all of them hear everything.
    ///
    /// # Errors
    /// It is no group, or it cannot be joined.
    pub(super) fn open(&self) -> io::Result<UdpSocket> {
        if !self.address.is_multicast() {
            let wrong = format!("{} is no address of a multicast group", self.address);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, wrong));
        }
        let interface = self.interface.unwrap_or(Ipv4Addr::UNSPECIFIED);
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_reuse_address(true)?;
        // Bound to the group, it hears nothing that is sent to the port by other ways. Elsewhere than on Linux that is no
        // address to bind to.
        let bound = if cfg!(target_os = "linux") { self.address } else { Ipv4Addr::UNSPECIFIED };
        socket.bind(&SocketAddrV4::new(bound, self.port).into())?;
        socket.join_multicast_v4(&self.address, &interface)?;
        if self.interface.is_some() {
            socket.set_multicast_if_v4(&interface)?;
        }
        socket.set_multicast_ttl_v4(self.ttl)?;
        socket.set_multicast_loop_v4(true)?;
        socket.set_nonblocking(true)?;
        Ok(socket.into())
    }
}
