//! `/lb/sessions/stats`: how many sessions there are (elastic-load-balancer.md §6.4).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::AdminState;
use crate::endpoints::MOST_SESSIONS;

/// The sessions that bind clients to members.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionReport {
    /// Sessions now, those included that are over and have not been met since.
    pub size: u64,
    /// How many there may be; the least recently used leaves then.
    pub limit: u64,
    /// Requests that went where their session was bound to.
    pub hits: u64,
    /// Requests with session ids, none of which led anywhere.
    pub misses: u64,
    /// Sessions that were found to be over.
    pub expired: u64,
    /// Sessions that left because there were too many.
    pub evicted: u64,
    /// How many sessions that are not over each cluster or endpoint has.
    pub clusters: BTreeMap<String, u64>,
}

/// The counts since the start. Sessions by the balancer's own cookie need no memory and are not among them.
pub(super) async fn statistics(State(state): State<Arc<AdminState>>) -> Json<Value> {
    let report = match state.balancer() {
        Some(balancer) => {
            let sessions = balancer.lasting.sessions();
            let counts = sessions.statistics();
            SessionReport {
                size: counts.size,
                limit: sessions.most().unwrap_or(MOST_SESSIONS),
                hits: counts.hits,
                misses: counts.misses,
                expired: counts.expired,
                evicted: counts.evicted,
                clusters: sessions.by_scope(Instant::now()).await,
            }
        }
        None => SessionReport { limit: MOST_SESSIONS, ..SessionReport::default() },
    };
    Json(json!({ "schema": 1, "sessions": report }))
}
