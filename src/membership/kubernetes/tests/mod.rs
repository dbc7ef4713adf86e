//! Endpoints become members: what slices say, by tables; what the API server says, by recordings.

mod server;

mod members;
mod slices;
mod watch;

use k8s_openapi::api::discovery::v1::EndpointSlice;
use serde_json::{Value, json};

use crate::settings::KubernetesService;

/// A service with a port for HTTP by its name.
fn service() -> KubernetesService {
    KubernetesService {
        cluster: "shop.example".parse().expect("a cluster"),
        namespace: Some("shop".parse().expect("a name")),
        service: "api".parse().expect("a name"),
        http_port: Some("http".parse().expect("a port")),
        https_port: None,
        kubeconfig: None,
        context: None,
        url: None,
    }
}

/// A slice as the API has it, with ports 8080 (`http`) and 8443 (`https`).
fn slice(address_type: &str, endpoints: Vec<Value>) -> EndpointSlice {
    let slice = json!({
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": { "name": "api-7hq2k", "labels": { "kubernetes.io/service-name": "api" } },
        "addressType": address_type,
        "endpoints": endpoints,
        "ports": [
            { "name": "https", "protocol": "TCP", "port": 8443 },
            { "name": "http", "protocol": "UDP", "port": 8081 },
            { "name": "http", "protocol": "TCP", "port": 8080 },
        ],
    });
    serde_json::from_value(slice).expect("a slice")
}

/// An endpoint of a pod: its address, name and conditions.
fn endpoint(address: &str, pod: &str, conditions: Value) -> Value {
    json!({
        "addresses": [address],
        "conditions": conditions,
        "targetRef": { "kind": "Pod", "namespace": "shop", "name": pod, "uid": format!("uid-of-{pod}") },
    })
}

fn ready() -> Value {
    json!({ "ready": true, "serving": true, "terminating": false })
}

fn unready() -> Value {
    json!({ "ready": false, "serving": false, "terminating": false })
}

fn terminating() -> Value {
    json!({ "ready": false, "serving": true, "terminating": true })
}
