//! What knows clusters and hosts and changes them, and what is answered when it will not.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;
use sinew_core::config::balancer::{BalancerConfiguration, Change, ClusterDefinition, NotPossible};
use sinew_core::diagnostics::{Diagnostic, codes};

use super::AdminState;
use super::resources::error;
use crate::clusters::ClusterKey;
use crate::compiler::Deployed;
use crate::deployment::{Changed, Changer, Refused};
use crate::endpoints::Lasting;

/// What knows clusters, hosts and sessions, and changes them.
pub struct BalancerControl {
    /// What is in service.
    pub deployed: Arc<ArcSwap<Deployed>>,
    /// The sessions.
    pub lasting: Arc<Lasting>,
    /// What makes changes.
    pub changer: Changer,
}

impl fmt::Debug for BalancerControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BalancerControl").field("lasting", &self.lasting).finish_non_exhaustive()
    }
}

impl AdminState {
    /// The balancer's configuration in service.
    pub(super) fn configuration(&self) -> Option<Arc<BalancerConfiguration>> {
        self.balancer()?.deployed.load().configuration.balancer.clone()
    }

    /// Makes a change; otherwise the answer that says why not.
    pub(super) async fn change(&self, change: Change) -> Result<Changed, Response> {
        let Some(balancer) = self.balancer() else { return Err(refused(&Refused::Ending)) };
        balancer.changer.make(change).await.map_err(|reason| refused(&reason))
    }
}

/// What the configuration in service says of a cluster.
pub(super) fn definition<'c>(
    configuration: Option<&'c BalancerConfiguration>,
    cluster: &ClusterKey,
) -> Option<&'c ClusterDefinition> {
    configuration?.clusters().get(cluster).copied()
}

/// The answer to a change that is refused.
fn refused(reason: &Refused) -> Response {
    let status = match reason {
        Refused::NotPossible(NotPossible::UnknownCluster(_) | NotPossible::UnknownHost { .. }) => {
            StatusCode::NOT_FOUND
        }
        Refused::NotPossible(NotPossible::Elsewhere { .. }) => StatusCode::CONFLICT,
        Refused::NotPossible(NotPossible::HostsMissing(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        Refused::Wrong(wrong) => return wrong_change(&reason.to_string(), wrong),
        Refused::NotKept(_) => StatusCode::INTERNAL_SERVER_ERROR,
        Refused::Ending => StatusCode::SERVICE_UNAVAILABLE,
    };
    error(status, &reason.to_string())
}

/// What contradicts something else is a conflict; what is wrong by itself cannot be processed.
fn wrong_change(message: &str, wrong: &[Diagnostic]) -> Response {
    let contradicts =
        |found: &Diagnostic| [codes::HOST_DUPLICATE, codes::TENANTS_OVERLAP].contains(&found.code);
    let status = match wrong.iter().any(contradicts) {
        true => StatusCode::CONFLICT,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    (status, Json(json!({ "schema": 1, "error": message, "diagnostics": wrong }))).into_response()
}
