//! `/endpoints`: the states of endpoints, which operators can switch (endpoints.md §3.6, §9).

use std::fmt;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use serde_json::{Value, json};
use sinew_core::diagnostics::nearest;

use super::guard::MayChange;
use super::input::suggest;
use super::resources::error;
use super::{AdminState, view};
use crate::availability::View;

/// What knows the endpoints of the deployed configuration.
pub trait EndpointControl: Send + Sync + fmt::Debug {
    /// Every endpoint that has a name, ordered by it.
    fn list(&self) -> Vec<EndpointView>;

    /// Makes an endpoint usable at once, or keeps it away until it is switched on again.
    ///
    /// # Errors
    /// No endpoint has this name.
    fn switch(&self, name: &str, on: bool) -> Result<(), NoSuchEndpoint>;
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointView {
    /// Its name.
    pub name: String,
    /// Whether it may be used.
    pub availability: View,
}

/// No endpoint has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no endpoint has this name")]
pub struct NoSuchEndpoint;

/// The endpoint that a path names.
pub(super) struct NamedEndpoint(String);

impl FromRequestParts<Arc<AdminState>> for NamedEndpoint {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AdminState>) -> Result<Self, Response> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(name)) => Ok(Self(name)),
            Err(_) => Err(error(StatusCode::BAD_REQUEST, "the path is no UTF-8 text")),
        }
    }
}

/// Every endpoint.
pub(super) async fn list(State(state): State<Arc<AdminState>>) -> Json<Value> {
    let endpoints = state.endpoints().map(EndpointControl::list).unwrap_or_default();
    let endpoints: Vec<_> = endpoints.into_iter().map(view::endpoint).collect();
    Json(json!({ "schema": 1, "endpoints": endpoints }))
}

/// Makes it usable at once.
pub(super) async fn switch_on(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    NamedEndpoint(name): NamedEndpoint,
) -> Response {
    switch(&state, &name, true)
}

/// Keeps it away until it is switched on.
pub(super) async fn switch_off(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    NamedEndpoint(name): NamedEndpoint,
) -> Response {
    switch(&state, &name, false)
}

fn switch(state: &AdminState, name: &str, on: bool) -> Response {
    let control = state.endpoints();
    let known = control.map(EndpointControl::list).unwrap_or_default();
    let done = control.map_or(Err(NoSuchEndpoint), |control| control.switch(name, on));
    if done.is_err() {
        let meant = nearest(name, known.iter().map(|endpoint| endpoint.name.as_str()));
        let message = suggest(format!("there is no endpoint {name}"), meant);
        return error(StatusCode::NOT_FOUND, &message);
    }
    let position = if on { "on" } else { "off" };
    tracing::info!(target: "server", endpoint = name, "endpoint switched {position} by an operator");
    let now = control.map(EndpointControl::list).unwrap_or_default();
    let now = now.into_iter().find(|endpoint| endpoint.name == name).map(view::endpoint);
    Json(json!({ "schema": 1, "endpoint": now })).into_response()
}
