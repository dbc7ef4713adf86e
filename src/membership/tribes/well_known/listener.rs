//! Accepting connections, within limits.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::super::{AllowList, Refusal};
use super::connection::{Intake, serve};

/// Who may connect, and how often.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    pub(super) allow_list: AllowList,
    pub(super) most: usize,
    pub(super) most_each: usize,
}

/// How long nothing is accepted after an error.
const PAUSE: Duration = Duration::from_millis(100);

/// After what silence a connection is tested whose node may have vanished.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// Accepts connections for ever.
pub(super) async fn accept(listener: TcpListener, gate: Gate, intake: Intake) {
    let open = Arc::new(Mutex::new(HashMap::new()));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, peer)) => match admit(&gate, &open, peer.ip(), connections.len()) {
                Ok(place) => {
                    // Without it a connection may stay open that nobody holds; nothing else is wrong then.
                    let _ = keep_alive(&stream);
                    let intake = intake.clone();
                    connections.spawn(async move {
                        serve(stream, place.from, intake).await;
                        drop(place);
                    });
                }
                Err(refusal) => intake.refusals.count(refusal),
            },
            // The other end is gone already, or there are no descriptors left.
            Err(_) => sleep(PAUSE).await,
        }
    }
}

type Open = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// A connection's place among those of its address, until it is dropped.
struct Place {
    open: Open,
    from: IpAddr,
}

fn admit(gate: &Gate, open: &Open, from: IpAddr, connections: usize) -> Result<Place, Refusal> {
    let from = from.to_canonical();
    if !gate.allow_list.allows_host(from) {
        return Err(Refusal::Sender);
    }
    let mut counts = open.lock().unwrap_or_else(PoisonError::into_inner);
    let count = counts.entry(from).or_default();
    if connections >= gate.most || *count >= gate.most_each {
        let is_first = *count == 0;
        if is_first {
            counts.remove(&from);
        }
        return Err(Refusal::Full);
    }
    *count += 1;
    Ok(Place { open: open.clone(), from })
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.from) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.from);
            }
        }
    }
}

fn keep_alive(stream: &TcpStream) -> io::Result<()> {
    let often = TcpKeepalive::new().with_time(KEEP_ALIVE).with_interval(KEEP_ALIVE);
    SockRef::from(stream).set_tcp_keepalive(&often)
}
