//! `/lb/clusters`: the clusters that there are (elastic-load-balancer.md §6.4).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::input::NamedCluster;
use super::{AdminState, view};

/// All clusters in short.
pub(super) async fn list(State(state): State<Arc<AdminState>>) -> Json<Value> {
    let now = Instant::now();
    let clusters = state.directory.clusters();
    let clusters: Vec<_> = clusters.iter().map(|cluster| view::cluster(cluster, now)).collect();
    Json(json!({ "schema": 1, "clusters": clusters }))
}

/// One cluster with its members.
pub(super) async fn one(
    State(state): State<Arc<AdminState>>,
    NamedCluster(cluster): NamedCluster,
) -> Json<Value> {
    let now = Instant::now();
    Json(json!({
        "schema": 1,
        "cluster": view::cluster(&cluster, now),
        "members": view::members(&state.directory, &cluster, now),
    }))
}
