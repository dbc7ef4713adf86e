//! What is answered at each path.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router, middleware};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::guard::{self, Access, Guard};
use super::{AdminState, clusters, endpoints, group, hosts, maintenance, members, reload, sessions, tasks};
use crate::telemetry::metrics::Exposition;

/// Paths for probes, which may ask without the token.
pub(super) const HEALTH_PATHS: [&str; 4] = ["/live", "/liveness", "/ready", "/healthz"];

/// Every path.
pub(super) fn router(state: Arc<AdminState>, guard: Guard) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/live", get(live))
        .route("/liveness", get(live))
        .route("/ready", get(ready))
        .route("/healthz", get(ready))
        .route("/api/v1/status", get(status))
        .route("/api/v1/diagnostics", get(diagnostics))
        .route("/api/v1/reload", post(reload::reload))
        .route("/api/v1/tasks", get(tasks::list))
        .route("/api/v1/tasks/{task}/run", post(tasks::run))
        .route("/api/v1/tasks/{task}/pause", post(tasks::pause))
        .route("/api/v1/tasks/{task}/resume", post(tasks::resume))
        .route("/api/v1/maintenance", get(maintenance::show).post(maintenance::switch))
        .route("/lb/clusters", get(clusters::list))
        .route(
            "/lb/clusters/{domain}/{sub_domain}",
            get(clusters::one).put(clusters::put).delete(clusters::remove),
        )
        .route("/lb/clusters/{domain}/{sub_domain}/maintenance", post(clusters::maintain))
        .route("/lb/clusters/{domain}/{sub_domain}/members", get(members::list).post(members::add))
        .route(
            "/lb/clusters/{domain}/{sub_domain}/members/{member}",
            get(members::one).delete(members::remove),
        )
        .route("/lb/clusters/{domain}/{sub_domain}/members/{member}/drain", post(members::drain))
        .route("/lb/clusters/{domain}/{sub_domain}/members/{member}/activate", post(members::activate))
        .route("/lb/clusters/{domain}/{sub_domain}/members/{member}/suspend", post(members::suspend))
        .route("/lb/group", get(group::show))
        .route("/lb/hosts", get(hosts::list))
        .route("/lb/hosts/{host}", get(hosts::one).put(hosts::put).delete(hosts::remove))
        .route("/lb/sessions/stats", get(sessions::statistics))
        .route("/endpoints", get(endpoints::list))
        .route("/endpoints/{endpoint}/on", post(endpoints::switch_on))
        .route("/endpoints/{endpoint}/off", post(endpoints::switch_off))
        .fallback(|| async { error(StatusCode::NOT_FOUND, "there is nothing at this path") })
        .method_not_allowed_fallback(|| async {
            error(
                StatusCode::METHOD_NOT_ALLOWED,
                "this path does not take the method; Allow names those it does",
            )
        })
        .with_state(state)
        // Around everything, so that nothing is answered unchecked.
        .layer(middleware::from_fn_with_state(Arc::new(guard), guard::check))
}

/// An error as JSON.
pub(super) fn error(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "schema": 1, "error": message }))).into_response()
}

async fn metrics(State(state): State<Arc<AdminState>>, headers: HeaderMap) -> Response {
    let accept: Vec<&str> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let format = Exposition::from_accept(&accept.join(","));
    ([(CONTENT_TYPE, format.content_type())], state.metrics.encode(format)).into_response()
}

async fn live() -> Response {
    Json(json!({ "schema": 1, "live": true })).into_response()
}

async fn ready(State(state): State<Arc<AdminState>>, Extension(access): Extension<Access>) -> Response {
    let status = state.status();
    let not_ready = status.not_ready();
    let code = if not_ready.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut body = json!({ "schema": 1, "ready": not_ready.is_none() });
    if access > Access::Probe
        && let Some(body) = body.as_object_mut()
    {
        body.insert("reason".to_owned(), json!(not_ready));
        body.insert("artifact_faults".to_owned(), json!(status.artifact_faults));
    }
    (code, Json(body)).into_response()
}

async fn status(State(state): State<Arc<AdminState>>) -> Response {
    Json(state.report()).into_response()
}

async fn diagnostics(State(state): State<Arc<AdminState>>) -> Response {
    let diagnostics = state.diagnostics();
    let body = json!({
        "schema": 1,
        "errors": diagnostics.error_count(),
        "warnings": diagnostics.warning_count(),
        "diagnostics": &*diagnostics,
    });
    Json(body).into_response()
}
