//! The socket of a group.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

use super::MulticastSettings;

/// A socket that is in the group and sends to it. Others on the machine may have the same address: all of them hear
/// everything.
pub(super) fn open(settings: &MulticastSettings) -> io::Result<UdpSocket> {
    if !settings.group.is_multicast() {
        let wrong = format!("{} is no address of a multicast group", settings.group);
        return Err(io::Error::new(io::ErrorKind::InvalidInput, wrong));
    }
    let interface = settings.interface.unwrap_or(Ipv4Addr::UNSPECIFIED);
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    // Bound to the group, it hears nothing that is sent to the port by other ways. Elsewhere than on Linux that is no
    // address to bind to.
    let bound = if cfg!(target_os = "linux") { settings.group } else { Ipv4Addr::UNSPECIFIED };
    socket.bind(&SocketAddrV4::new(bound, settings.port).into())?;
    socket.join_multicast_v4(&settings.group, &interface)?;
    if settings.interface.is_some() {
        socket.set_multicast_if_v4(&interface)?;
    }
    socket.set_multicast_ttl_v4(settings.ttl)?;
    socket.set_multicast_loop_v4(true)?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket.into())
}
