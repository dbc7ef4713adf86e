//! Listening to a group, and announcing.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use super::super::wire::Identity;
use super::super::{Event, Refusal, Refusals};
use super::announcer::Announcer;
use super::{MulticastSettings, Table};

/// A group that is listened to. Dropping it ends that without a word; [`Multicast::leave`] says farewell.
#[derive(Debug)]
pub struct Multicast {
    own: Option<Identity>,
    refusals: Arc<Refusals>,
    orders: mpsc::Sender<Order>,
    task: JoinHandle<()>,
}

/// How long nothing is read after an error.
const PAUSE: Duration = Duration::from_millis(100);

/// What is asked of the task.
#[derive(Debug)]
enum Order {
    /// Announce something else.
    Say(Vec<u8>),
    /// Say farewell and end.
    Leave,
}

/// Listens to a group, and announces a node if one is configured. What is learned goes to `events`; when nobody takes it
/// any longer, that ends.
///
/// # Errors
/// The group cannot be joined.
pub fn start(settings: MulticastSettings, events: mpsc::Sender<Event>) -> io::Result<Multicast> {
    let socket = UdpSocket::from_std(settings.multicast_group().open()?)?;
    let unique_id = *uuid::Uuid::new_v4().as_bytes();
    let announce = settings.announce.as_ref();
    let announcer =
        announce.map(|announce| Announcer::new(announce, unique_id, settings.frequency, Instant::now()));
    let own = announcer.as_ref().map(|announcer| announcer.record().identity());
    let refusals = settings.refusals;
    let table = Table::new(settings.reading, settings.drop_time, settings.most_members, own);
    let table = table.counting(refusals.clone());
    let (orders, asked) = mpsc::channel(4);
    let group = SocketAddr::from((settings.group, settings.port));
    let (largest, frequency) = (settings.largest_datagram, settings.frequency);
    let listener = Listener { socket, group, largest, frequency, table, announcer, events };
    Ok(Multicast { own, refusals, orders, task: tokio::spawn(listener.run(asked)) })
}

impl Multicast {
    /// Our own node, if one is announced.
    pub fn own(&self) -> Option<Identity> {
        self.own
    }

    /// What arrived and changed nothing, by reason.
    pub fn refusals(&self) -> &Arc<Refusals> {
        &self.refusals
    }

    /// Announces something else from now on, once at once.
    pub async fn say(&self, payload: Vec<u8>) {
        // When the task ended there is nobody left who could announce it.
        let _ = self.orders.send(Order::Say(payload)).await;
    }

    /// Says farewell and ends.
    pub async fn leave(mut self) {
        let _ = self.orders.send(Order::Leave).await;
        let _ = (&mut self.task).await;
    }
}

impl Drop for Multicast {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Listener {
    socket: UdpSocket,
    group: SocketAddr,
    largest: usize,
    frequency: Duration,
    table: Table,
    announcer: Option<Announcer>,
    events: mpsc::Sender<Event>,
}

impl Listener {
    async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        // One byte more than allowed, to see what is larger.
        let mut buffer = vec![0; self.largest.saturating_add(1)];
        loop {
            // At least once in a period, so that a pause of our process is noticed.
            let tick = Instant::now() + self.frequency;
            let others = [self.table.next_expiry(), self.announcer.as_ref().map(Announcer::next)];
            let wake = others.into_iter().flatten().fold(tick, Instant::min);
            let learned = tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Say(payload)) => {
                        let now = Instant::now();
                        let datagram = self.announcer.as_mut().and_then(|own| own.say(payload, now));
                        self.send(datagram).await;
                        Vec::new()
                    }
                    Some(Order::Leave) | None => {
                        let now = Instant::now();
                        let datagram = self.announcer.as_mut().map(|own| own.farewell(now));
                        self.send(datagram).await;
                        return;
                    }
                },
                received = self.socket.recv_from(&mut buffer) => match received {
                    Ok((length, from)) => {
                        self.notice_absence(wake);
                        self.receive(buffer.get(..length).unwrap_or_default(), from)
                    }
                    // An earlier datagram could not be delivered, or the interface is down for a while.
                    Err(_) => {
                        sleep(PAUSE).await;
                        Vec::new()
                    }
                },
                () = sleep_until(wake) => {
                    self.notice_absence(wake);
                    let now = Instant::now();
                    while let Some(datagram) = self.announcer.as_mut().and_then(|own| own.due(now)) {
                        self.send(Some(datagram)).await;
                    }
                    self.table.expire(now)
                }
            };
            for event in learned {
                if self.events.send(event).await.is_err() {
                    return;
                }
            }
        }
    }

    /// The process was stopped for longer than a period when it wakes that much too late.
    fn notice_absence(&mut self, planned: Instant) {
        let late = Instant::now().saturating_duration_since(planned);
        if late > self.frequency {
            self.table.was_away(late);
        }
    }

    fn receive(&mut self, datagram: &[u8], from: SocketAddr) -> Vec<Event> {
        if datagram.len() > self.largest {
            self.table.refusals().count(Refusal::Oversized);
            return Vec::new();
        }
        self.table.receive(from.ip(), datagram, Instant::now())
    }

    async fn send(&self, datagram: Option<Vec<u8>>) {
        if let Some(datagram) = datagram {
            // The next one comes in half a second.
            if let Err(error) = self.socket.send_to(&datagram, self.group).await {
                tracing::debug!(%error, "could not announce our node");
            }
        }
    }
}
