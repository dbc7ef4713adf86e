//! `/api/v1/reload`: an operator wants the configuration folder looked at now.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use super::AdminState;
use super::guard::MayChange;
use super::resources::error;
use crate::deployment::Outcome;

/// What came of a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReloadReport {
    /// What the files led to; `Ok(None)` when nothing had changed, an error when they cannot be read.
    pub deployment: Result<Option<Outcome>, String>,
    /// Why the certificates could not be read again.
    pub certificates: Result<(), String>,
}

/// The wishes of operators, for who can fulfil them. When it is dropped, nothing is reloaded any more.
#[derive(Debug)]
pub struct Reloads(mpsc::Receiver<ReloadRequest>);

/// A wish.
#[derive(Debug)]
pub struct ReloadRequest(oneshot::Sender<ReloadReport>);

/// Wishes that may wait. A look takes note of everything that happened before it, so more make no sense.
const WAITING: usize = 4;

impl Reloads {
    /// The sending and the receiving end.
    pub(super) fn channel() -> (mpsc::Sender<ReloadRequest>, Reloads) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (sender, Reloads(receiver))
    }

    /// The next wish; never returns when there can be none.
    pub async fn next(&mut self) -> ReloadRequest {
        match self.0.recv().await {
            Some(request) => request,
            None => std::future::pending().await,
        }
    }
}

impl ReloadRequest {
    /// Says what came of it.
    pub fn answer(self, report: ReloadReport) {
        // Who asked may be gone.
        let _ = self.0.send(report);
    }
}

impl ReloadReport {
    fn outcome(&self) -> &'static str {
        match &self.deployment {
            Ok(None) => "unchanged",
            Ok(Some(Outcome::Deployed)) => "deployed",
            Ok(Some(Outcome::Partly)) => "partly",
            Ok(Some(Outcome::HeldBack)) => "held_back",
            Err(_) => "failed",
        }
    }
}

/// Looks at the configuration folder, and waits for what comes of it.
pub(super) async fn reload(_: MayChange, State(state): State<Arc<AdminState>>) -> Response {
    let (sender, receiver) = oneshot::channel();
    let Some(requests) = state.reload_requests() else { return no_longer() };
    if requests.send(ReloadRequest(sender)).await.is_err() {
        return no_longer();
    }
    let Ok(report) = receiver.await else { return no_longer() };
    let problems: Vec<&String> =
        report.deployment.as_ref().err().into_iter().chain(report.certificates.as_ref().err()).collect();
    Json(json!({
        "schema": 1,
        "outcome": report.outcome(),
        "revision": state.status().revision,
        "errors": state.diagnostics().error_count(),
        "problems": problems,
    }))
    .into_response()
}

fn no_longer() -> Response {
    error(StatusCode::SERVICE_UNAVAILABLE, "the process is not serving")
}
