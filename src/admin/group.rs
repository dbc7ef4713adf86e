//! `/lb/group`: the balancers that know each other (elastic-load-balancer.md §4.8).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::AdminState;
use super::resources::error;

/// What knows the group.
pub trait GroupControl: Send + Sync + fmt::Debug {
    /// The group as it is now.
    fn report(&self) -> GroupReport;

    /// This balancer is in maintenance, or is so no more: in maintenance it coordinates nothing.
    fn rest(&self, on: bool);
}

/// The group, as this balancer sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupReport {
    /// Its name.
    pub name: String,
    /// This balancer.
    pub id: String,
    /// How many balancers it has.
    pub size: usize,
    /// Who acts for it, if that is known.
    pub coordinator: Option<CoordinatorReport>,
    /// Whether this balancer acts for it.
    pub acting: bool,
    /// Whether it does so without a majority.
    pub without_majority: bool,
    /// How long it may, unless it renews its lease.
    pub lease_seconds: Option<f64>,
    /// The balancers, the oldest first.
    pub balancers: Vec<BalancerReport>,
    /// Requests in flight at all balancers, by cluster.
    pub demand: BTreeMap<String, u64>,
}

/// Who acts for a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoordinatorReport {
    /// The balancer.
    pub id: String,
    /// The number of its term.
    pub epoch: u64,
}

/// A balancer of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BalancerReport {
    /// Its name.
    pub id: String,
    /// Where it is reached.
    pub address: String,
    /// Whether it is the one that answers.
    pub own: bool,
    /// Whether it acts for the group.
    pub coordinator: bool,
    /// How it is.
    pub state: String,
    /// Its version.
    pub version: String,
    /// How long ago it started, by its own clock.
    pub age_seconds: f64,
    /// How long ago it was heard of.
    pub heard_seconds: Option<f64>,
    /// Of how many members it tells the others.
    pub members: usize,
}

/// The group.
pub(super) async fn show(State(state): State<Arc<AdminState>>) -> Response {
    match state.group() {
        Some(group) => Json(json!({ "schema": 1, "group": group.report() })).into_response(),
        None => error(StatusCode::NOT_FOUND, "this balancer is in no group: `group.address` is not set"),
    }
}
