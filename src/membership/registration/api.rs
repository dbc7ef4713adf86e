//! What is answered at each path.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router, middleware};
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};
use sinew_core::diagnostics::nearest;
use tokio::time::Instant;

use super::announcement::{Address, Announcement};
use super::leases::{Id, Leases, lock};
use super::listener::Peer;
use super::registrants::Registrants;
use crate::clusters::ClusterKey;
use crate::membership::{Departure, Event, Feed, Refused};
use crate::settings::{ClusterName, Secret};

/// The largest body, in bytes.
const LARGEST_BODY: usize = 16 * 1024;

/// What the answers are made of.
pub(super) struct Api {
    token: Secret,
    registrants: Registrants,
    lease: Duration,
    feed: Arc<Feed>,
    leases: Arc<Mutex<Leases>>,
}

/// An answer that says no, and the word it is counted under.
struct Refusal {
    status: StatusCode,
    reason: &'static str,
    message: String,
}

impl Api {
    pub(super) fn new(
        token: Secret,
        registrants: Registrants,
        lease: Duration,
        feed: Arc<Feed>,
        leases: Arc<Mutex<Leases>>,
    ) -> Self {
        Self { token, registrants, lease, feed, leases }
    }

    /// Every path.
    pub(super) fn router(self) -> Router {
        let api = Arc::new(self);
        // A sub-domain is a segment of its own.
        let one = || put(register).delete(leave).get(show);
        Router::new()
            .route("/members", get(list))
            .route("/members/{domain}/{member}", one())
            .route("/members/{domain}/{sub_domain}/{member}", one())
            .fallback(async |State(api): State<Arc<Api>>| {
                api.say(Refusal::new(StatusCode::NOT_FOUND, "path", "there is nothing at this path"))
            })
            .method_not_allowed_fallback(async |State(api): State<Arc<Api>>| {
                let message = "this path does not take the method; Allow names those it does";
                api.say(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method", message))
            })
            .with_state(api.clone())
            // Around everything, so that nothing is answered unchecked.
            .layer(middleware::from_fn_with_state(api, check))
    }

    /// Counts a refusal and makes an answer of it.
    fn say(&self, refusal: Refusal) -> Response {
        let Refusal { status, reason, message } = refusal;
        self.feed.refused(reason);
        (status, Json(json!({ "schema": 1, "error": message }))).into_response()
    }

    fn register(&self, id: Id, announcement: &Announcement, address: &Address) -> Result<Response, Refusal> {
        let bad = |message: String| Refusal::new(StatusCode::BAD_REQUEST, "body", message);
        let definition = announcement.definition(address).map_err(bad)?;
        if let Some(host) = self.registrants.stranger(&definition) {
            let message = format!("{host} is in none of the networks that members may be in");
            return Err(Refusal::new(StatusCode::FORBIDDEN, "host", message));
        }
        let instance = announcement.instance.as_ref().map(|text| text.as_str());
        let length = announcement.lease_seconds.map_or(self.lease, |lease| lease.get());
        let mut leases = lock(&self.leases);
        let is_new = leases.of(&id).is_none();
        let cluster = id.0.clone();
        let event = match leases.is_of_other(&id, instance) {
            true => Event::Join { cluster, definition },
            false => Event::Update { cluster, definition },
        };
        self.feed.report(event).map_err(|refused| match refused {
            Refused::Full(_) => Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "full", refused.to_string()),
            Refused::Member(_) | Refused::Unknown { .. } => bad(refused.to_string()),
        })?;
        let now = Instant::now();
        if let Some(member) = self.feed.member(&id.0, &id.1) {
            let load = announcement.load_average.map(|load| load.get());
            member.live().tell_load_average(load, now + length);
        }
        leases.renew(id.clone(), length, instance, now);
        let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
        Ok((status, Json(json!({ "schema": 1, "member": self.view(&leases, &id) }))).into_response())
    }

    fn leave(&self, id: Id) -> Result<Response, Refusal> {
        let mut leases = lock(&self.leases);
        let (cluster, member) = id.clone();
        let event = Event::Leave { cluster, member, departure: Departure::Announced };
        self.feed.report(event).map_err(|_| not_registered(&id))?;
        leases.end(&id);
        // It may have something to finish.
        let (status, view) = match self.view(&leases, &id) {
            Value::Null => {
                (StatusCode::OK, json!({ "cluster": id.0.to_string(), "id": &*id.1, "state": "gone" }))
            }
            view => (StatusCode::ACCEPTED, view),
        };
        Ok((status, Json(json!({ "schema": 1, "member": view }))).into_response())
    }

    /// What is shown of a member; null when it is not there.
    fn view(&self, leases: &Leases, id: &Id) -> Value {
        let Some(member) = self.feed.member(&id.0, &id.1) else { return Value::Null };
        let lease = leases.of(id);
        let left = lease.map(|lease| lease.until.saturating_duration_since(Instant::now()).as_secs_f64());
        json!({
            "cluster": id.0.to_string(),
            "id": &*id.1,
            "state": member.live().phase().as_str(),
            "active": member.definition().active,
            "weight": member.definition().weight,
            "in_flight": member.live().in_flight(),
            "lease_seconds": lease.map(|lease| lease.length.as_secs()),
            "expires_in_seconds": left,
        })
    }

    /// The cluster and member that a path names.
    fn named(&self, path: &[String]) -> Result<(Id, Address), Refusal> {
        let bad = |message: String| Refusal::new(StatusCode::BAD_REQUEST, "name", message);
        let [cluster @ .., member] = path else { return Err(bad("the member is missing".to_owned())) };
        let name: ClusterName = cluster.join("/").parse().map_err(bad)?;
        let address = Address::parse(member).map_err(bad)?;
        let key = ClusterKey::parse(name.as_str());
        let id = (key, address.key());
        match self.feed.directory().find(&id.0) {
            Some(_) => Ok((id, address)),
            None => Err(Refusal::new(StatusCode::NOT_FOUND, "cluster", self.unknown_cluster(&id.0))),
        }
    }

    fn unknown_cluster(&self, key: &ClusterKey) -> String {
        let clusters = self.feed.directory().clusters();
        let known: Vec<String> = clusters.iter().map(|cluster| cluster.key().to_string()).collect();
        match nearest(&key.to_string(), known.iter().map(String::as_str)) {
            Some(meant) => format!("there is no cluster {key}; did you mean {meant}?"),
            None => format!("there is no cluster {key}"),
        }
    }
}

impl Refusal {
    fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        Self { status, reason, message: message.into() }
    }
}

fn not_registered((cluster, member): &Id) -> Refusal {
    let message = format!("{member} is not registered in {cluster}");
    Refusal::new(StatusCode::NOT_FOUND, "member", message)
}

/// Lets a request pass that has the token and comes from where it may.
async fn check(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map(|Peer(address)| *address);
    let mut response = if !api.registrants.allows_peer(peer) {
        // Before the token is looked at: it cannot be guessed from elsewhere.
        api.say(Refusal::new(StatusCode::FORBIDDEN, "peer", "your network may not register members"))
    } else if carries(request.headers(), &api.token) {
        next.run(request).await
    } else {
        let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "token", "a token is needed");
        let mut response = api.say(refusal);
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        response
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether the token is there, once (RFC 6750 §2.1).
fn carries(headers: &HeaderMap, token: &Secret) -> bool {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let Some((scheme, guess)) = value.as_bytes().split_at_checked("Bearer ".len()) else { return false };
    scheme.eq_ignore_ascii_case(b"Bearer ") && token.matches(guess.trim_ascii())
}

async fn register(State(api): State<Arc<Api>>, Path(path): Path<Vec<String>>, request: Request) -> Response {
    let done = async {
        let (id, address) = api.named(&path)?;
        let announcement = read(request).await?;
        api.register(id, &announcement, &address)
    };
    done.await.unwrap_or_else(|refusal| api.say(refusal))
}

async fn leave(State(api): State<Arc<Api>>, Path(path): Path<Vec<String>>) -> Response {
    let left = api.named(&path).and_then(|(id, _)| api.leave(id));
    left.unwrap_or_else(|refusal| api.say(refusal))
}

async fn show(State(api): State<Arc<Api>>, Path(path): Path<Vec<String>>) -> Response {
    let shown = api.named(&path).and_then(|(id, _)| match api.view(&lock(&api.leases), &id) {
        Value::Null => Err(not_registered(&id)),
        view => Ok(Json(json!({ "schema": 1, "member": view })).into_response()),
    });
    shown.unwrap_or_else(|refusal| api.say(refusal))
}

async fn list(State(api): State<Arc<Api>>) -> Response {
    let leases = lock(&api.leases);
    let members = leases.members();
    let members: Vec<Value> = members.iter().map(|id| api.view(&leases, id)).collect();
    Json(json!({ "schema": 1, "members": members })).into_response()
}

/// The body, as JSON of the known form.
async fn read(request: Request) -> Result<Announcement, Refusal> {
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let message = "the body must be JSON, with Content-Type: application/json";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", message));
    }
    let Ok(body) = to_bytes(request.into_body(), LARGEST_BODY).await else {
        let message = format!("the body is not complete, or larger than {LARGEST_BODY} bytes");
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "size", message));
    };
    let wrong = |problem: &dyn std::fmt::Display| {
        Refusal::new(StatusCode::BAD_REQUEST, "body", format!("the body is wrong: {problem}"))
    };
    // A list would pass for an object without names.
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(wrong(&"expected an object that describes a member"));
    }
    serde_json::from_slice(&body).map_err(|problem| wrong(&problem))
}
