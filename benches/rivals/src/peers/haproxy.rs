//! HAProxy, from Debian.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{Peer, forwards};
use crate::setup::{Kind, Setup};

pub(super) fn peer() -> Peer {
    Peer {
        name: "haproxy",
        program: "haproxy".into(),
        source: "apt-get install haproxy",
        version: "-v",
        can: forwards,
        prepare,
    }
}

fn prepare(program: &Path, setup: &Setup) -> Result<Command> {
    let file = setup.folder.join("haproxy.cfg");
    fs::write(&file, configuration(setup))?;
    let mut command = Command::new(program);
    command.arg("-db").arg("-f").arg(file);
    Ok(command)
}

fn configuration(setup: &Setup) -> String {
    let logs = setup.kind != Kind::One;
    let log_to = if logs { "    log stdout format raw local0\n" } else { "" };
    let log = if logs { "    log global\n    option httplog\n" } else { "" };
    let tls = setup.certificate.as_ref().map(|files| format!(" ssl crt {}", files.both.display()));
    let cookie = if setup.kind == Kind::Sticky { "    cookie MEMBER insert indirect nocache\n" } else { "" };
    let mut text = format!(
        "global\n    maxconn 9500\n    nbthread 1\n{log_to}\
         defaults\n    mode http\n{log}    option forwardfor\n    timeout connect 5s\n    timeout client 60s\n    timeout server 60s\n    \
         timeout http-request 10s\n    timeout http-keep-alive 60s\n\
         frontend clients\n    bind {}{}\n    default_backend members\n\
         backend members\n    balance roundrobin\n{cookie}",
        setup.listen,
        tls.unwrap_or_default(),
    );
    let members = setup.targets();
    for (number, member) in members.iter().enumerate() {
        let cookie = if cookie.is_empty() { String::new() } else { format!(" cookie m{number}") };
        // Writing to a text cannot fail.
        let _ = writeln!(text, "    server m{number} {member}{cookie}");
    }
    text
}
