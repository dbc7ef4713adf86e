//! What requests name and bring: clusters and members in paths, JSON in bodies.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde::de::DeserializeOwned;
use sinew_core::diagnostics::{SourceFile, nearest};

use super::AdminState;
use super::resources::error;
use crate::clusters::{Cluster, ClusterKey, Member};
use crate::deployment::run_time::exact_host;
use crate::settings::ClusterName;

/// The largest body, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// How paths write the default sub-domain; `__$default` means it too.
pub(super) const DEFAULT_SUB_DOMAIN: &str = "-";

/// The cluster that a path names.
pub(super) struct NamedCluster(pub(super) Arc<Cluster>);

/// The key of a cluster that a path names, whether there is one or not.
pub(super) struct ClusterPath(pub(super) ClusterKey);

/// The host that a path names, in the spelling of tables.
pub(super) struct HostPath(pub(super) Arc<str>);

/// The body as JSON that is read later, with its places.
pub(super) struct Text(pub(super) Arc<SourceFile>);

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
        let body = json(request).await?;
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

impl FromRequestParts<Arc<AdminState>> for ClusterPath {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AdminState>) -> Result<Self, Response> {
        let key = key(&named(parts, state).await?);
        match key.to_string().parse::<ClusterName>() {
            Ok(_) => Ok(Self(key)),
            Err(problem) => Err(error(StatusCode::BAD_REQUEST, &problem)),
        }
    }
}

impl FromRequestParts<Arc<AdminState>> for HostPath {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AdminState>) -> Result<Self, Response> {
        let names = named(parts, state).await?;
        let host = exact_host(names.get("host").map(String::as_str).unwrap_or_default());
        host.map(Self).map_err(|problem| error(StatusCode::BAD_REQUEST, &problem))
    }
}

impl<S: Sync> FromRequest<S> for Text {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let body = json(request).await?;
        match String::from_utf8(body.into()) {
            Ok(text) => Ok(Self(SourceFile::new("body", text))),
            Err(_) => Err(error(StatusCode::BAD_REQUEST, "the body is not in UTF-8")),
        }
    }
}

/// The body of a request that says that it is JSON.
async fn json(request: Request) -> Result<Bytes, Response> {
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let message = "the body must be JSON, with Content-Type: application/json";
        return Err(error(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    axum::body::to_bytes(request.into_body(), LARGEST_BODY).await.map_err(|_| {
        let message = format!("the body is not complete, or larger than {LARGEST_BODY} bytes");
        error(StatusCode::PAYLOAD_TOO_LARGE, &message)
    })
}

/// The names in the path.
async fn named(parts: &mut Parts, state: &Arc<AdminState>) -> Result<BTreeMap<String, String>, Response> {
    let names = Path::<BTreeMap<String, String>>::from_request_parts(parts, state).await;
    match names {
        Ok(Path(names)) => Ok(names),
        Err(_) => Err(error(StatusCode::BAD_REQUEST, "the path is no UTF-8 text")),
    }
}

/// The key that the names mean.
fn key(names: &BTreeMap<String, String>) -> ClusterKey {
    let name = |name: &str| names.get(name).map(String::as_str).unwrap_or_default();
    let sub_domain = match name("sub_domain") {
        DEFAULT_SUB_DOMAIN => "",
        other => other,
    };
    ClusterKey::new(name("domain"), sub_domain)
}

/// The cluster that the names mean; a sentence when there is none.
fn find_cluster(names: &BTreeMap<String, String>, state: &AdminState) -> Result<Arc<Cluster>, String> {
    let key = key(names);
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
