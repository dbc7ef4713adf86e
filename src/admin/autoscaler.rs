//! `/lb/autoscaler`: how many instances clusters have, and why.

use std::fmt;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use super::AdminState;
use super::guard::MayChange;
use super::input::NamedCluster;
use super::resources::error;
use crate::autoscaler::runtime::{ClusterView, View};
use crate::clusters::ClusterKey;

/// What scales clusters.
pub trait AutoscalerControl: Send + Sync + fmt::Debug {
    /// How it is now.
    fn view(&self) -> View;

    /// One cluster, if it is scaled.
    fn cluster(&self, cluster: &ClusterKey) -> Option<ClusterView>;

    /// Launches and ends nothing for a cluster, or does so again; whether it is scaled.
    fn pause(&self, cluster: &ClusterKey, paused: bool) -> bool;
}

/// All clusters, each with its last decision only.
pub(super) async fn list(State(state): State<Arc<AdminState>>) -> Response {
    let Some(autoscaler) = state.autoscaler() else { return nothing() };
    let mut view = autoscaler.view();
    view.clusters.iter_mut().for_each(|cluster| cluster.decisions.truncate(1));
    Json(json!({ "schema": 1, "autoscaler": view })).into_response()
}

/// One cluster with its instances and decisions.
pub(super) async fn show(
    State(state): State<Arc<AdminState>>,
    NamedCluster(cluster): NamedCluster,
) -> Response {
    answer(&state, cluster.key())
}

/// Launches and ends nothing for it.
pub(super) async fn pause(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    NamedCluster(cluster): NamedCluster,
) -> Response {
    state.autoscaler().map(|autoscaler| autoscaler.pause(cluster.key(), true));
    answer(&state, cluster.key())
}

/// Scales it again.
pub(super) async fn resume(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    NamedCluster(cluster): NamedCluster,
) -> Response {
    state.autoscaler().map(|autoscaler| autoscaler.pause(cluster.key(), false));
    answer(&state, cluster.key())
}

fn answer(state: &AdminState, cluster: &ClusterKey) -> Response {
    match state.autoscaler().and_then(|autoscaler| autoscaler.cluster(cluster)) {
        Some(view) => Json(json!({ "schema": 1, "cluster": view })).into_response(),
        None => error(StatusCode::NOT_FOUND, &format!("the cluster {cluster} is not scaled")),
    }
}

fn nothing() -> Response {
    error(StatusCode::NOT_FOUND, "this process has no autoscaler")
}
