//! Tests with an API server that answers as the documentation of its interface has it, controllers included.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex as Plain};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use sinew_core::diagnostics::SourceFile;

use super::*;
use crate::iaas::contract::{self, Platform, somebody, spec, until, until_gone};
use crate::iaas::stub::{self, Reply, Seen, Stub};
use crate::iaas::{LaunchToken, MemberPlace};
use crate::settings::{ProviderKind, Sources, load};

/// A provider for an API server, with further lines of `[iaas.kubernetes]`.
fn kubernetes(url: &str, kind: &str) -> Kubernetes {
    let text = format!(
        "[[iaas]]\nname = \"cluster\"\nkind = \"kubernetes\"\n[iaas.kubernetes]\nurl = \"{url}\"\n\
         namespace = \"shop\"\nhttp_port = 8080\n\
         workloads = {{ \"shop.a.domain/worker\" = \"{kind}/a\", \"shop.b.domain\" = \"{kind}/b\" }}\n"
    );
    let sources = Sources { file: Some(SourceFile::new("sinew.toml", text)), ..Sources::default() };
    let settings = load(&sources).expect("settings").settings;
    let ProviderKind::Kubernetes(settings) = settings.providers[0].kind.clone() else { panic!("kubernetes") };
    Kubernetes::open(&settings)
}

/// What the server has.
#[derive(Default)]
struct State {
    workloads: BTreeMap<String, Value>,
    pods: Vec<Value>,
    version: u64,
    /// How many changes of numbers fail because somebody else was faster.
    conflicts: u32,
    /// How many changes of numbers are made, and nobody hears of it.
    lost: u32,
}

/// An API server with controllers that work at once.
struct World {
    stub: Stub,
    state: Arc<Plain<State>>,
    kind: &'static str,
    broken: Vec<(&'static str, Stub)>,
}

impl World {
    async fn start(kind: &'static str) -> Self {
        let state = Arc::<Plain<State>>::default();
        for name in ["a", "b"] {
            let workload = json!({
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": { "name": name, "namespace": "shop", "resourceVersion": "1", "generation": 1, "annotations": {} },
                "spec": { "replicas": 0, "selector": { "matchLabels": { "app": name } } },
                "status": {},
            });
            state.lock().expect("a lock").workloads.insert(name.to_owned(), workload);
        }
        let stub = Stub::start({
            let state = state.clone();
            move |seen| answer(&mut state.lock().expect("a lock"), seen)
        });
        Self { stub: stub.await, state, kind, broken: stub::broken().await }
    }

    fn kubernetes(&self) -> Kubernetes {
        kubernetes(&self.stub.url(), self.kind)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().expect("a lock"))
    }

    fn replicas(&self) -> i64 {
        self.change(|state| state.workloads["a"]["spec"]["replicas"].as_i64().expect("a number"))
    }
}

impl Platform for World {
    async fn provider(&self) -> Arc<dyn Iaas> {
        Arc::new(self.kubernetes())
    }

    async fn broken(&self) -> Vec<(&'static str, Arc<dyn Iaas>)> {
        let broken = self.broken.iter();
        broken
            .map(|(what, stub)| (*what, Arc::new(kubernetes(&stub.url(), self.kind)) as Arc<dyn Iaas>))
            .collect()
    }
}

fn ok(body: &Value) -> Reply {
    Reply::Answer(200, "content-type: application/json\r\n", body.to_string())
}

/// An error as the server writes them.
fn status(code: u16, reason: &str, message: &str) -> Reply {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
        "reason": reason, "code": code,
    });
    Reply::Answer(code, "content-type: application/json\r\n", status.to_string())
}

fn conflict() -> Reply {
    let message = "Operation cannot be fulfilled on deployments.apps \"a\": the object has been modified; please \
                   apply your changes to the latest version and try again";
    status(409, "Conflict", message)
}

fn answer(state: &mut State, seen: &Seen) -> Reply {
    let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, ""));
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let body = || serde_json::from_str::<Value>(&seen.body).expect("JSON");
    state.version += 1;
    let version = json!(state.version.to_string());
    match (seen.method.as_str(), parts.as_slice()) {
        ("GET", ["apis", "apps", "v1", "namespaces", "shop", "deployments" | "statefulsets", name]) => {
            match state.workloads.get(*name) {
                Some(workload) => ok(workload),
                None => status(404, "NotFound", &format!("deployments.apps \"{name}\" not found")),
            }
        }
        ("PATCH", ["apis", "apps", "v1", "namespaces", "shop", "deployments" | "statefulsets", name]) => {
            patch(state.workloads.get_mut(*name).expect("a workload"), seen, &body(), version)
        }
        ("PUT", ["apis", "apps", "v1", "namespaces", "shop", kind, name, "scale"]) => {
            let (scale, workload) = (body(), state.workloads.get_mut(*name).expect("a workload"));
            if state.conflicts > 0
                || scale["metadata"]["resourceVersion"] != workload["metadata"]["resourceVersion"]
            {
                state.conflicts = state.conflicts.saturating_sub(1);
                return conflict();
            }
            workload["spec"]["replicas"] = scale["spec"]["replicas"].clone();
            workload["metadata"]["resourceVersion"] = version;
            let generation = workload["metadata"]["generation"].as_i64().expect("a number");
            workload["metadata"]["generation"] = (generation + 1).into();
            control(state, name, *kind == "statefulsets");
            if state.lost > 0 {
                state.lost -= 1;
                return Reply::Raw(b"");
            }
            ok(&scale)
        }
        ("GET", ["api", "v1", "namespaces", "shop", "pods"]) => {
            let selector = query.strip_prefix("labelSelector=").expect("a selector");
            let selector = percent_decode_str(selector).decode_utf8().expect("text");
            let app = selector.strip_prefix("app=").expect("a label");
            let pods: Vec<&Value> =
                state.pods.iter().filter(|pod| pod["metadata"]["labels"]["app"] == app).collect();
            ok(&json!({ "kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": pods }))
        }
        ("PATCH", ["api", "v1", "namespaces", "shop", "pods", name]) => {
            match state.pods.iter_mut().find(|pod| pod["metadata"]["name"] == *name) {
                Some(pod) => patch(pod, seen, &body(), version),
                None => status(404, "NotFound", &format!("pods \"{name}\" not found")),
            }
        }
        _ => status(404, "NotFound", "the server could not find the requested resource"),
    }
}

/// A merge patch of annotations (RFC 7396).
fn patch(object: &mut Value, seen: &Seen, patch: &Value, version: Value) -> Reply {
    assert_eq!(seen.headers["content-type"], "application/merge-patch+json");
    if patch["metadata"]["resourceVersion"] != object["metadata"]["resourceVersion"] {
        return conflict();
    }
    for (name, value) in patch["metadata"]["annotations"].as_object().expect("annotations") {
        object["metadata"]["annotations"][name] = value.clone();
    }
    object["metadata"]["resourceVersion"] = version;
    ok(object)
}

/// What the controllers do: pods come with the next number, and the one that costs least goes; of a stateful set the last.
fn control(state: &mut State, name: &str, has_numbers: bool) {
    let wanted = state.workloads[name]["spec"]["replicas"].as_u64().expect("a number");
    let app = name;
    let count = |state: &State| {
        let own = state.pods.iter().filter(|pod| pod["metadata"]["labels"]["app"] == app);
        u64::try_from(own.count()).expect("a number")
    };
    while count(state) < wanted {
        state.version += 1;
        let number = if has_numbers { count(state) } else { state.version };
        state.pods.push(json!({
            "metadata": {
                "name": format!("{app}-{number}"),
                "namespace": "shop",
                "uid": format!("uid-{}", state.version),
                "resourceVersion": "1",
                "creationTimestamp": "2026-01-01T00:00:00Z",
                "labels": { "app": app },
                "annotations": {},
            },
            "spec": { "containers": [] },
            "status": { "phase": "Running", "podIP": "10.244.1.7" },
        }));
    }
    while count(state) > wanted {
        let cost = |pod: &Value| {
            let cost = pod["metadata"]["annotations"][DELETION_COST].as_str().unwrap_or("0");
            cost.parse::<i64>().expect("a number")
        };
        let own = state.pods.iter().enumerate().filter(|(_, pod)| pod["metadata"]["labels"]["app"] == app);
        let victim = match has_numbers {
            true => own.max_by_key(|(index, _)| *index),
            false => own.min_by_key(|(_, pod)| cost(pod)),
        };
        state.pods.remove(victim.expect("a pod").0);
    }
}

#[tokio::test]
async fn deployments_keep_the_contract() {
    contract::check(&World::start("deployment").await).await;
}

/// The number of replicas goes up by one for each launch and down by one for each end, whatever is lost or disturbed.
#[tokio::test]
async fn each_change_is_made_once() {
    let world = World::start("deployment").await;
    let (iaas, owner) = (world.kubernetes(), somebody());
    let first = iaas.launch(&spec(&owner)).await.expect("a launch");
    let place = MemberPlace { host: "10.244.1.7".to_owned(), http_port: Some(8080), https_port: None };
    assert_eq!((world.replicas(), first.member), (1, Some(place)));
    // Others change the workload again and again.
    world.change(|state| state.conflicts = 3);
    let second = iaas.launch(&spec(&owner)).await.expect("a launch");
    assert_eq!(world.replicas(), 2);
    // The answer is lost, and the balancer starts anew.
    world.change(|state| state.lost = 1);
    let third = spec(&owner);
    assert!(matches!(iaas.launch(&third).await, Err(IaasError::Transient(_))));
    let iaas = world.kubernetes();
    let third = iaas.launch(&third).await.expect("the launch again");
    assert_eq!(world.replicas(), 3);
    // The same at an end: of three pods, the one that was meant goes.
    world.change(|state| state.lost = 1);
    assert!(matches!(iaas.terminate(&second.id).await, Err(IaasError::Transient(_))));
    world.kubernetes().terminate(&second.id).await.expect("the end again");
    assert_eq!(world.replicas(), 2);
    let listed = until(&iaas, &owner, "two are left", |listed| listed.len() == 2).await;
    assert!(listed.iter().all(|one| one.id == first.id || one.id == third.id), "{listed:#?}");
}

/// A launch that was noted and not made is made once, also when another one came in between.
#[tokio::test]
async fn launches_that_were_cut_off_go_on() {
    let world = World::start("deployment").await;
    let owner = somebody();
    let (cut, other) = (spec(&owner), spec(&owner));
    world.change(|state| state.conflicts = u32::MAX);
    assert!(matches!(world.kubernetes().launch(&cut).await, Err(IaasError::Transient(_))));
    world.change(|state| state.conflicts = 0);
    assert_eq!(world.replicas(), 0);
    let other = world.kubernetes().launch(&other).await.expect("a launch");
    assert_eq!(world.replicas(), 1);
    let cut = world.kubernetes().launch(&cut).await.expect("the launch again");
    assert_eq!(world.replicas(), 2);
    assert_ne!(cut.id, other.id);
}

/// Pods that a controller made anew are of the owner of the workload; an annotation makes a pod permanent.
#[tokio::test]
async fn pods_without_marks_are_adopted() {
    let world = World::start("deployment").await;
    let (iaas, owner) = (world.kubernetes(), somebody());
    let launched = iaas.launch(&spec(&owner)).await.expect("a launch");
    world.change(|state| {
        state.pods.clear();
        control(state, "a", false);
        state.pods[0]["metadata"]["annotations"]["sinew.permanent"] = "true".into();
    });
    let listed = iaas.list(&owner).await.expect("a list");
    let seen: Vec<_> = listed.iter().map(|one| (one.id == launched.id, one.permanent, &one.token)).collect();
    assert_eq!(seen, [(false, true, &None::<LaunchToken>)]);
    assert_eq!(listed[0].purpose, Purpose::new("shop.a.domain", Some("worker")));
    assert_eq!(iaas.list(&somebody()).await, Ok(Vec::new()));
    iaas.terminate(&listed[0].id).await.expect("an end");
    until_gone(&iaas, &owner, &listed[0].id).await;
    assert_eq!(world.replicas(), 0);
}

/// The phases of pods, and their end.
#[tokio::test]
async fn phases_are_read() {
    let world = World::start("deployment").await;
    let (iaas, owner) = (world.kubernetes(), somebody());
    iaas.launch(&spec(&owner)).await.expect("a launch");
    for (phase, expected) in [
        ("Pending", InstanceState::Pending),
        ("Running", InstanceState::Running),
        ("Unknown", InstanceState::Running),
        ("Succeeded", InstanceState::Gone),
        ("Failed", InstanceState::Gone),
    ] {
        world.change(|state| state.pods[0]["status"]["phase"] = phase.into());
        let listed = iaas.list(&owner).await.expect("a list");
        assert_eq!(listed.first().map(|one| one.state), Some(expected), "{phase}");
    }
    world.change(|state| state.pods[0]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:10Z".into());
    let listed = iaas.list(&owner).await.expect("a list");
    assert_eq!(listed.first().map(|one| one.state), Some(InstanceState::Stopping));
}

/// Of a stateful set the last pod ends first; any other is refused.
#[tokio::test]
async fn stateful_sets_end_in_order() {
    let world = World::start("statefulset").await;
    let (iaas, owner) = (world.kubernetes(), somebody());
    let first = iaas.launch(&spec(&owner)).await.expect("a launch");
    let second = iaas.launch(&spec(&owner)).await.expect("a launch");
    assert!(matches!(iaas.terminate(&first.id).await, Err(IaasError::Refused(_))));
    assert_eq!(world.replicas(), 2);
    iaas.terminate(&second.id).await.expect("an end");
    until_gone(&iaas, &owner, &second.id).await;
    // The next has the same name, and is another.
    let third = iaas.launch(&spec(&owner)).await.expect("a launch");
    assert_ne!(third.id, second.id);
    iaas.terminate(&second.id).await.expect("an end of what ended");
    assert_eq!(world.replicas(), 2);
}

/// Statuses of the documentation, and what they mean for the caller.
#[tokio::test]
async fn errors_have_meanings() {
    let reason = || "why".to_owned();
    for (code, name, expected) in [
        (400, "BadRequest", IaasError::Refused(reason())),
        (401, "Unauthorized", IaasError::Refused(reason())),
        (403, "Forbidden", IaasError::Refused(reason())),
        (404, "NotFound", IaasError::NotFound(reason())),
        (429, "TooManyRequests", IaasError::Throttled { after: None, reason: reason() }),
        (500, "InternalError", IaasError::Transient(reason())),
        (503, "ServiceUnavailable", IaasError::Throttled { after: None, reason: reason() }),
        (504, "Timeout", IaasError::Transient(reason())),
    ] {
        let stub = Stub::start(move |_| status(code, name, "why")).await;
        assert_eq!(kubernetes(&stub.url(), "deployment").list(&somebody()).await, Err(expected), "{code}");
    }
    let iaas = World::start("deployment").await.kubernetes();
    let elsewhere = LaunchSpec { purpose: Purpose::new("elsewhere", None), ..spec(&somebody()) };
    let answer = iaas.launch(&elsewhere).await;
    assert_eq!(answer, Err(IaasError::Refused("there is no workload for elsewhere".to_owned())));
}
