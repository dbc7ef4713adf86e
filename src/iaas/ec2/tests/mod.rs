//! Tests with recorded answers, and with a real implementation of the interface.

mod launching;
mod live;
mod others;

use std::collections::BTreeMap;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use sinew_core::diagnostics::SourceFile;

use super::*;
use crate::iaas::stub::{Reply, Seen, Stub};
use crate::settings::{ProviderKind, Sources, load};

/// A provider for an endpoint, with further lines of `[iaas.ec2]`.
fn ec2(url: &str, more: &str) -> Ec2 {
    let directory = tempfile::tempdir().expect("a directory");
    let secret = directory.path().join("secret");
    std::fs::write(&secret, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").expect("a secret");
    let text = format!(
        "[[iaas]]\nname = \"cloud\"\nkind = \"ec2\"\n[iaas.ec2]\nregion = \"eu-west-1\"\n\
         endpoint_url = \"{url}\"\naccess_key_id = \"AKIDEXAMPLE\"\nsecret_access_key = \"file:{}\"\n{more}",
        secret.display()
    );
    let sources = Sources { file: Some(SourceFile::new("sinew.toml", text)), ..Sources::default() };
    let settings = load(&sources).expect("settings").settings;
    let ProviderKind::Ec2(settings) = settings.providers[0].kind.clone() else { panic!("EC2") };
    Ec2::open(&settings).expect("a provider")
}

/// The parameters of a call.
fn form(seen: &Seen) -> BTreeMap<String, String> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8().expect("text").into_owned();
    let pairs = seen.body.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), decode(value))).collect()
}

/// The actions that were asked for, in order.
fn actions(stub: &Stub) -> Vec<String> {
    stub.seen().iter().map(|seen| form(seen)["Action"].clone()).collect()
}

/// Answers with the recorded body of the action; what is not recorded is an error.
async fn recorded(answers: Vec<(&'static str, String)>) -> Stub {
    Stub::start(move |seen| {
        let action = form(seen)["Action"].clone();
        match answers.iter().find(|(name, _)| *name == action) {
            Some((_, body)) => Reply::Answer(200, "content-type: text/xml;charset=UTF-8\r\n", body.clone()),
            None => error(400, "InvalidAction", &action),
        }
    })
    .await
}

/// An answer around its content.
fn answer(action: &str, content: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
         <requestId>59dbff89-35bd-4eac-99ed-be587EXAMPLE</requestId>{content}</{action}Response>"
    )
}

/// An error as EC2 writes them.
fn error(status: u16, code: &str, message: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code>\
         <Message>{message}</Message></Error></Errors><RequestID>ea966190-f9aa-478e-9ede-cb5432daacc0\
         </RequestID></Response>"
    );
    Reply::Answer(status, "", body)
}

/// An item of `instancesSet`.
fn item(id: &str, state: &str, tags: &BTreeMap<String, String>) -> String {
    let tags: String = tags
        .iter()
        .map(|(name, value)| format!("<item><key>{name}</key><value>{value}</value></item>"))
        .collect();
    format!(
        "<item><instanceId>{id}</instanceId><imageId>ami-1</imageId><instanceState><code>0</code>\
         <name>{state}</name></instanceState><instanceType>t2.micro</instanceType>\
         <launchTime>2026-01-18T21:04:08.000Z</launchTime><placement><availabilityZone>eu-west-1a\
         </availabilityZone><groupName/><tenancy>default</tenancy></placement>\
         <privateIpAddress>10.0.0.12</privateIpAddress><ipAddress>203.0.113.9</ipAddress>\
         <tagSet>{tags}</tagSet></item>"
    )
}

/// The answer to `DescribeInstances`: each item in a reservation of its own.
fn described(items: &[String], next: &str) -> String {
    let reservations: String = items
        .iter()
        .map(|item| {
            format!("<item><reservationId>r-1</reservationId><instancesSet>{item}</instancesSet></item>")
        })
        .collect();
    answer(
        "DescribeInstances",
        &format!("<reservationSet>{reservations}</reservationSet><nextToken>{next}</nextToken>"),
    )
}
