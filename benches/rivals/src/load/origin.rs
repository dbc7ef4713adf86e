//! The back end: answers as the header `X-Answer` asks, as cheaply as it can.

use std::collections::HashMap;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result};
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};
use slab::Slab;

use super::outgoing::{Message, Outgoing};
use super::wire::Incoming;

/// As many ports are taken at one address: there must be some left for connections.
const MEMBERS_AT_AN_ADDRESS: usize = 1000;

/// Members of one back end, each with a port of its own.
pub(crate) struct Origin {
    listeners: Vec<TcpListener>,
    connections: Slab<Connection>,
    answers: HashMap<String, Message>,
}

/// The token of the listener or, after those, the connection with a number: an odd one.
fn token(number: usize) -> Token {
    Token(number * 2 + 1)
}

struct Connection {
    stream: TcpStream,
    incoming: Incoming,
    outgoing: Option<Outgoing>,
    /// What came of the next request while an answer was on its way.
    waiting: Vec<u8>,
}

impl Origin {
    /// Listens on ports that the system chooses.
    ///
    /// # Errors
    /// It cannot listen.
    pub(crate) fn start(members: usize, registry: &Registry) -> Result<Self> {
        let listen = |index: usize| -> Result<TcpListener> {
            let number = u32::try_from(1 + index / MEMBERS_AT_AN_ADDRESS)?;
            let address = Ipv4Addr::from_bits(Ipv4Addr::new(127, 0, 0, 0).to_bits() + number);
            let mut listener = TcpListener::bind((address, 0).into())?;
            registry.register(&mut listener, token(index), Interest::READABLE)?;
            Ok(listener)
        };
        let listeners = (0..members).map(listen).collect::<Result<Vec<_>>>().context("the back end")?;
        Ok(Self { listeners, connections: Slab::new(), answers: HashMap::new() })
    }

    /// The addresses of its members.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// Something happened on a token of the back end.
    pub(crate) fn wake(&mut self, token: usize, registry: &Registry, buffer: &mut [u8]) {
        let number = token / 2;
        if number < self.listeners.len() {
            self.accept(number, registry);
        } else {
            let index = number - self.listeners.len();
            let Some(connection) = self.connections.get_mut(index) else { return };
            if !matches!(connection.advance(&mut self.answers, buffer), Ok(true)) {
                self.connections.remove(index);
            }
        }
    }

    fn accept(&mut self, listener: usize, registry: &Registry) {
        let before = self.listeners.len();
        while let Ok((mut stream, _)) = self.listeners[listener].accept() {
            let entry = self.connections.vacant_entry();
            let token = token(before + entry.key());
            // What fails here is a connection that is gone already.
            let _ = stream.set_nodelay(true);
            if registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE).is_ok() {
                let incoming = Incoming::default();
                entry.insert(Connection { stream, incoming, outgoing: None, waiting: Vec::new() });
            }
        }
    }
}

impl Connection {
    /// Goes on until it must wait; false when the connection ended.
    fn advance(&mut self, answers: &mut HashMap<String, Message>, buffer: &mut [u8]) -> Result<bool> {
        loop {
            if let Some(outgoing) = &mut self.outgoing {
                if !outgoing.write(&mut self.stream)? {
                    return Ok(true);
                }
                self.outgoing = None;
                let waiting = std::mem::take(&mut self.waiting);
                self.take(&waiting, answers)?;
                continue;
            }
            match self.stream.read(buffer) {
                Ok(0) => return Ok(false),
                Ok(read) => self.take(&buffer[..read], answers)?,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(true),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn take(&mut self, input: &[u8], answers: &mut HashMap<String, Message>) -> Result<()> {
        let used = self.incoming.take(input)?;
        if self.incoming.is_whole() {
            let name = self.incoming.said.answer.take().unwrap_or_default();
            let answer = answers.entry(name).or_insert_with_key(|name| answer(name)).clone();
            self.outgoing = Some(Outgoing::new(answer));
            self.waiting.extend_from_slice(&input[used..]);
            self.incoming.reset();
        }
        Ok(())
    }
}

/// The answer to a request that asks for it: `sized:N` for N bytes, `chunked` for 10 KB in chunks of 4 KB, `xml` for a small
/// document, and 128 bytes otherwise.
fn answer(name: &str) -> Message {
    let head = |framing: &str, kind: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nServer: origin\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: {kind}\r\n{framing}\r\n\
             Cache-Control: no-store\r\nETag: \"5e9a-58d1\"\r\nVary: Accept-Encoding\r\nX-Request-Cost: 17\r\n\
             X-Content-Type-Options: nosniff\r\n\r\n"
        )
    };
    let sized = |length: u64| head(&format!("Content-Length: {length}"), "application/octet-stream");
    if let Some(length) = name.strip_prefix("sized:").and_then(|length| length.parse().ok()) {
        return Message { start: sized(length).into_bytes().into(), bulk: length };
    }
    if name == "chunked" {
        let chunk = |length: usize| format!("{length:x}\r\n{}\r\n", "x".repeat(length));
        let body = [chunk(4096), chunk(4096), chunk(2048), "0\r\n\r\n".to_owned()].concat();
        return Message::short(head("Transfer-Encoding: chunked", "text/plain") + &body);
    }
    Message::short(sized(128) + &"x".repeat(128))
}
