//! Sinew, as `cargo build --release` makes it.

use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::Peer;
use crate::setup::{Kind, Setup};

pub(super) fn peer(program: &Path) -> Peer {
    Peer {
        name: "sinew",
        program: program.into(),
        source: "cargo build --release",
        version: "--version",
        can: |_| true,
        prepare,
    }
}

/// All settings that matter for speed are the defaults: limits, time-outs, counters, framing checks.
fn prepare(program: &Path, setup: &Setup) -> Result<Command> {
    let configuration = setup.folder.join("configuration");
    match setup.kind {
        Kind::Balanced | Kind::Members(_) | Kind::Sticky | Kind::Shipped => balanced(setup, &configuration)?,
        kind => services(setup, kind)?,
    }
    let settings = setup.folder.join("sinew.toml");
    fs::write(&settings, sinew_toml(setup))?;
    let mut command = Command::new(program);
    command.arg("run").arg(&configuration).arg("--settings").arg(settings);
    Ok(command)
}

fn sinew_toml(setup: &Setup) -> String {
    let (on, off) = if setup.certificate.is_some() { ("https", "http") } else { ("http", "https") };
    let mut text = format!(
        "[server]\nthreads = 1\n[admin]\nenabled = false\nsocket = \"0\"\n[logs]\nlevel = \"warn\"\n\
         [logs.access]\nenabled = {}\npath = \"{}\"\n[listeners.{off}]\nenabled = false\n\
         [listeners.{on}]\nenabled = true\naddress = \"{}\"\n",
        matches!(setup.kind, Kind::Balanced | Kind::Members(_) | Kind::Sticky | Kind::Shipped),
        setup.folder.join("access.log").display(),
        setup.listen,
    );
    if let Some(files) = &setup.certificate {
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "certificate = \"{}\"\nkey = \"{}\"",
            files.certificate.display(),
            files.key.display()
        );
    }
    text
}

const NAMESPACE: &str = "http://ws.apache.org/ns/synapse";

fn balanced(setup: &Setup, folder: &Path) -> Result<()> {
    let mut members = String::new();
    for (number, member) in setup.targets().iter().enumerate() {
        // Writing to a text cannot fail.
        let _ = writeln!(
            members,
            "                    m{number} {{ host {}; httpPort {}; }}",
            member.ip(),
            member.port()
        );
    }
    let sticky = if setup.kind == Kind::Sticky { "    affinity_cookie MEMBER;\n" } else { "" };
    let conf = format!(
        "loadbalancer {{\n{sticky}}}\nservices {{\n    shop {{\n        hosts shop.example.org, localhost;\n        domains {{\n            \
         shop.domain {{\n                tenant_range *;\n                members {{\n{members}                }}\n            }}\n        }}\n    }}\n}}\n"
    );
    let sequences = folder.join("sequences");
    fs::create_dir_all(&sequences)?;
    fs::write(folder.join("loadbalancer.conf"), conf)?;
    let flows = if setup.kind == Kind::Shipped { SHIPPED } else { "<in><send/></in><out><send/></out>" };
    let main = format!("<sequence xmlns=\"{NAMESPACE}\" name=\"main\">{flows}</sequence>\n");
    fs::write(sequences.join("main.xml"), main)?;
    Ok(())
}

fn services(setup: &Setup, kind: Kind) -> Result<()> {
    let proxies = services_of(&setup.folder);
    fs::create_dir_all(&proxies)?;
    let mediators = match kind {
        Kind::Mediated(count) => (0..count).map(mediator).collect(),
        Kind::Payload => PAYLOAD.to_owned(),
        _ => String::new(),
    };
    let member = setup.members[0];
    let service = |name: &str| service(name, &mediators, member);
    fs::write(proxies.join("Relay.xml"), service("Relay"))?;
    if let Kind::Deployed(count) = kind {
        for number in 1..count {
            let name = format!("Relay{number}");
            fs::write(proxies.join(format!("{name}.xml")), service(&name))?;
        }
    }
    Ok(())
}

/// The folder of the proxy services.
fn services_of(folder: &Path) -> PathBuf {
    folder.join("configuration").join("proxy-services")
}

fn service(name: &str, mediators: &str, member: SocketAddr) -> String {
    format!(
        "<proxy xmlns=\"{NAMESPACE}\" name=\"{name}\" transports=\"http https\" startOnLoad=\"true\"><target>\
         <inSequence>{mediators}</inSequence><endpoint><address uri=\"http://{member}/\"/></endpoint>\
         <outSequence><send/></outSequence></target></proxy>\n"
    )
}

/// Writes one more service beside those that were prepared in a folder; its name.
///
/// # Errors
/// It cannot be written.
pub(crate) fn add_service(folder: &Path, member: SocketAddr) -> Result<String> {
    let file = |name: &str| services_of(folder).join(format!("{name}.xml"));
    let mut names = (0_u32..).map(|number| format!("Added{number}"));
    let name = names.find(|name| !file(name).exists()).context("a name that is free")?;
    fs::write(file(&name), service(&name, "", member))?;
    Ok(name)
}

/// One of four mediators, in turn, that look at headers and properties only.
fn mediator(number: usize) -> String {
    match number % 4 {
        0 => format!("<property name=\"step{number}\" value=\"done\"/>"),
        1 => format!("<property name=\"request{number}\" expression=\"$trp:X-Request-Id\"/>"),
        2 => "<filter source=\"$trp:Accept-Language\" regex=\"en.*\"><then/></filter>".to_owned(),
        _ => "<header name=\"X-Step\" scope=\"transport\" value=\"done\"/>".to_owned(),
    }
}

/// What the main sequence of WSO2 ELB does where instances follow the load (elastic-load-balancer.md §7.2), but for what it does to
/// redirects.
const SHIPPED: &str = "<in><autoscaleIn/>\
    <property name=\"REQUEST_HOST_HEADER\" expression=\"$trp:host\" scope=\"axis2\"/>\
    <property name=\"SERVICE_PREFIX\" expression=\"$axis2:SERVICE_PREFIX\"/><send/><drop/></in>\
    <out><autoscaleOut/><filter source=\"$trp:Location\" regex=\".+\"><then/></filter>\
    <property name=\"messageType\" value=\"text/html\" scope=\"axis2\"/><send/><drop/></out>";

/// What reads the body and makes a new one.
const PAYLOAD: &str = "<filter xpath=\"//order/item[@code='IBM']\"><then>\
    <payloadFactory media-type=\"xml\"><format><quote><symbol>$1</symbol></quote></format>\
    <args><arg expression=\"//order/item/@code\"/></args></payloadFactory></then></filter>";
