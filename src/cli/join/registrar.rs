//! Telling balancers.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Method;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::Wish;
use super::arguments::Service;
use crate::cli::ctl::client::{CallError, Client};
use crate::cli::output;
use crate::settings::HttpOrigin;

/// Keeps balancers up to date, one task each.
pub(super) struct Registrars {
    service: Arc<Service>,
    wish: watch::Receiver<Wish>,
    tasks: JoinSet<bool>,
    /// Those that were found, by URL: whether they are still announced, and the task.
    found: HashMap<String, (Arc<AtomicBool>, AbortHandle)>,
}

impl Registrars {
    /// For the balancers that were named.
    pub(super) fn new(service: Arc<Service>, wish: watch::Receiver<Wish>) -> Self {
        let mut registrars = Self { service, wish, tasks: JoinSet::new(), found: HashMap::new() };
        for balancer in registrars.service.clone().balancers.iter() {
            registrars.start(balancer, Arc::new(AtomicBool::new(true)));
        }
        registrars
    }

    /// Takes note which balancers announce themselves now. One that does not any more is given up when it does not answer
    /// either.
    pub(super) fn follow(&mut self, urls: &BTreeSet<String>) {
        self.found.retain(|url, (is_there, task)| {
            is_there.store(urls.contains(url), Ordering::Relaxed);
            !task.is_finished()
        });
        for url in urls {
            // What is no URL was not let through, and what was named is told already.
            let Ok(balancer) = url.parse::<HttpOrigin>() else { continue };
            if !self.found.contains_key(url) && !self.service.balancers.contains(&balancer) {
                let is_there = Arc::new(AtomicBool::new(true));
                let task = self.start(&balancer, is_there.clone());
                self.found.insert(url.clone(), (is_there, task));
            }
        }
    }

    /// Waits until all have ended; whether every balancer has forgotten the service then.
    pub(super) async fn end(mut self) -> bool {
        let mut all = true;
        while let Some(left) = self.tasks.join_next().await {
            all &= left.unwrap_or(false);
        }
        all
    }

    fn start(&mut self, balancer: &HttpOrigin, is_there: Arc<AtomicBool>) -> AbortHandle {
        let client = self.service.access.client(balancer);
        let registrar = Registrar::new(client, self.service.clone(), self.wish.clone(), is_there);
        self.tasks.spawn(registrar.run())
    }
}

/// Keeps one balancer up to date.
struct Registrar {
    client: Arc<Client>,
    service: Arc<Service>,
    wish: watch::Receiver<Wish>,
    /// False for one that was found and is not announced any more.
    is_there: Arc<AtomicBool>,
    is_announced: bool,
    was_announced: bool,
    complaint: Option<String>,
}

/// The longest time for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The wait after a failure, and between two looks whether the balancer has nothing in flight any more.
const PAUSE: Duration = Duration::from_millis(500);

impl Registrar {
    fn new(
        client: Arc<Client>,
        service: Arc<Service>,
        wish: watch::Receiver<Wish>,
        is_there: Arc<AtomicBool>,
    ) -> Self {
        let (is_announced, was_announced, complaint) = (false, false, None);
        Self { client, service, wish, is_there, is_announced, was_announced, complaint }
    }

    /// Follows the wish until it is to leave; whether the balancer has forgotten the service then, or is not there itself.
    async fn run(mut self) -> bool {
        loop {
            let wish = *self.wish.borrow_and_update();
            let pause = match wish {
                Wish::Unknown => self.service.lease,
                Wish::Present => self.announce().await,
                Wish::Absent => self.withdraw().await,
                Wish::Leaving => return self.leave().await,
            };
            if self.is_gone() {
                self.say("given up");
                return true;
            }
            // Over when there is something new, or when it is time to renew. Who wishes lives longer than this.
            let _ = timeout(pause, self.wish.changed()).await;
        }
    }

    /// Registers, or renews; how long to wait then.
    async fn announce(&mut self) -> Duration {
        let Service { path, lease, .. } = &*self.service;
        let body = self.service.body_now();
        match self.client.ask(Method::PUT, path, Some(&body), PATIENCE).await {
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
            if self.is_gone() {
                return true;
            }
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
                    return self.is_gone();
                }
            }
        }
    }

    /// Whether the balancer does not answer, and does not announce itself any more.
    fn is_gone(&self) -> bool {
        self.complaint.is_some() && !self.is_there.load(Ordering::Relaxed)
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
