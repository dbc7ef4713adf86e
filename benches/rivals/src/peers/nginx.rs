//! nginx, from Debian.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::Peer;
use crate::setup::{Kind, Setup};

pub(super) fn peer() -> Peer {
    Peer {
        name: "nginx",
        program: "nginx".into(),
        source: "apt-get install nginx",
        version: "-v",
        // Cookies that bind to a member are in its commercial version.
        can: |kind| matches!(kind, Kind::One | Kind::Balanced | Kind::Members(_)),
        prepare,
    }
}

fn prepare(program: &Path, setup: &Setup) -> Result<Command> {
    let file = setup.folder.join("nginx.conf");
    fs::write(&file, configuration(setup))?;
    let mut command = Command::new(program);
    command.arg("-e").arg("stderr").arg("-p").arg(&setup.folder).arg("-c").arg(file);
    Ok(command)
}

fn configuration(setup: &Setup) -> String {
    let access_log = match setup.kind {
        Kind::One => "off".to_owned(),
        _ => format!("{} combined buffer=64k flush=1s", setup.folder.join("access.log").display()),
    };
    let (tls, certificate) = match &setup.certificate {
        None => ("", String::new()),
        Some(files) => (
            " ssl",
            format!(
                "ssl_certificate {};\nssl_certificate_key {};\n",
                files.certificate.display(),
                files.key.display()
            ),
        ),
    };
    let members = setup.targets();
    let mut servers = String::new();
    for member in members {
        // Writing to a text cannot fail.
        let _ = writeln!(servers, "server {member};");
    }
    format!(
        "daemon off;\nmaster_process off;\npid nginx.pid;\nworker_rlimit_nofile 19500;\n\
         events {{ worker_connections 19000; }}\n\
         http {{\naccess_log {access_log};\nkeepalive_requests 100000000;\nkeepalive_timeout 60s;\n\
         client_max_body_size 0;\nproxy_request_buffering off;\nproxy_buffering on;\nproxy_max_temp_file_size 0;\n\
         upstream members {{\n{servers}keepalive 256;\nkeepalive_requests 100000000;\n}}\n\
         server {{\nlisten {}{tls};\n{certificate}location / {{\nproxy_pass http://members;\nproxy_http_version 1.1;\n\
         proxy_set_header Connection \"\";\nproxy_set_header Host $http_host;\n\
         proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n}}\n}}\n}}\n",
        setup.listen
    )
}
