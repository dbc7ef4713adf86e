//! Looking whether the ports of a member are open.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::clusters::MemberDefinition;

/// Tells whether somebody listens on a port.
pub trait Ports: Send + Sync + 'static {
    /// Whether it is open. Whoever answers limits the time.
    fn is_open<'a>(&'a self, host: &'a str, port: u16) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>>;
}

/// Connects over the network.
#[derive(Debug)]
pub struct NetworkPorts {
    timeout: Duration,
    attempts: Semaphore,
}

/// Attempts that are open at a time, over all members.
const ATTEMPTS: usize = 64;

impl NetworkPorts {
    /// Each attempt may take so long.
    pub fn new(timeout: Duration) -> Self {
        Self { timeout, attempts: Semaphore::new(ATTEMPTS) }
    }
}

impl Ports for NetworkPorts {
    fn is_open<'a>(&'a self, host: &'a str, port: u16) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(async move {
            // Nobody closes the semaphore; if it were closed the attempt would be made without a permit.
            let _permit = self.attempts.acquire().await;
            let host = host.trim_start_matches('[').trim_end_matches(']');
            matches!(timeout(self.timeout, TcpStream::connect((host, port))).await, Ok(Ok(_)))
        })
    }
}

/// Whether all ports of a member are open (elastic-load-balancer.md §5.3): those for HTTP and HTTPS, and those that requests
/// are mapped to.
pub(super) async fn all_open(ports: &dyn Ports, member: &MemberDefinition) -> bool {
    let usual = member.http_port.into_iter().chain(member.https_port);
    let all: BTreeSet<u16> = usual.chain(member.port_mappings.values().copied()).collect();
    let host = member.reached_at();
    let asked = all.into_iter().map(|port| ports.is_open(host, port));
    futures_util::future::join_all(asked).await.into_iter().all(|open| open)
}
