//! Gossip over sealed datagrams.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::rand;
use chitchat::transport::{Socket, Transport};
use chitchat::{ChitchatMessage, Deserializable, Serializable};

use super::{Datagrams, Network};
use crate::group::seal::{Assembly, Content, Keys, LARGEST, PART, Refusal, Windows};
use crate::telemetry::metrics::GroupCounts;

/// Seals what is said, and opens what is heard. What does not open changes nothing, and is counted by reason.
pub struct SealedTransport {
    network: Arc<dyn Network>,
    keys: Arc<Keys>,
    counts: Arc<GroupCounts>,
}

struct SealedSocket {
    datagrams: Box<dyn Datagrams>,
    keys: Arc<Keys>,
    counts: Arc<GroupCounts>,
    /// Who this process is to the others, chosen at random.
    sender: u64,
    sequence: u64,
    windows: Windows,
    assembly: Assembly,
    /// One byte more than a datagram may have shows that one has more.
    buffer: Vec<u8>,
}

/// How long nothing is read after an error of the socket, so that an error that stays costs little.
const PAUSE: Duration = Duration::from_millis(100);

impl SealedTransport {
    /// Gossip over a network, for those who have one of the keys.
    pub fn new(network: Arc<dyn Network>, keys: Arc<Keys>, counts: Arc<GroupCounts>) -> Self {
        Self { network, keys, counts }
    }
}

#[async_trait]
impl Transport for SealedTransport {
    async fn open(&self, address: SocketAddr) -> anyhow::Result<Box<dyn Socket>> {
        let mut sender = [0; 8];
        rand::fill(&mut sender)?;
        Ok(Box::new(SealedSocket {
            datagrams: self.network.open(address).await?,
            keys: self.keys.clone(),
            counts: self.counts.clone(),
            sender: u64::from_be_bytes(sender),
            sequence: 0,
            windows: Windows::default(),
            assembly: Assembly::default(),
            buffer: vec![0; LARGEST + 1],
        }))
    }
}

#[async_trait]
impl Socket for SealedSocket {
    async fn send(&mut self, to: SocketAddr, message: ChitchatMessage) -> anyhow::Result<()> {
        let bytes = message.serialize_to_vec();
        let parts = bytes.chunks(PART);
        let count = u8::try_from(parts.len())?;
        for (part, bytes) in (0..count).zip(parts) {
            self.sequence += 1;
            let content = Content { sender: self.sender, sequence: self.sequence, part, parts: count, bytes };
            let Some(datagram) = self.keys.seal(&content) else { anyhow::bail!("no random numbers") };
            match self.datagrams.send(to, &datagram).await {
                Ok(()) => self.counts.sent(datagram.len()),
                // As if it were lost on the way.
                Err(error) => tracing::debug!(target: "group", %to, %error, "a datagram cannot be sent"),
            }
        }
        Ok(())
    }

    async fn recv(&mut self) -> anyhow::Result<(SocketAddr, ChitchatMessage)> {
        loop {
            let (length, from) = match self.datagrams.receive(&mut self.buffer).await {
                Ok(received) => received,
                Err(error) => {
                    tracing::debug!(target: "group", %error, "no datagram can be received");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            self.counts.received(length);
            match self.opened(length) {
                Ok(Some(message)) => return Ok((from, message)),
                Ok(None) => {}
                Err(refusal) => {
                    let reason = refusal.as_str();
                    tracing::debug!(target: "group", %from, reason, "a datagram is not believed");
                    self.counts.refused(reason);
                }
            }
        }
    }
}

impl SealedSocket {
    /// The message that a datagram completes, if it does.
    fn opened(&mut self, length: usize) -> Result<Option<ChitchatMessage>, Refusal> {
        let content = self.keys.open(self.buffer.get_mut(..length).ok_or(Refusal::Size)?)?;
        if content.sender == self.sender {
            return Err(Refusal::Own);
        }
        if !self.windows.is_new(content.sender, content.sequence) {
            return Err(Refusal::Replayed);
        }
        let message = self.assembly.take(&content)?;
        let read = |bytes: Vec<u8>| ChitchatMessage::deserialize(&mut &*bytes);
        message.map(read).transpose().map_err(|_| Refusal::Malformed)
    }
}
