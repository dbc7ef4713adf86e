//! The running channel: messages and the results of probes come in, events and connections go out.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

use super::connection::{Incoming, Intake};
use super::listener::{Gate, accept};
use super::{Answer, Group, WellKnownSettings, dial};
use crate::membership::tribes::{Event, Refusals};

/// A channel that serves nodes. Dropping it ends that; nodes notice by their probes.
#[derive(Debug)]
pub struct WellKnown {
    address: SocketAddr,
    refusals: Arc<Refusals>,
    tasks: [JoinHandle<()>; 2],
}

/// Connections that are being made at a time.
const DIALS: usize = 64;
/// Messages that wait for being processed.
const WAITING: usize = 256;
/// How often an answer is tried again, and how soon.
const RETRIES: usize = 2;
const RETRY: Duration = Duration::from_millis(500);
/// While there are no members, nothing has to be done for that long.
const IDLE: Duration = Duration::from_secs(3600);

/// Serves nodes that know our address. What is learned goes to `events`; when nobody takes it any longer, that ends.
///
/// # Errors
/// The settings would open the channel to everybody, or the address cannot be listened at.
pub async fn start(settings: WellKnownSettings, events: mpsc::Sender<Event>) -> io::Result<WellKnown> {
    settings.check().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let listener = TcpListener::bind(settings.listen).await?;
    let bound = listener.local_addr()?;
    let (incoming, messages) = mpsc::channel(WAITING);
    let group = Group::new(settings.clone());
    let refusals = group.refusals().clone();
    let gate = Gate {
        allow_list: settings.reading.allow_list.clone(),
        most: settings.most_connections,
        most_each: settings.most_connections_each,
    };
    let intake = Intake {
        incoming,
        largest_frame: settings.largest_frame,
        frame_timeout: settings.frame_timeout,
        refusals: refusals.clone(),
    };
    let sender = Arc::new(Sender {
        address: settings.address.unwrap_or(bound),
        payload: settings.payload,
        connect_timeout: settings.connect_timeout,
        dials: Semaphore::new(DIALS),
    });
    let channel = Channel { group, sender, dials: JoinSet::new(), events };
    let tasks = [tokio::spawn(accept(listener, gate, intake)), tokio::spawn(channel.run(messages))];
    Ok(WellKnown { address: bound, refusals, tasks })
}

impl WellKnown {
    /// Where the channel listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What arrived and changed nothing, by reason.
    pub fn refusals(&self) -> &Arc<Refusals> {
        &self.refusals
    }
}

impl Drop for WellKnown {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Makes connections as our node.
struct Sender {
    address: SocketAddr,
    payload: Vec<u8>,
    connect_timeout: Duration,
    dials: Semaphore,
}

struct Channel {
    group: Group,
    sender: Arc<Sender>,
    /// Each ends with the node that was probed, and whether it was reached.
    dials: JoinSet<Option<(SocketAddr, bool)>>,
    events: mpsc::Sender<Event>,
}

impl Channel {
    async fn run(mut self, mut messages: mpsc::Receiver<Incoming>) {
        loop {
            let wake = self.group.next_probe().unwrap_or_else(|| Instant::now() + IDLE);
            let learned = tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => self.process(message),
                    None => return,
                },
                Some(dialled) = self.dials.join_next() => match dialled {
                    Ok(Some((address, reached))) => self.group.probed(address, reached, Instant::now()),
                    _ => Vec::new(),
                },
                () = sleep_until(wake) => {
                    for probe in self.group.due_probes(Instant::now()) {
                        let (sender, to) = (self.sender.clone(), probe.to);
                        self.dials.spawn(async move { Some((to, sender.deliver(probe).await.is_ok())) });
                    }
                    Vec::new()
                }
            };
            for event in learned {
                if self.events.send(event).await.is_err() {
                    return;
                }
            }
        }
    }

    fn process(&mut self, incoming: Incoming) -> Vec<Event> {
        let outcome = self.group.receive(incoming.from, &incoming.message, Instant::now());
        if let Some(answer) = outcome.answer {
            // Who asks more often than can be answered asks again.
            if self.dials.len() < WAITING {
                let sender = self.sender.clone();
                self.dials.spawn(async move { sender.answer(answer).await });
            }
        }
        // Nobody waits where no late acknowledgement is wanted.
        let _ = incoming.done.send(());
        outcome.events
    }
}

impl Sender {
    async fn answer(&self, answer: Answer) -> Option<(SocketAddr, bool)> {
        for _ in 0..RETRIES {
            if self.deliver(answer.clone()).await.is_ok() {
                return None;
            }
            sleep(RETRY).await;
        }
        tracing::debug!(node = %answer.to, "could not answer a Tribes node");
        None
    }

    async fn deliver(&self, answer: Answer) -> io::Result<()> {
        let _permit = self.dials.acquire().await.map_err(io::Error::other)?;
        let to = answer.to;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let frame = answer.frame(self.address, &self.payload, i64::try_from(now).unwrap_or(i64::MAX));
        dial::deliver(to, &frame, self.connect_timeout).await
    }
}
