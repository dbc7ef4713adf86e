//! Connections to one target that wait for work.

use tokio::time::Instant;

use super::Inner;
use super::connection::Connection;

/// The last was used last, and is used next: the others may grow old and be closed.
#[derive(Default)]
pub(super) struct IdleConnections(Vec<Connection>);

impl IdleConnections {
    /// One that is still good, and those found not to be; these are to be dropped outside of any borrow.
    pub(super) fn take(&mut self, client: &Inner, now: Instant) -> (Option<Connection>, Vec<Connection>) {
        let mut dead = Vec::new();
        let mut index = self.0.len();
        while let Some(next) = index.checked_sub(1) {
            index = next;
            let Some(connection) = self.0.get(index) else { break };
            if !connection.is_usable(client, now) {
                dead.push(self.0.remove(index));
            } else if connection.sender.is_ready() {
                return (Some(self.0.remove(index)), dead);
            }
        }
        (None, dead)
    }

    /// Keeps one, and gives back one that must go for it when there are too many.
    pub(super) fn put(&mut self, client: &Inner, connection: Connection) -> Option<Connection> {
        if self.0.len() < client.settings.max_idle_per_target {
            self.0.push(connection);
            return None;
        }
        let oldest = self.0.iter().position(|kept| kept.sender.is_closed()).unwrap_or(0);
        if oldest >= self.0.len() {
            return Some(connection);
        }
        let gone = self.0.remove(oldest);
        self.0.push(connection);
        Some(gone)
    }

    /// Forgets those that have closed; true when none is left.
    pub(super) fn sweep(&mut self) -> bool {
        self.0.retain(|connection| !connection.sender.is_closed());
        self.0.is_empty()
    }
}
