//! Seeing that a process that was asked to end does.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, interval};

use super::Shared;
use super::journal::Record;
use super::{process_table, signal};

/// The time between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// Waits until a process has ended, and ends its group by force when that takes longer than the settings allow, counted
/// from when it was asked; a restart of the balancer gives it no more time.
pub(super) fn in_background(shared: &Arc<Shared>, record: &Record) {
    let Some(process) = record.process.clone() else { return };
    let patience = shared.settings.stop_timeout.get();
    let asked = record.stopping_since.unwrap_or_else(Timestamp::now);
    let waited = Duration::try_from(Timestamp::now().duration_since(asked)).unwrap_or_default();
    let deadline = Instant::now() + patience.saturating_sub(waited);
    let id = record.id.clone();
    tokio::spawn(async move {
        let mut looks = interval(LOOK);
        // Reading `/proc` waits for no device.
        while process_table::is_alive(&process) && Instant::now() < deadline {
            looks.tick().await;
        }
        // Who was told to end and did may have left others in its group.
        let killed = spawn_blocking({
            let id = id.clone();
            move || signal::kill(&id, &process)
        });
        if let Ok(Err(error)) = killed.await {
            tracing::warn!(target: "iaas", instance = %id, %error, "cannot be ended");
        }
    });
}
