//! A client's connection, plain or with TLS.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, bail};
use mio::net::TcpStream;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::outgoing::{Message, Outgoing};
use super::wire::Incoming;

/// A connection and the request on it, if there is one.
pub(crate) struct Client {
    pub(crate) stream: Stream,
    incoming: Incoming,
    outgoing: Option<Outgoing>,
    /// When the request on it was due.
    pub(crate) due: Option<Instant>,
    /// The bytes of bodies that it sent and received and that nobody counted yet.
    pub(crate) bytes: u64,
    /// The cookie that the first answer set, and the request that carries it.
    pub(crate) remembered: Option<Message>,
}

/// Either kind of stream.
pub(crate) enum Stream {
    /// Without TLS.
    Plain(TcpStream),
    /// With TLS.
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// An answer that came in whole.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Whether it is what was asked for.
    pub(crate) good: bool,
    /// The cookie that it sets.
    pub(crate) cookie: Option<String>,
}

impl Client {
    /// A connection that is being made.
    ///
    /// # Errors
    /// There are no more sockets.
    pub(crate) fn connect(address: SocketAddr, tls: Option<&Arc<ClientConfig>>) -> Result<Self> {
        let socket = TcpStream::connect(address)?;
        // A request whose body is a second packet shall not wait for the first to be acknowledged.
        socket.set_nodelay(true)?;
        let stream = match tls {
            None => Stream::Plain(socket),
            Some(config) => {
                let session = ClientConnection::new(config.clone(), ServerName::try_from("localhost")?)?;
                Stream::Tls(Box::new(StreamOwned::new(session, socket)))
            }
        };
        Ok(Self {
            stream,
            incoming: Incoming::default(),
            outgoing: None,
            due: None,
            bytes: 0,
            remembered: None,
        })
    }

    /// The socket below.
    pub(crate) fn socket(&mut self) -> &mut TcpStream {
        match &mut self.stream {
            Stream::Plain(socket) => socket,
            Stream::Tls(stream) => &mut stream.sock,
        }
    }

    /// Begins a request. It goes out with [`Client::advance`].
    pub(crate) fn ask(&mut self, request: Message, due: Instant) {
        let request = self.remembered.clone().unwrap_or(request);
        self.outgoing = Some(Outgoing::new(request));
        self.incoming.reset();
        self.due = Some(due);
    }

    /// Goes on until it must wait, or the answer is complete.
    ///
    /// # Errors
    /// The connection ended or is broken.
    pub(crate) fn advance(&mut self, expected: u64, buffer: &mut [u8]) -> Result<Option<Answer>> {
        if let Some(outgoing) = &mut self.outgoing {
            let before = outgoing.bulk_left();
            let written = outgoing.write(&mut self.stream);
            self.bytes += before - outgoing.bulk_left();
            match written {
                Ok(true) => self.outgoing = None,
                Ok(false) => {}
                // Still connecting.
                Err(error) if error.kind() == io::ErrorKind::NotConnected => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        loop {
            match self.stream.read(buffer) {
                Ok(0) => bail!("the connection ended"),
                Ok(read) if self.due.is_none() => bail!("{read} bytes that nobody asked for"),
                Ok(read) => {
                    let before = self.incoming.body;
                    let used = self.incoming.take(&buffer[..read])?;
                    self.bytes += self.incoming.body - before;
                    if self.incoming.is_whole() {
                        if used < read {
                            bail!("bytes after the answer");
                        }
                        let good = self.incoming.said.status == 200 && self.incoming.body == expected;
                        let cookie = self.incoming.said.cookie.take();
                        return Ok(Some(Answer { good, cookie }));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::NotConnected => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.read(buffer),
            Stream::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.write(buffer),
            Stream::Tls(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(socket) => socket.flush(),
            Stream::Tls(stream) => stream.flush(),
        }
    }
}
