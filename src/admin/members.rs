//! `…/members`: who is in a cluster, and what operators do about it (elastic-load-balancer.md §5.8, §6.4).

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::Instant;

use super::guard::MayChange;
use super::input::{NamedCluster, NamedMember, Strict};
use super::resources::error;
use super::{AdminState, view};
use crate::clusters::{Directory, Layer, Member, MemberDefinition, Source, Unknown};

/// A member as operators describe it. A new description of a member that operators added before replaces the old one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object that describes a member")]
pub struct MemberBody {
    /// Its host name or address.
    pub host: String,
    /// The port for HTTP. It has this or the next, or both.
    #[serde(default)]
    pub http_port: Option<NonZero<u16>>,
    /// The port for HTTPS.
    #[serde(default)]
    pub https_port: Option<NonZero<u16>>,
    /// Where to connect to instead of the host.
    #[serde(default)]
    pub remote_host: Option<String>,
    /// Its ports for requests whose `Host` header names a port.
    #[serde(default)]
    pub port_mappings: BTreeMap<NonZero<u16>, NonZero<u16>>,
    /// How much of the load it gets beside others, 1 to 1000000; 1 when left out.
    #[serde(default = "usual_weight")]
    pub weight: u32,
    /// Never ended by scaling down.
    #[serde(default)]
    pub permanent: bool,
    /// False for a member that is known and gets no requests; true when left out.
    #[serde(default = "usually_active")]
    pub active: bool,
    /// Where it runs.
    #[serde(default)]
    pub zone: Option<String>,
    /// Anything else to remember of it.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
}

/// The largest weight.
const LARGEST_WEIGHT: u32 = 1_000_000;

fn usual_weight() -> u32 {
    1
}

fn usually_active() -> bool {
    true
}

/// Who says what operators say.
fn operators() -> Source {
    Source::new(Layer::RunTime, "admin")
}

/// The members of a cluster.
pub(super) async fn list(
    State(state): State<Arc<AdminState>>,
    NamedCluster(cluster): NamedCluster,
) -> Response {
    let members = view::members(&state.directory, &cluster, Instant::now());
    Json(json!({ "schema": 1, "cluster": cluster.key().to_string(), "members": members })).into_response()
}

/// One member.
pub(super) async fn one(State(state): State<Arc<AdminState>>, NamedMember(member): NamedMember) -> Response {
    answer(StatusCode::OK, &state.directory, &member)
}

/// Adds a member, or describes it anew: 201 when it was not there before.
pub(super) async fn add(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    NamedCluster(cluster): NamedCluster,
    Strict(body): Strict<MemberBody>,
) -> Response {
    let definition = match body.into_definition() {
        Ok(definition) => definition,
        Err(problem) => return error(StatusCode::BAD_REQUEST, &problem),
    };
    let was_there = cluster.member(&definition.key()).is_some();
    match state.directory.add(&operators(), cluster.key(), definition) {
        Ok(member) => {
            report("added", &member);
            let status = if was_there { StatusCode::OK } else { StatusCode::CREATED };
            answer(status, &state.directory, &member)
        }
        Err(problem) => error(StatusCode::BAD_REQUEST, &problem.to_string()),
    }
}

/// Takes back what operators said of a member: it goes, unless others say that it is there.
pub(super) async fn remove(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    NamedMember(member): NamedMember,
) -> Response {
    let (cluster, id) = (member.cluster(), member.key());
    let removed = state.directory.remove(&operators(), cluster, id);
    let sources = state.directory.sources(cluster, id);
    if removed.is_err() {
        let names: Vec<&str> = sources.iter().map(|source| &*source.name).collect();
        let names = names.join(" and ");
        let message = format!(
            "{id} was not added here but comes from {names}: remove it there; until then it can be drained"
        );
        return error(StatusCode::CONFLICT, &message);
    }
    report("removed", &member);
    let sources: Vec<_> = sources.iter().map(view::source).collect();
    Json(json!({ "schema": 1, "cluster": cluster.to_string(), "id": &**id, "sources": sources }))
        .into_response()
}

/// Lets it finish what it has, without new clients.
pub(super) async fn drain(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    NamedMember(member): NamedMember,
) -> Response {
    let done = state.directory.drain(member.cluster(), member.key());
    changed("draining", &state.directory, &member, done)
}

/// Gives it requests again, after a drain, a suspension, or failures.
pub(super) async fn activate(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    NamedMember(member): NamedMember,
) -> Response {
    let done = state.directory.resume(member.cluster(), member.key());
    changed("activated", &state.directory, &member, done)
}

/// Keeps all requests away from it until it is activated.
pub(super) async fn suspend(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    NamedMember(member): NamedMember,
) -> Response {
    member.live().availability.switch_off();
    changed("suspended", &state.directory, &member, Ok(()))
}

impl MemberBody {
    fn into_definition(self) -> Result<MemberDefinition, String> {
        if !(1..=LARGEST_WEIGHT).contains(&self.weight) {
            return Err(format!("the weight {} is not between 1 and {LARGEST_WEIGHT}", self.weight));
        }
        if self.http_port.or(self.https_port).is_none() {
            return Err("a member needs `http_port` or `https_port`".to_owned());
        }
        let port_mappings = self.port_mappings.into_iter().map(|(from, to)| (from.get(), to.get()));
        let properties = self.properties.into_iter().map(|(name, value)| (name.into(), value.into()));
        // Addresses are written with brackets where a port may follow, and without them where they are compared.
        let host = self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&self.host);
        Ok(MemberDefinition {
            remote_host: self.remote_host.map(Into::into),
            port_mappings: port_mappings.collect(),
            weight: self.weight,
            permanent: self.permanent,
            active: self.active,
            zone: self.zone.map(Into::into),
            properties: properties.collect(),
            ..MemberDefinition::new(host, self.http_port.map(NonZero::get), self.https_port.map(NonZero::get))
        })
    }
}

fn answer(status: StatusCode, directory: &Directory, member: &Member) -> Response {
    let member = view::member(directory, member, Instant::now());
    (status, Json(json!({ "schema": 1, "member": member }))).into_response()
}

fn changed(what: &str, directory: &Directory, member: &Member, done: Result<(), Unknown>) -> Response {
    match done {
        Ok(()) => {
            report(what, member);
            answer(StatusCode::OK, directory, member)
        }
        Err(unknown) => error(StatusCode::NOT_FOUND, &unknown.to_string()),
    }
}

/// Who reads the log should see what operators did.
fn report(what: &str, member: &Member) {
    let (cluster, member) = (member.cluster(), member.key());
    tracing::info!(target: "server", %cluster, %member, "member {what} by an operator");
}
