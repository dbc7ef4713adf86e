//! Asking the service whether it is well.

use std::io;
use std::num::NonZeroU32;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::Wish;
use super::arguments::Service;
use crate::cli::{output, probe};
use crate::clusters::health::Thresholds;

/// Good answers in a row that end an unhealthy state, and bad ones that end a healthy one. The first answer decides alone.
const IN_A_ROW: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

/// The longest time for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks again and again, and says what follows from the answers.
pub(super) async fn watch(service: &Service, wish: &watch::Sender<Wish>) {
    let mut thresholds = Thresholds::default();
    loop {
        let answer = timeout(PATIENCE, ask(service)).await;
        let answer = answer.unwrap_or_else(|_| Err(io::Error::other("no answer in time")));
        let is_well = thresholds.record(answer.is_ok(), IN_A_ROW, IN_A_ROW);
        let wanted = if is_well { Wish::Present } else { Wish::Absent };
        let changed = wish.send_if_modified(|wish| std::mem::replace(wish, wanted) != wanted);
        match answer {
            Err(error) if changed => output::complain(&format!("{} is not well: {error}", service.name)),
            _ if changed => output::complain(&format!("{} is well", service.name)),
            _ => {}
        }
        sleep(service.health_interval).await;
    }
}

async fn ask(service: &Service) -> io::Result<()> {
    let (host, port) = &service.asked_at;
    let Some(path) = &service.health_path else {
        return TcpStream::connect((host.as_str(), *port)).await.map(drop);
    };
    match probe::status(host, *port, path.as_str(), "sinew-join").await?.as_u16() {
        200..=399 => Ok(()),
        status => Err(io::Error::other(format!("status {status}"))),
    }
}
