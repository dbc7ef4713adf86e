//! The network between simulated balancers: it loses, doubles, delays and reorders datagrams, and can be cut in any direction.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use sinew::group::network::{Datagrams, Network};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::random::Random;

/// What happens to datagrams.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    /// How many of a hundred are lost.
    pub(crate) loss: u8,
    /// How many of a hundred come twice.
    pub(crate) duplicates: u8,
    /// The longest time on the way; the shortest is a step. Each takes its own, so that they overtake each other.
    pub(crate) delay: Duration,
}

/// What an address sent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) datagrams: u64,
    pub(crate) bytes: u64,
    /// The largest datagram.
    pub(crate) largest: usize,
}

/// The network, which all share.
#[derive(Clone)]
pub(crate) struct Wire(Arc<Mutex<Inner>>);

struct Inner {
    random: Random,
    weather: Weather,
    /// When what is sent now goes on its way.
    now: Duration,
    /// What is on the way, by the time at which it comes and in the order in which it was sent.
    letters: BTreeMap<(Duration, u64), Letter>,
    count: u64,
    sockets: BTreeMap<SocketAddr, UnboundedSender<(Vec<u8>, SocketAddr)>>,
    /// From and to.
    cut: BTreeSet<(SocketAddr, SocketAddr)>,
    traffic: BTreeMap<SocketAddr, Traffic>,
    /// What waits for balancers that stand still, in bytes.
    waiting: BTreeMap<SocketAddr, usize>,
}

struct Letter {
    from: SocketAddr,
    to: SocketAddr,
    bytes: Vec<u8>,
}

struct Port {
    wire: Wire,
    address: SocketAddr,
    receiver: UnboundedReceiver<(Vec<u8>, SocketAddr)>,
}

/// What the system keeps for a process that stands still, in bytes.
const BUFFER: usize = 1024 * 1024;

impl Wire {
    pub(crate) fn new(random: Random, weather: Weather) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            random,
            weather,
            now: Duration::ZERO,
            letters: BTreeMap::new(),
            count: 0,
            sockets: BTreeMap::new(),
            cut: BTreeSet::new(),
            traffic: BTreeMap::new(),
            waiting: BTreeMap::new(),
        })))
    }

    /// The time of the world.
    pub(crate) fn now(&self) -> Duration {
        self.lock().now
    }

    pub(crate) fn set_weather(&self, weather: Weather) {
        self.lock().weather = weather;
    }

    /// Nothing goes from one to the other any more.
    pub(crate) fn cut(&self, from: SocketAddr, to: SocketAddr) {
        self.lock().cut.insert((from, to));
    }

    pub(crate) fn is_cut(&self, from: SocketAddr, to: SocketAddr) -> bool {
        self.lock().cut.contains(&(from, to))
    }

    /// Everything goes everywhere again.
    pub(crate) fn heal(&self) {
        self.lock().cut.clear();
    }

    pub(crate) fn traffic(&self, from: SocketAddr) -> Traffic {
        self.lock().traffic.get(&from).copied().unwrap_or_default()
    }

    /// Goes to a time, and delivers what has come by then. Of what comes to those that stand still only so much waits.
    pub(crate) fn advance(&self, now: Duration, still: impl Fn(SocketAddr) -> bool) {
        let mut inner = self.lock();
        inner.now = now;
        let later = inner.letters.split_off(&(now + Duration::from_nanos(1), 0));
        let due = std::mem::replace(&mut inner.letters, later);
        for Letter { from, to, bytes } in due.into_values() {
            let waiting = inner.waiting.entry(to).or_default();
            *waiting = if still(to) { *waiting + bytes.len() } else { 0 };
            if *waiting <= BUFFER
                && let Some(socket) = inner.sockets.get(&to)
            {
                // A balancer that was killed hears nothing.
                let _ = socket.send((bytes, from));
            }
        }
    }

    fn send(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let mut inner = self.lock();
        let traffic = inner.traffic.entry(from).or_default();
        traffic.datagrams += 1;
        traffic.bytes += bytes.len() as u64;
        traffic.largest = traffic.largest.max(bytes.len());
        let Weather { loss, duplicates, delay } = inner.weather;
        let copies = 1 + usize::from(inner.random.chance(duplicates));
        for _ in 0..copies {
            let is_lost = inner.random.chance(loss);
            let arrival = inner.now + inner.random.between(Duration::from_millis(1), delay);
            // What is on the way when the network is cut arrives.
            if !is_lost && !inner.cut.contains(&(from, to)) {
                inner.count += 1;
                let key = (arrival, inner.count);
                inner.letters.insert(key, Letter { from, to, bytes: bytes.to_vec() });
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("nothing panics while it is locked")
    }
}

#[async_trait]
impl Network for Wire {
    async fn open(&self, address: SocketAddr) -> io::Result<Box<dyn Datagrams>> {
        let (sender, receiver) = unbounded_channel();
        self.lock().sockets.insert(address, sender);
        Ok(Box::new(Port { wire: self.clone(), address, receiver }))
    }
}

#[async_trait]
impl Datagrams for Port {
    async fn send(&mut self, to: SocketAddr, bytes: &[u8]) -> io::Result<()> {
        self.wire.send(self.address, to, bytes);
        Ok(())
    }

    async fn receive(&mut self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        match self.receiver.recv().await {
            Some((bytes, from)) => {
                let length = bytes.len().min(buffer.len());
                buffer[..length].copy_from_slice(&bytes[..length]);
                Ok((length, from))
            }
            // Another socket took the address.
            None => std::future::pending().await,
        }
    }
}
