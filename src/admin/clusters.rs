//! `/lb/clusters`: the clusters that there are, and what operators change about them (elastic-load-balancer.md §6.2, §6.4).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use sinew_core::config::balancer::Change;
use sinew_core::diagnostics::render_short;
use tokio::time::Instant;

use super::change::definition;
use super::guard::MayChange;
use super::input::{ClusterPath, NamedCluster, Strict, Text};
use super::maintenance::MaintenanceBody;
use super::resources::error;
use super::{AdminState, view};
use crate::clusters::{Cluster, ClusterKey};
use crate::deployment::run_time::read_cluster;

/// All clusters in short.
pub(super) async fn list(State(state): State<Arc<AdminState>>) -> Json<Value> {
    let now = Instant::now();
    let configuration = state.configuration();
    let definitions = configuration.as_deref().map(|configuration| configuration.clusters());
    let report = |cluster: &Arc<Cluster>| {
        let definition = definitions.as_ref().and_then(|all| all.get(cluster.key()).copied());
        view::cluster(cluster, definition, now)
    };
    let clusters: Vec<_> = state.directory.clusters().iter().map(report).collect();
    Json(json!({ "schema": 1, "clusters": clusters }))
}

/// One cluster with its members.
pub(super) async fn one(
    State(state): State<Arc<AdminState>>,
    NamedCluster(cluster): NamedCluster,
) -> Json<Value> {
    let members = view::members(&state.directory, &cluster, Instant::now());
    Json(json!({ "schema": 1, "cluster": report(&state, &cluster), "members": members }))
}

/// Defines a cluster, or defines it anew: 201 when nobody had defined it. The body has the keys of a domain's block.
pub(super) async fn put(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    ClusterPath(key): ClusterPath,
    Text(body): Text,
) -> Response {
    let body = match read_cluster(&body) {
        Ok(body) => body,
        Err(problem) => {
            let message = format!("the body is wrong: {}", render_short(&problem).trim_end());
            return error(StatusCode::BAD_REQUEST, &message);
        }
    };
    let is_known = definition(state.configuration().as_deref(), &key).is_some();
    let change = Change::PutCluster { cluster: key.clone(), definition: body.definition, hosts: body.hosts };
    let changed = state.change(change).await;
    let status = if is_known { StatusCode::OK } else { StatusCode::CREATED };
    changed.map_or_else(|refused| refused, |_| answer(&state, &key, status, "defined"))
}

/// Takes back what operators said of a cluster. What the file or the topology say of it counts again; when they say nothing, its
/// hosts lead nowhere, and what is in flight finishes.
pub(super) async fn remove(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    ClusterPath(key): ClusterPath,
) -> Response {
    if let Err(refused) = state.change(Change::RemoveCluster(key.clone())).await {
        return refused;
    }
    tracing::info!(target: "server", cluster = %key, "cluster removed by an operator");
    let configuration = state.configuration();
    let layer = definition(configuration.as_deref(), &key).map(|definition| definition.layer.as_str());
    Json(json!({ "schema": 1, "cluster": key.to_string(), "layer": layer })).into_response()
}

/// Takes a cluster out of service, or brings it back (elastic-load-balancer.md §5.8).
pub(super) async fn maintain(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    ClusterPath(key): ClusterPath,
    Strict(MaintenanceBody { on }): Strict<MaintenanceBody>,
) -> Response {
    let changed = state.change(Change::Maintenance { cluster: key.clone(), on }).await;
    let what = if on { "taken out of service" } else { "brought back" };
    changed.map_or_else(|refused| refused, |_| answer(&state, &key, StatusCode::OK, what))
}

fn report(state: &AdminState, cluster: &Cluster) -> view::ClusterReport {
    let configuration = state.configuration();
    view::cluster(cluster, definition(configuration.as_deref(), cluster.key()), Instant::now())
}

fn answer(state: &AdminState, key: &ClusterKey, status: StatusCode, what: &str) -> Response {
    tracing::info!(target: "server", cluster = %key, "cluster {what} by an operator");
    let cluster = report(state, &state.directory.cluster(key));
    (status, Json(json!({ "schema": 1, "cluster": cluster }))).into_response()
}
