//! `/api/v1/maintenance`: the listeners are closed for a while (elastic-load-balancer.md §5.8).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::AdminState;
use super::guard::MayChange;
use super::input::Strict;
use super::resources::error;

/// What shall be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `on`, true or false")]
pub(super) struct MaintenanceBody {
    pub(super) on: bool,
}

/// Whether the listeners are closed.
pub(super) async fn show(State(state): State<Arc<AdminState>>) -> Response {
    answer(&state)
}

/// Closes the listeners and says at `/ready` that the process should get no traffic, or opens them again. What is in flight
/// finishes. Answers when it is done.
pub(super) async fn switch(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    Strict(MaintenanceBody { on }): Strict<MaintenanceBody>,
) -> Response {
    let Some(entrance) = state.entrance().cloned() else {
        return error(StatusCode::SERVICE_UNAVAILABLE, "the process is not serving");
    };
    if on {
        // Who looks at the readiness learns of it first.
        state.update(|status| status.maintenance = true);
        tell_group(&state, true);
    }
    let work = move || match on {
        true => {
            entrance.close();
            Ok(())
        }
        false => entrance.open(),
    };
    let done = tokio::task::spawn_blocking(work).await;
    match done {
        Ok(Ok(())) => {}
        Ok(Err(problem)) => return error(StatusCode::CONFLICT, &problem.to_string()),
        Err(problem) => return error(StatusCode::INTERNAL_SERVER_ERROR, &problem.to_string()),
    }
    if !on {
        state.update(|status| status.maintenance = false);
        tell_group(&state, false);
    }
    let what = if on { "closed" } else { "open" };
    tracing::info!(target: "server", "listeners {what} by an operator");
    answer(&state)
}

/// What this balancer coordinated another does meanwhile.
fn tell_group(state: &AdminState, on: bool) {
    if let Some(group) = state.group() {
        group.rest(on);
    }
}

fn answer(state: &AdminState) -> Response {
    Json(json!({ "schema": 1, "maintenance": state.status().maintenance })).into_response()
}
