//! A node in a group: it listens, and announces itself.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{Instant, sleep, sleep_until};

use super::Refusal;
use super::announcer::Announcer;
use super::key::SharedKey;
use super::table::{Learned, Rules, Table};
use super::wire::{Balancer, LARGEST, Says, WireError};
use crate::membership::socket::MulticastGroup;

/// Where a node is, and what it believes.
#[derive(Clone, Debug)]
pub struct NodeOptions {
    /// The group.
    pub group: MulticastGroup,
    /// The key that is believed and signed with.
    pub key: SharedKey,
    /// How often it announces itself.
    pub interval: Duration,
    /// What holds for others.
    pub rules: Rules,
}

/// A node. When it is dropped it takes back what it said.
#[derive(Debug)]
pub struct Node {
    receiver: tokio::net::UdpSocket,
    /// The same socket, to send without waiting: a datagram that cannot be sent now is not worth to wait for.
    sender: UdpSocket,
    group: SocketAddr,
    table: Table,
    announcer: Announcer,
    /// When silence is looked at next.
    look: Instant,
    buffer: Vec<u8>,
}

/// How long nothing is read after an error.
const PAUSE: Duration = Duration::from_millis(100);

/// How often silence is looked at.
const ROUND: Duration = Duration::from_millis(100);

/// How often a farewell is said: datagrams can be lost.
const FAREWELLS: usize = 3;

impl Node {
    /// A new start of a node with the socket of [`MulticastGroup::open`]. It says nothing yet.
    ///
    /// # Errors
    /// The socket cannot be used by this runtime.
    pub(super) fn new(socket: UdpSocket, options: &NodeOptions) -> io::Result<Self> {
        let sender = socket.try_clone()?;
        let receiver = tokio::net::UdpSocket::from_std(socket)?;
        let now = Instant::now();
        let id = *uuid::Uuid::new_v4().as_bytes();
        let NodeOptions { group, key, interval, rules } = options;
        Ok(Self {
            receiver,
            sender,
            group: SocketAddr::from((group.address, group.port)),
            table: Table::new(key.clone(), *rules, id),
            announcer: Announcer::new(key.clone(), id, wall(), *interval, now),
            look: now + ROUND,
            // One byte more than allowed, to see what is larger.
            buffer: vec![0; LARGEST.saturating_add(1)],
        })
    }

    /// Joins the group. Must be called within a runtime.
    ///
    /// # Errors
    /// It cannot be joined.
    pub fn join(options: &NodeOptions) -> io::Result<Self> {
        Self::new(options.group.open()?, options)
    }

    /// Announces this from now on, first at once.
    ///
    /// # Errors
    /// It does not fit in a datagram.
    pub fn say(&mut self, says: Says) -> Result<(), WireError> {
        self.announcer.say(says, Instant::now())
    }

    /// Takes back what was announced.
    pub fn withdraw(&mut self) {
        for _ in 0..FAREWELLS {
            let datagram = self.announcer.farewell(wall());
            self.send(datagram);
        }
    }

    /// The balancers that are there, without our own.
    pub fn balancers(&self) -> impl Iterator<Item = &Balancer> {
        self.table.balancers()
    }

    /// Who was heard of.
    pub(super) fn table(&mut self) -> &mut Table {
        &mut self.table
    }

    /// Announces and listens until something happened: what was learnt, or why something was not believed. Nothing is lost
    /// when the future is dropped.
    pub async fn next(&mut self) -> Result<Vec<Learned>, Refusal> {
        loop {
            let wake = self.announcer.next().map_or(self.look, |next| next.min(self.look));
            tokio::select! {
                received = self.receiver.recv(&mut self.buffer) => match received {
                    Ok(length) => {
                        let now = Instant::now();
                        self.notice_absence(now);
                        let datagram = self.buffer.get(..length).unwrap_or_default();
                        let learned = self.table.receive(datagram, now, wall())?;
                        if !learned.is_empty() {
                            return Ok(learned);
                        }
                    }
                    // The interface is down for a while.
                    Err(_) => sleep(PAUSE).await,
                },
                () = sleep_until(wake) => {
                    let now = Instant::now();
                    self.notice_absence(now);
                    let datagram = self.announcer.due(now, wall());
                    self.send(datagram);
                    if now < self.look {
                        continue;
                    }
                    self.look = now + ROUND;
                    let learned = self.table.expire(now);
                    if !learned.is_empty() {
                        return Ok(learned);
                    }
                }
            }
        }
    }

    /// The process was stopped for a while when it looks that much too late.
    fn notice_absence(&mut self, now: Instant) {
        let late = now.saturating_duration_since(self.look);
        if late > ROUND {
            self.table.was_away(late);
            self.look = now;
        }
    }

    fn send(&self, datagram: Option<Vec<u8>>) {
        let Some(datagram) = datagram else { return };
        if let Err(error) = self.sender.send_to(&datagram, self.group) {
            tracing::debug!(target: "membership", %error, "could not announce our node");
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.withdraw();
    }
}

/// The time in milliseconds since 1970.
fn wall() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
