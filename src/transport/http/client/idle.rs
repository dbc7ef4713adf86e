//! Connections to one target that wait for work.

use tokio::time::Instant;

use super::Inner;
use super::connection::Connection;

/// The last was used last, and is used next: the others may grow old and be closed.
#[derive(Default)]
pub(super) struct IdleConnections(Vec<Box<Connection>>);

/// What was found to be of no more use, to be dropped outside of any borrow, and how many are left.
pub(super) struct Swept {
    pub(super) dead: Vec<Box<Connection>>,
    pub(super) left: usize,
}

impl IdleConnections {
    /// One that is still good, and those found not to be; these are to be dropped outside of any borrow.
    pub(super) fn take(
        &mut self,
        client: &Inner,
        now: Instant,
    ) -> (Option<Box<Connection>>, Vec<Box<Connection>>) {
        let mut dead = Vec::new();
        while let Some(mut connection) = self.0.pop() {
            if connection.is_usable(client, now) {
                return (Some(connection), dead);
            }
            dead.push(connection);
        }
        (None, dead)
    }

    /// Keeps one, and gives back one that must go for it when there are too many.
    pub(super) fn put(&mut self, client: &Inner, connection: Box<Connection>) -> Option<Box<Connection>> {
        if client.settings.max_idle_per_target == 0 {
            return Some(connection);
        }
        let oldest = (self.0.len() >= client.settings.max_idle_per_target).then(|| self.0.remove(0));
        self.0.push(connection);
        oldest
    }

    /// Finds those that are closed or too old, and has the others give back the memory that they do not need while they wait.
    pub(super) fn sweep(&mut self, client: &Inner, now: Instant) -> Swept {
        let dead = self.0.extract_if(.., |connection| !connection.is_usable(client, now)).collect();
        for connection in &mut self.0 {
            connection.received.release();
        }
        Swept { dead, left: self.0.len() }
    }

    /// True when there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
