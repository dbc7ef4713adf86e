//! Following the EndpointSlices of one service: list once, then watch, and begin again from where it was.
//!
//! The API's documentation calls that an efficient detection of changes: every answer has a version, from which the next
//! watch goes on. Versions are forgotten by the server after a while, which it says as 410; then everything is listed anew.
//! What was seen last counts while nothing can be seen.

use std::collections::BTreeMap;
use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use futures_util::{Stream, TryStreamExt};
use http::{StatusCode, Uri};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::{ListParams, WatchEvent, WatchParams};
use kube::core::Status;
use kube::{Api, ResourceExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::access::{Access, AccessError, access};
use super::members::{Members, members};
use super::pace::Pace;
use super::slices::Slice;
use crate::clusters::ClusterKey;
use crate::settings::KubernetesService;

/// One service that is followed.
pub(super) struct Watch<Refuse> {
    service: KubernetesService,
    cluster: ClusterKey,
    /// Told why something was not believed, or could not be seen.
    refused: Refuse,
    /// Where the members go, whenever they may be others.
    seen: mpsc::Sender<(usize, Members)>,
    /// The place of the service among all.
    index: usize,
    pace: Pace,
    access: Option<Access>,
    /// Of which server what was seen is.
    server: Option<Uri>,
    /// From where the next watch goes on.
    version: Option<String>,
    slices: BTreeMap<String, Slice>,
    /// Since the last that worked.
    failures: u32,
}

/// Why nothing can be seen now.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error("the API server says {} {}: {}", .0.code, .0.reason, .0.message)]
    Status(Box<Status>),
    #[error("the API server cannot be asked: {0}")]
    Api(kube::Error),
    #[error("the API server does not answer")]
    Silent,
    #[error("the API server gives no version")]
    NoVersion,
}

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);

/// How long the server keeps a watch open, in seconds. Connections that are dead are noticed after that.
const WATCH_SECONDS: u32 = 60;

/// After what silence a watch is given up.
const SILENCE: Duration = Duration::from_secs(65);

/// How long changes are gathered: what belongs together comes in several slices, such as the two addresses of a pod.
const GATHER: Duration = Duration::from_millis(100);

/// Slices of an answer; there may be several.
const PAGE: u32 = 500;

impl<Refuse: Fn(&'static str)> Watch<Refuse> {
    pub(super) fn new(
        service: KubernetesService,
        index: usize,
        pace: Pace,
        seen: mpsc::Sender<(usize, Members)>,
        refused: Refuse,
    ) -> Self {
        let cluster = ClusterKey::parse(service.cluster.as_str());
        let (access, server, version, slices, failures) = Default::default();
        Self { service, cluster, refused, seen, index, pace, access, server, version, slices, failures }
    }

    /// Follows the service until it is dropped.
    pub(super) async fn run(mut self) {
        loop {
            let began = Instant::now();
            let ended = self.follow().await;
            if began.elapsed() >= self.pace.longest() {
                self.pace.reset();
            }
            if let Err(problem) = ended {
                self.failed(&problem);
            }
            // Also after a watch that the server ended, as it does every now and then: one that ends all at once must not
            // be asked without pause.
            sleep(self.pace.pause()).await;
        }
    }

    /// Lists if that is needed, and watches until the server ends it.
    async fn follow(&mut self) -> Result<(), Problem> {
        let Access { server, slices: api } = match &self.access {
            Some(access) => access.clone(),
            None => self.access.insert(access(&self.service).await?).clone(),
        };
        if self.server.as_ref() != Some(&server) {
            // The versions of another server mean nothing here.
            self.version = None;
            self.server = Some(server);
        }
        let version = match &self.version {
            Some(version) => version.clone(),
            None => self.list(&api).await?,
        };
        let parameters = WatchParams::default().labels(&self.selector()).timeout(WATCH_SECONDS);
        let events = timeout(ANSWER, api.watch(&parameters, &version)).await;
        let events = events.map_err(|_| Problem::Silent)?.map_err(Problem::of)?;
        let ended = self.watch(pin!(events)).await;
        // What was gathered is not lost with the connection.
        self.tell().await;
        ended
    }

    /// Everything there is, as one state; what was seen before and is not listed is gone.
    async fn list(&mut self, api: &Api<EndpointSlice>) -> Result<String, Problem> {
        let mut slices = BTreeMap::new();
        let mut parameters = ListParams::default().labels(&self.selector()).limit(PAGE);
        let version = loop {
            let page = timeout(ANSWER, api.list(&parameters)).await;
            let page = page.map_err(|_| Problem::Silent)?.map_err(Problem::of)?;
            slices.extend(page.items.iter().map(|slice| (slice.name_any(), self.read(slice))));
            match page.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => parameters.continue_token = Some(token),
                None => break page.metadata.resource_version.filter(|version| !version.is_empty()),
            }
        };
        let version = version.ok_or(Problem::NoVersion)?;
        if slices.is_empty() {
            let (cluster, service) = (&self.cluster, self.service.service.as_str());
            tracing::warn!(target: "membership", %cluster, service, "there are no EndpointSlices of the service");
        }
        self.slices = slices;
        self.version = Some(version.clone());
        self.tell().await;
        self.recovered();
        Ok(version)
    }

    async fn watch(
        &mut self,
        mut events: std::pin::Pin<&mut impl Stream<Item = kube::Result<WatchEvent<EndpointSlice>>>>,
    ) -> Result<(), Problem> {
        let mut due = None;
        loop {
            let gathered = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => pending().await,
                }
            };
            let event = tokio::select! {
                event = timeout(SILENCE, events.try_next()) => event,
                () = gathered => {
                    due = None;
                    self.tell().await;
                    continue;
                }
            };
            match event.map_err(|_| Problem::Silent)?.map_err(Problem::of)? {
                None => return Ok(()),
                Some(WatchEvent::Error(status)) => return Err(Problem::Status(status)),
                Some(WatchEvent::Bookmark(bookmark)) => {
                    self.reached(Some(bookmark.metadata.resource_version))
                }
                Some(WatchEvent::Added(slice) | WatchEvent::Modified(slice)) => {
                    let read = self.read(&slice);
                    self.slices.insert(slice.name_any(), read);
                    self.reached(slice.metadata.resource_version);
                    due = due.or_else(|| Some(Instant::now() + GATHER));
                }
                Some(WatchEvent::Deleted(slice)) => {
                    self.slices.remove(&slice.name_any());
                    self.reached(slice.metadata.resource_version);
                    due = due.or_else(|| Some(Instant::now() + GATHER));
                }
            }
        }
    }

    fn selector(&self) -> String {
        format!("kubernetes.io/service-name={}", self.service.service.as_str())
    }

    fn read(&self, slice: &EndpointSlice) -> Slice {
        Slice::read(slice, &self.service, &self.refused)
    }

    /// All up to a version was seen.
    fn reached(&mut self, version: Option<String>) {
        if let Some(version) = version.filter(|version| !version.is_empty()) {
            self.version = Some(version);
        }
        self.pace.reset();
        self.recovered();
    }

    async fn tell(&self) {
        let members = members(&self.cluster, self.slices.values());
        // Nobody takes it when everything ends.
        let _ = self.seen.send((self.index, members)).await;
    }

    fn failed(&mut self, problem: &Problem) {
        (self.refused)(problem.reason());
        if problem.is_gone() {
            self.version = None;
        }
        if problem.is_about_access() || problem.is_about_connecting() {
            self.access = None;
        }
        let (cluster, service) = (&self.cluster, self.service.service.as_str());
        self.failures = self.failures.saturating_add(1);
        // The first says it; more of the same would say nothing new.
        match self.failures {
            1 => {
                tracing::warn!(target: "membership", %cluster, service, %problem, "endpoints cannot be seen; what is known of them counts");
            }
            _ => {
                tracing::debug!(target: "membership", %cluster, service, %problem, "endpoints cannot be seen")
            }
        }
    }

    fn recovered(&mut self) {
        if std::mem::take(&mut self.failures) > 0 {
            let (cluster, service) = (&self.cluster, self.service.service.as_str());
            tracing::info!(target: "membership", %cluster, service, "endpoints can be seen again");
        }
    }
}

impl Problem {
    fn of(error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => Self::Status(status),
            error => Self::Api(error),
        }
    }

    fn status(&self) -> Option<StatusCode> {
        let Self::Status(status) = self else { return None };
        StatusCode::from_u16(status.code).ok()
    }

    /// The version is too old: the server has forgotten what happened since.
    fn is_gone(&self) -> bool {
        self.status() == Some(StatusCode::GONE)
    }

    /// The credentials are wrong, or too old.
    fn is_about_access(&self) -> bool {
        matches!(self.status(), Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN))
            || matches!(self, Self::Access(_) | Self::Api(kube::Error::Auth(_)))
    }

    /// Nobody is there, or not who was expected.
    fn is_about_connecting(&self) -> bool {
        matches!(self, Self::Api(kube::Error::Service(_) | kube::Error::HyperError(_)))
    }

    /// The word that it is counted under.
    fn reason(&self) -> &'static str {
        match self {
            Self::Access(_) => "configuration",
            _ if self.is_about_access() => "credentials",
            _ if self.is_gone() => "gone",
            _ => "api",
        }
    }
}
