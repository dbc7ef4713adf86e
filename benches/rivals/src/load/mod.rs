//! The load: a back end and clients in one thread that never sleeps.
//!
//! A load generator that sleeps makes the proxy pay for waking it up with each answer, which has nothing to do with the
//! proxy. So both ends poll, and yield to the proxy, which has the same core, when there is nothing for them to do.

mod client;
mod origin;
mod outgoing;
mod traffic;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mio::{Events, Interest, Poll, Token};
use rustls::ClientConfig;
use slab::Slab;

use client::Client;
use origin::Origin;
use outgoing::Message;
pub(crate) use traffic::{Body, Pace, Request, Traffic};

/// Both ends of the proxies.
pub(crate) struct Load {
    poll: Poll,
    events: Events,
    origin: Origin,
    buffer: Vec<u8>,
    /// How long a turn waits for something to do.
    wait: Duration,
    tls: Option<Arc<ClientConfig>>,
}

/// What clients saw in some time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Good answers.
    pub(crate) answers: u64,
    /// The bytes of bodies that went out and came in.
    pub(crate) bytes: u64,
    /// Broken connections, and answers other than expected.
    pub(crate) errors: u64,
    /// How long each answer took from when its request was due, in microseconds.
    pub(crate) latencies: Vec<f64>,
    /// How long it was looked at.
    pub(crate) elapsed: Duration,
}

/// Clients of one proxy.
pub(crate) struct Clients {
    traffic: Traffic,
    target: SocketAddr,
    request: Message,
    clients: Slab<Client>,
    idle: Vec<usize>,
    next_due: Instant,
    pub(crate) seen: Seen,
}

/// Tokens of clients are even, those of the back end odd.
fn client_token(index: usize) -> Token {
    Token(index * 2)
}

impl Load {
    /// A back end with members, and nobody who asks.
    ///
    /// # Errors
    /// Sockets cannot be opened.
    pub(crate) fn new(members: usize, tls: Option<Arc<ClientConfig>>) -> Result<Self> {
        let poll = Poll::new().context("polling")?;
        let origin = Origin::start(members, poll.registry())?;
        let events = Events::with_capacity(1024);
        Ok(Self { poll, events, origin, buffer: vec![0; 256 * 1024], wait: Duration::ZERO, tls })
    }

    /// Both ends sleep when there is nothing to do: where it does not matter what it costs to wake them.
    pub(crate) fn sleeping(self) -> Self {
        Self { wait: Duration::from_millis(10), ..self }
    }

    /// The addresses of the back end's members.
    pub(crate) fn members(&self) -> Vec<SocketAddr> {
        self.origin.addresses()
    }

    /// Connects clients that will ask as the traffic says.
    ///
    /// # Errors
    /// There are no more sockets.
    pub(crate) fn connect(&mut self, target: SocketAddr, traffic: Traffic) -> Result<Clients> {
        let mut clients = Clients {
            request: traffic.request.message(None),
            target,
            clients: Slab::new(),
            idle: Vec::new(),
            next_due: Instant::now(),
            seen: Seen::default(),
            traffic,
        };
        for _ in 0..clients.traffic.connections {
            clients.add(self)?;
            // A listener's backlog holds only so many.
            if clients.clients.len().is_multiple_of(64) {
                self.turn(&mut clients)?;
            }
        }
        Ok(clients)
    }

    /// Lets them work for some time.
    ///
    /// # Errors
    /// Polling fails.
    pub(crate) fn run(&mut self, clients: &mut Clients, time: Duration) -> Result<Seen> {
        let started = Instant::now();
        clients.seen = Seen::default();
        while started.elapsed() < time {
            self.turn(clients)?;
        }
        let mut seen = std::mem::take(&mut clients.seen);
        seen.elapsed = started.elapsed();
        Ok(seen)
    }

    /// Lets them work until something holds; false when it did not in time.
    ///
    /// # Errors
    /// Polling fails.
    pub(crate) fn run_until(
        &mut self,
        clients: &mut Clients,
        limit: Duration,
        mut holds: impl FnMut(&Clients) -> bool,
    ) -> Result<bool> {
        let started = Instant::now();
        while started.elapsed() < limit {
            if holds(clients) {
                return Ok(true);
            }
            self.turn(clients)?;
        }
        Ok(holds(clients))
    }

    fn turn(&mut self, clients: &mut Clients) -> Result<()> {
        match self.poll.poll(&mut self.events, Some(self.wait)) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => return Ok(()),
            polled => polled.context("polling")?,
        }
        let tokens: Vec<usize> = self.events.iter().map(|event| event.token().0).collect();
        for token in &tokens {
            if token % 2 == 0 {
                clients.wake(token / 2, self)?;
            } else {
                self.origin.wake(*token, self.poll.registry(), &mut self.buffer);
            }
        }
        clients.ask_what_is_due(self)?;
        if tokens.is_empty() {
            std::thread::yield_now();
        }
        Ok(())
    }
}

impl Clients {
    /// How many connections stand.
    pub(crate) fn count(&self) -> usize {
        self.clients.len()
    }

    /// How many of them have no request.
    pub(crate) fn idle(&self) -> usize {
        self.idle.len()
    }

    fn add(&mut self, load: &mut Load) -> Result<()> {
        let mut client = Client::connect(self.target, load.tls.as_ref().filter(|_| self.traffic.tls))?;
        let entry = self.clients.vacant_entry();
        let interest = Interest::READABLE | Interest::WRITABLE;
        load.poll.registry().register(client.socket(), client_token(entry.key()), interest)?;
        match self.traffic.pace {
            Pace::Rate(_) => self.idle.push(entry.key()),
            _ => client.ask(self.request.clone(), Instant::now()),
        }
        entry.insert(client);
        Ok(())
    }

    fn wake(&mut self, index: usize, load: &mut Load) -> Result<()> {
        let Some(client) = self.clients.get_mut(index) else { return Ok(()) };
        let advanced = client.advance(self.traffic.request.answer_bytes, &mut load.buffer);
        self.seen.bytes += std::mem::take(&mut client.bytes);
        match advanced {
            Ok(None) => Ok(()),
            Ok(Some(answer)) => {
                let now = Instant::now();
                let due = client.due.take().unwrap_or(now);
                if answer.good {
                    self.seen.answers += 1;
                    self.seen.latencies.push((now - due).as_secs_f64() * 1e6);
                } else {
                    self.seen.errors += 1;
                }
                if let (true, None, Some(cookie)) =
                    (self.traffic.request.sticky, &client.remembered, &answer.cookie)
                {
                    client.remembered = Some(self.traffic.request.message(Some(cookie)));
                }
                if answer.good { self.go_on(index, now, load) } else { self.renew(index, load) }
            }
            Err(_) => {
                // Nothing is lost with a connection that nobody used.
                self.seen.errors += u64::from(client.due.is_some());
                self.renew(index, load)
            }
        }
    }

    /// What a client does after an answer.
    fn go_on(&mut self, index: usize, now: Instant, load: &mut Load) -> Result<()> {
        match self.traffic.pace {
            Pace::Times(count) if self.seen.answers >= count => {
                self.idle.push(index);
                Ok(())
            }
            Pace::Again | Pace::Times(_) => {
                let Some(client) = self.clients.get_mut(index) else { return Ok(()) };
                client.ask(self.request.clone(), now);
                self.wake(index, load)
            }
            Pace::NewConnection => self.renew(index, load),
            Pace::Rate(_) | Pace::Once => {
                self.idle.push(index);
                Ok(())
            }
        }
    }

    fn renew(&mut self, index: usize, load: &mut Load) -> Result<()> {
        self.idle.retain(|idle| *idle != index);
        self.clients.remove(index);
        self.add(load)
    }

    /// Asks what a rate has made due meanwhile, as long as there are idle connections; what finds none waits, and its
    /// waiting counts.
    fn ask_what_is_due(&mut self, load: &mut Load) -> Result<()> {
        let Pace::Rate(per_second) = self.traffic.pace else { return Ok(()) };
        let now = Instant::now();
        while self.next_due <= now {
            let Some(index) = self.idle.pop() else { return Ok(()) };
            let due = self.next_due;
            self.next_due += Duration::from_secs_f64(1.0 / f64::from(per_second));
            if let Some(client) = self.clients.get_mut(index) {
                client.ask(self.request.clone(), due);
                self.wake(index, load)?;
            }
        }
        Ok(())
    }
}
