//! Telling one balancer.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::Wish;
use super::arguments::Service;
use crate::cli::ctl::client::{CallError, Client};
use crate::cli::output;

/// Keeps one balancer up to date.
pub(super) struct Registrar {
    client: Arc<Client>,
    service: Arc<Service>,
    wish: watch::Receiver<Wish>,
    is_announced: bool,
    was_announced: bool,
    complaint: Option<String>,
}

/// The longest time for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The wait after a failure, and between two looks whether the balancer has nothing in flight any more.
const PAUSE: Duration = Duration::from_millis(500);

impl Registrar {
    pub(super) fn new(client: Arc<Client>, service: Arc<Service>, wish: watch::Receiver<Wish>) -> Self {
        Self { client, service, wish, is_announced: false, was_announced: false, complaint: None }
    }

    /// Follows the wish until it is to leave; whether the balancer has forgotten the service then.
    pub(super) async fn run(mut self) -> bool {
        loop {
            let wish = *self.wish.borrow_and_update();
            let pause = match wish {
                Wish::Unknown => self.service.lease,
                Wish::Present => self.announce().await,
                Wish::Absent => self.withdraw().await,
                Wish::Leaving => return self.leave().await,
            };
            // Over when there is something new, or when it is time to renew. Who wishes lives longer than this.
            let _ = timeout(pause, self.wish.changed()).await;
        }
    }

    /// Registers, or renews; how long to wait then.
    async fn announce(&mut self) -> Duration {
        let Service { path, body, lease, .. } = &*self.service;
        match self.client.ask(Method::PUT, path, Some(body), PATIENCE).await {
            Ok(_) => {
                let renewal = *lease / 3;
                self.complaint = None;
                self.was_announced = true;
                if !std::mem::replace(&mut self.is_announced, true) {
                    self.say("announced");
                }
                renewal
            }
            Err(error) => {
                // It may have come through all the same.
                self.is_announced |= matches!(error, CallError::Unreachable { .. });
                self.complain(&error);
                PAUSE
            }
        }
    }

    /// Takes the registration back, if there is one; how long to wait then.
    async fn withdraw(&mut self) -> Duration {
        if !self.is_announced {
            return self.service.lease;
        }
        match self.client.ask(Method::DELETE, &self.service.path, None, PATIENCE).await {
            // What the balancer does not know needs not be taken back.
            Ok(_) | Err(CallError::Missing(_)) => {
                self.is_announced = false;
                self.complaint = None;
                self.say("withdrawn");
                self.service.lease
            }
            Err(error) => {
                self.complain(&error);
                PAUSE
            }
        }
    }

    /// Leaves, and waits until the balancer has nothing in flight.
    async fn leave(&mut self) -> bool {
        if !self.was_announced {
            return true;
        }
        while self.is_announced {
            let pause = self.withdraw().await;
            if self.is_announced {
                sleep(pause).await;
            }
        }
        loop {
            match self.client.ask(Method::GET, &self.service.path, None, PATIENCE).await {
                Ok(_) => sleep(PAUSE / 5).await,
                Err(CallError::Missing(_)) => {
                    // A request may have chosen the service and not be on its way yet.
                    sleep(PAUSE / 5).await;
                    self.say("left");
                    return true;
                }
                Err(error) => {
                    self.complain(&error);
                    return false;
                }
            }
        }
    }

    fn say(&self, what: &str) {
        output::complain(&format!("{} {what} at {}", self.service.name, self.client.place()));
    }

    /// Says what went wrong, once as long as it stays the same.
    fn complain(&mut self, error: &CallError) {
        let complaint = error.to_string();
        if self.complaint.as_ref() != Some(&complaint) {
            output::complain(&format!("error: {}: {complaint}", self.client.place()));
            self.complaint = Some(complaint);
        }
    }
}
