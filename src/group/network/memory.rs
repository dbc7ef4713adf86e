//! A network in memory, on the paused clock: it loses, doubles, delays and reorders datagrams, and can be cut in parts. What
//! happens follows from a seed and from what is sent when.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Datagrams, Network};

/// What happens to datagrams.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    /// How many of a hundred are lost.
    pub(crate) loss: u8,
    /// How many of a hundred come twice.
    pub(crate) duplicates: u8,
    /// How long each is on the way: at random between the two, so that they overtake each other.
    pub(crate) delay: (Duration, Duration),
}

/// The network.
#[derive(Clone)]
pub(crate) struct MemoryNetwork(Arc<Mutex<Inner>>);

struct Inner {
    random: u64,
    weather: Weather,
    sockets: HashMap<SocketAddr, UnboundedSender<(Vec<u8>, SocketAddr)>>,
    /// From and to, in that direction only.
    cut: HashSet<(SocketAddr, SocketAddr)>,
    sent: HashMap<SocketAddr, u64>,
    /// What went over the network, when somebody listens.
    recorded: Option<Vec<(SocketAddr, Vec<u8>)>>,
}

struct MemorySocket {
    network: MemoryNetwork,
    address: SocketAddr,
    receiver: UnboundedReceiver<(Vec<u8>, SocketAddr)>,
}

impl Default for Weather {
    fn default() -> Self {
        Self { loss: 0, duplicates: 0, delay: (Duration::from_millis(1), Duration::from_millis(5)) }
    }
}

#[allow(dead_code, reason = "simulations use what the tests here do not")]
impl MemoryNetwork {
    pub(crate) fn new(seed: u64, weather: Weather) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            random: seed,
            weather,
            sockets: HashMap::new(),
            cut: HashSet::new(),
            sent: HashMap::new(),
            recorded: None,
        })))
    }

    /// From now on.
    pub(crate) fn weather(&self, weather: Weather) {
        self.lock().weather = weather;
    }

    /// Nothing goes from one to the other any more; the way back stays open.
    pub(crate) fn cut(&self, from: SocketAddr, to: SocketAddr) {
        self.lock().cut.insert((from, to));
    }

    /// Nothing goes between the parts any more, in either direction.
    pub(crate) fn partition(&self, parts: &[&[SocketAddr]]) {
        for (index, part) in parts.iter().enumerate() {
            for other in parts.iter().skip(index + 1) {
                for (one, other) in part.iter().flat_map(|one| other.iter().map(move |other| (*one, *other)))
                {
                    self.cut(one, other);
                    self.cut(other, one);
                }
            }
        }
    }

    /// Everything goes everywhere again.
    pub(crate) fn heal(&self) {
        self.lock().cut.clear();
    }

    /// The bytes that an address sent.
    pub(crate) fn sent(&self, from: SocketAddr) -> u64 {
        self.lock().sent.get(&from).copied().unwrap_or_default()
    }

    /// Keeps from now on what is sent: where to, and the bytes.
    pub(crate) fn record(&self) {
        self.lock().recorded = Some(Vec::new());
    }

    /// What was sent since [`MemoryNetwork::record`].
    pub(crate) fn recorded(&self) -> Vec<(SocketAddr, Vec<u8>)> {
        self.lock().recorded.clone().unwrap_or_default()
    }

    /// A datagram of anybody, which arrives at once.
    pub(crate) fn inject(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        self.deliver(from, to, bytes.to_vec());
    }

    fn deliver(&self, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        let inner = self.lock();
        if let Some(socket) = inner.sockets.get(&to) {
            // Nobody listens any more.
            let _ = socket.send((bytes, from));
        }
    }

    fn send(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let mut inner = self.lock();
        if let Some(recorded) = &mut inner.recorded {
            recorded.push((to, bytes.to_vec()));
        }
        *inner.sent.entry(from).or_default() += bytes.len() as u64;
        let Weather { loss, duplicates, delay: (shortest, longest) } = inner.weather;
        let copies = 1 + usize::from(inner.chance(duplicates));
        for _ in 0..copies {
            let lost = inner.chance(loss);
            let spread = longest.saturating_sub(shortest).as_micros().max(1) as u64;
            let delay = shortest + Duration::from_micros(inner.random() % spread);
            // What is on the way when the network is cut arrives.
            if !lost && !inner.cut.contains(&(from, to)) {
                let (network, bytes) = (self.clone(), bytes.to_vec());
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    network.deliver(from, to, bytes);
                });
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn chance(&mut self, percent: u8) -> bool {
        self.random() % 100 < u64::from(percent)
    }

    /// SplitMix64.
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[async_trait]
impl Network for MemoryNetwork {
    async fn open(&self, address: SocketAddr) -> io::Result<Box<dyn Datagrams>> {
        let (sender, receiver) = unbounded_channel();
        self.lock().sockets.insert(address, sender);
        Ok(Box::new(MemorySocket { network: self.clone(), address, receiver }))
    }
}

#[async_trait]
impl Datagrams for MemorySocket {
    async fn send(&mut self, to: SocketAddr, bytes: &[u8]) -> io::Result<()> {
        self.network.send(self.address, to, bytes);
        Ok(())
    }

    async fn receive(&mut self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        match self.receiver.recv().await {
            Some((bytes, from)) => {
                let length = bytes.len().min(buffer.len());
                buffer.iter_mut().zip(&bytes).for_each(|(to, from)| *to = *from);
                Ok((length, from))
            }
            // Another socket took the address.
            None => std::future::pending().await,
        }
    }
}
