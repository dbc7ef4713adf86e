//! `/lb/hosts`: which hosts lead to which clusters (elastic-load-balancer.md §6.2, §6.4).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sinew_core::config::balancer::{Change, Place};
use sinew_core::diagnostics::{Location, SourceFile, Span};

use super::guard::MayChange;
use super::input::{HostPath, Strict};
use super::resources::error;
use super::view::{self, HostReport};
use super::{AdminState, HostCluster};
use crate::clusters::ClusterKey;
use crate::settings::ClusterName;

/// What leads to a cluster.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `cluster`")]
pub(super) struct HostBody {
    cluster: String,
}

/// Which cluster is meant, if not all.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HostQuery {
    #[serde(default)]
    cluster: Option<String>,
}

/// All hosts.
pub(super) async fn list(State(state): State<Arc<AdminState>>) -> Json<Value> {
    let hosts = state.configuration().map(|configuration| view::hosts(&configuration)).unwrap_or_default();
    Json(json!({ "schema": 1, "hosts": hosts }))
}

/// One host. The name is exact: the hosts below another are not looked for.
pub(super) async fn one(State(state): State<Arc<AdminState>>, HostPath(host): HostPath) -> Response {
    match find(&state, &host) {
        Some(host) => Json(json!({ "schema": 1, "host": host })).into_response(),
        None => error(StatusCode::NOT_FOUND, &format!("there is no host {host}")),
    }
}

/// Lets a host lead to a cluster: 201 when it did not.
pub(super) async fn put(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    HostPath(host): HostPath,
    Strict(HostBody { cluster }): Strict<HostBody>,
) -> Response {
    let cluster = match key(&cluster) {
        Ok(cluster) => cluster,
        Err(problem) => return error(StatusCode::BAD_REQUEST, &format!("`cluster`: {problem}")),
    };
    let name = cluster.to_string();
    let leads = |host: HostReport| host.clusters.iter().any(|one| one.cluster == name);
    let was_there = find(&state, &host).is_some_and(leads);
    let place = Place(Location::new(SourceFile::new(format!("PUT /lb/hosts/{host}"), ""), Span::point(0)));
    if let Err(refused) = state.change(Change::PutHost { host: host.clone(), cluster, place }).await {
        return refused;
    }
    tracing::info!(target: "server", %host, cluster = name, "host added by an operator");
    let status = if was_there { StatusCode::OK } else { StatusCode::CREATED };
    (status, Json(json!({ "schema": 1, "host": find(&state, &host) }))).into_response()
}

/// Takes back that a host leads to a cluster, or to every one that operators gave it. Others that share it keep it.
pub(super) async fn remove(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    HostPath(host): HostPath,
    query: Result<Query<HostQuery>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let cluster = match query.map(|Query(query)| query.cluster.as_deref().map(key).transpose()) {
        Ok(Ok(cluster)) => cluster,
        Ok(Err(problem)) => return error(StatusCode::BAD_REQUEST, &format!("`cluster`: {problem}")),
        Err(problem) => return error(StatusCode::BAD_REQUEST, &problem.body_text()),
    };
    if let Err(refused) = state.change(Change::RemoveHost { host: host.clone(), cluster }).await {
        return refused;
    }
    tracing::info!(target: "server", %host, "host removed by an operator");
    let left: Vec<HostCluster> = find(&state, &host).map(|host| host.clusters).unwrap_or_default();
    Json(json!({ "schema": 1, "host": &*host, "clusters": left })).into_response()
}

fn find(state: &AdminState, host: &str) -> Option<HostReport> {
    view::hosts(&*state.configuration()?).into_iter().find(|known| known.host == host)
}

fn key(text: &str) -> Result<ClusterKey, String> {
    text.parse::<ClusterName>().map(|name| ClusterKey::parse(name.as_str()))
}
