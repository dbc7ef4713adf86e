//! What requests name and bring: clusters and members in paths, JSON in bodies.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::response::Response;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde::de::DeserializeOwned;
use sinew_core::diagnostics::nearest;

use super::AdminState;
use super::resources::error;
use crate::clusters::{Cluster, ClusterKey, Member};

/// The largest body, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// How paths write the default sub-domain; `__$default` means it too.
pub(super) const DEFAULT_SUB_DOMAIN: &str = "-";

/// The cluster that a path names.
pub(super) struct NamedCluster(pub(super) Arc<Cluster>);

/// The member that a path names.
pub(super) struct NamedMember(pub(super) Arc<Member>);

/// The body as JSON of a known form: unknown, repeated and missing fields are refused.
pub(super) struct Strict<T>(pub(super) T);

impl FromRequestParts<Arc<AdminState>> for NamedCluster {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AdminState>) -> Result<Self, Response> {
        let cluster = find_cluster(&named(parts, state).await?, state);
        cluster.map(Self).map_err(|message| error(StatusCode::NOT_FOUND, &message))
    }
}

impl FromRequestParts<Arc<AdminState>> for NamedMember {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AdminState>) -> Result<Self, Response> {
        let names = named(parts, state).await?;
        let cluster = find_cluster(&names, state);
        let cluster = cluster.map_err(|message| error(StatusCode::NOT_FOUND, &message))?;
        let id = names.get("member").map(String::as_str).unwrap_or_default();
        cluster.member(id).map(Self).ok_or_else(|| {
            let message = format!("the cluster {} has no member {id}", cluster.key());
            let members = cluster.members();
            let meant = nearest(id, members.iter().map(|member| &**member.key()));
            error(StatusCode::NOT_FOUND, &suggest(message, meant))
        })
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Strict<T> {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            let message = "the body must be JSON, with Content-Type: application/json";
            return Err(error(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        let Ok(body) = axum::body::to_bytes(request.into_body(), LARGEST_BODY).await else {
            let message = format!("the body is not complete, or larger than {LARGEST_BODY} bytes");
            return Err(error(StatusCode::PAYLOAD_TOO_LARGE, &message));
        };
        // A list of values would be taken for an object without its names.
        if body.trim_ascii_start().first().is_some_and(|first| *first == b'[') {
            return Err(error(StatusCode::BAD_REQUEST, "the body is wrong: expected an object in braces"));
        }
        match serde_json::from_slice(&body) {
            Ok(value) => Ok(Self(value)),
            Err(problem) => Err(error(StatusCode::BAD_REQUEST, &format!("the body is wrong: {problem}"))),
        }
    }
}

/// The names in the path.
async fn named(parts: &mut Parts, state: &Arc<AdminState>) -> Result<BTreeMap<String, String>, Response> {
    let names = Path::<BTreeMap<String, String>>::from_request_parts(parts, state).await;
    match names {
        Ok(Path(names)) => Ok(names),
        Err(_) => Err(error(StatusCode::BAD_REQUEST, "the path is no UTF-8 text")),
    }
}

/// The cluster that the names mean; a sentence when there is none.
fn find_cluster(names: &BTreeMap<String, String>, state: &AdminState) -> Result<Arc<Cluster>, String> {
    let name = |name: &str| names.get(name).map(String::as_str).unwrap_or_default();
    let sub_domain = match name("sub_domain") {
        DEFAULT_SUB_DOMAIN => "",
        other => other,
    };
    let key = ClusterKey::new(name("domain"), sub_domain);
    state.directory.find(&key).ok_or_else(|| {
        let known: Vec<String> =
            state.directory.clusters().iter().map(|cluster| cluster.key().to_string()).collect();
        let meant = nearest(&key.to_string(), known.iter().map(String::as_str)).map(str::to_owned);
        suggest(format!("there is no cluster {key}"), meant.as_deref())
    })
}

/// Adds what may have been meant.
pub(super) fn suggest(message: String, meant: Option<&str>) -> String {
    match meant {
        Some(meant) => format!("{message}; did you mean {meant}?"),
        None => message,
    }
}
