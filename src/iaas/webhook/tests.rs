//! Tests with a service that keeps to the documentation, and others that do not.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use sinew_core::diagnostics::SourceFile;
use tempfile::TempDir;

use super::*;
use crate::iaas::contract::{self, Platform, somebody, spec};
use crate::iaas::stub::{self, Reply, Seen, Stub};
use crate::iaas::{MemberPlace, Template};
use crate::settings::{ProviderKind, Sources, load};

const SECRET: &str = "correct horse battery staple";

/// Settings for a service.
fn webhook(url: &str) -> Webhook {
    let directory = tempfile::tempdir().expect("a directory");
    let secret = directory.path().join("secret");
    std::fs::write(&secret, SECRET).expect("a secret");
    let text = format!(
        "[[iaas]]\nname = \"own\"\nkind = \"webhook\"\n[iaas.webhook]\nurl = \"{url}\"\nsecret = \"file:{}\"\n",
        secret.display()
    );
    let sources = Sources { file: Some(SourceFile::new("sinew.toml", text)), ..Sources::default() };
    let settings = load(&sources).expect("settings").settings;
    let ProviderKind::Webhook(settings) = settings.providers[0].kind.clone() else { panic!("a webhook") };
    let _: TempDir = directory;
    Webhook::open(&settings).expect("a provider")
}

/// A service that launches in its head.
struct Service {
    stub: Stub,
    broken: Vec<(&'static str, Stub)>,
}

impl Service {
    async fn start() -> Self {
        let instances = Mutex::<Vec<Value>>::default();
        let stub = Stub::start(move |seen| {
            check_signature(seen);
            let question: Value = serde_json::from_str(&seen.body).expect("JSON");
            answer(&mut instances.lock().expect("a lock"), seen, &question)
        });
        Self { stub: stub.await, broken: stub::broken().await }
    }
}

impl Platform for Service {
    async fn provider(&self) -> Arc<dyn Iaas> {
        Arc::new(webhook(&format!("{}/v1/", self.stub.url())))
    }

    async fn broken(&self) -> Vec<(&'static str, Arc<dyn Iaas>)> {
        let broken = self.broken.iter();
        broken.map(|(what, stub)| (*what, Arc::new(webhook(&stub.url())) as Arc<dyn Iaas>)).collect()
    }
}

/// As docs/providers.md says.
fn check_signature(seen: &Seen) {
    let timestamp = &seen.headers[TIMESTAMP];
    let sent: i64 = timestamp.parse().expect("seconds");
    assert!((Timestamp::now().as_second() - sent).abs() < 60, "{sent}");
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let signed = format!("{timestamp}\n{}\n{}", seen.path, seen.body);
    let tag = hmac::sign(&key, signed.as_bytes());
    let digits: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(seen.headers[SIGNATURE], format!("v1={digits}"));
    assert_eq!(seen.headers["content-type"], "application/json");
}

fn answer(instances: &mut Vec<Value>, seen: &Seen, question: &Value) -> Reply {
    let ok = |answer: Value| Reply::Answer(200, "", answer.to_string());
    match seen.path.as_str() {
        "/v1/launch" => {
            assert_eq!(question["token"], seen.headers[IDEMPOTENCY_KEY].as_str());
            let same = |one: &&Value| one["token"] == question["token"];
            if let Some(known) = instances.iter().find(same) {
                return match known["domain"] == question["domain"] {
                    true => ok(json!({ "instance": known })),
                    false => Reply::Answer(409, "", json!({ "error": "another launch" }).to_string()),
                };
            }
            let instance = json!({
                "id": format!("node-{}", instances.len() + 1),
                "state": "running",
                "domain": question["domain"],
                "sub_domain": question["sub_domain"],
                "token": question["token"],
                "private_address": "10.0.3.1",
                "member": { "host": "10.0.3.1", "http_port": 9763 },
                "launched_at": Timestamp::now().to_string(),
                "tags": question["tags"],
            });
            instances.push(instance.clone());
            ok(json!({ "instance": instance }))
        }
        "/v1/terminate" => match instances.iter_mut().find(|one| one["id"] == question["id"]) {
            Some(instance) => {
                instance["state"] = "gone".into();
                ok(json!({}))
            }
            None => Reply::Answer(404, "", json!({ "error": "nobody" }).to_string()),
        },
        "/v1/list" => {
            let owned = instances.iter().filter(|one| one["tags"]["elb:owner"] == question["owner"]);
            ok(json!({ "instances": owned.collect::<Vec<_>>() }))
        }
        _ => Reply::Answer(501, "", String::new()),
    }
}

#[tokio::test]
async fn it_keeps_the_contract() {
    contract::check(&Service::start().await).await;
}

/// Everything that a launch says, and everything that an instance may say.
#[tokio::test]
async fn launches_and_instances_are_told_whole() {
    let owner = somebody();
    let spec = LaunchSpec {
        template: Template {
            image: Some("image".to_owned()),
            instance_type: Some("large".to_owned()),
            zone: Some("a".to_owned()),
            security_groups: Some(vec!["one".to_owned(), "two".to_owned()]),
            key_pair: Some("key".to_owned()),
            payload: Some("/srv/payload.zip".into()),
            properties: [("disk".to_owned(), "10".to_owned())].into(),
        },
        ..spec(&owner)
    };
    let token = spec.token.clone();
    let instance = json!({
        "id": "node-1", "state": "pending", "domain": "shop.a.domain", "sub_domain": "worker",
        "token": token.as_str(), "private_address": "10.0.3.1", "public_address": "203.0.113.5",
        "member": { "host": "node-1.example", "https_port": 9443 }, "launched_at": "2026-01-01T00:00:00Z",
        "zone": "a", "permanent": true, "tags": { "team": "shop" },
    });
    let answer = json!({ "instance": instance }).to_string();
    let stub = Stub::start(move |_| Reply::Answer(200, "", answer.clone())).await;
    let instance = webhook(&stub.url()).launch(&spec).await.expect("a launch");
    assert_eq!(instance.addresses.public, Some("203.0.113.5".parse().expect("an address")));
    let member = MemberPlace { host: "node-1.example".to_owned(), http_port: None, https_port: Some(9443) };
    assert_eq!((instance.member, instance.permanent), (Some(member), true));
    let seen = stub.seen();
    assert_eq!((seen.len(), seen[0].path.as_str()), (1, "/launch"));
    let question: Value = serde_json::from_str(&seen[0].body).expect("JSON");
    let expected = json!({
        "owner": owner.as_str(), "domain": "shop.a.domain", "sub_domain": "worker", "token": token.as_str(),
        "template": {
            "image": "image", "instance_type": "large", "zone": "a", "security_groups": ["one", "two"],
            "key_pair": "key", "payload": "/srv/payload.zip", "properties": { "disk": "10" },
        },
        "tags": {
            "elb:domain": "shop.a.domain", "elb:subDomain": "worker", "elb:owner": owner.as_str(),
            "elb:token": token.as_str(),
        },
    });
    assert_eq!(question, expected);
}

#[tokio::test]
async fn statuses_have_meanings() {
    let error = |text: &str| json!({ "error": text }).to_string();
    let unsupported = IaasError::Unsupported("do this: its service says so");
    let throttled = |after: Option<u64>, reason: &str| IaasError::Throttled {
        after: after.map(Duration::from_secs),
        reason: reason.to_owned(),
    };
    let reason = |status: u16| format!("the answer to terminate has the status {status}");
    for (status, head, body, expected) in [
        (404, "", error("nobody"), IaasError::NotFound("nobody".to_owned())),
        (501, "", String::new(), unsupported),
        (429, "retry-after: 7\r\n", error("slow"), throttled(Some(7), "slow")),
        (503, "retry-after: soon\r\n", String::new(), throttled(None, &reason(503))),
        (500, "", error("a\u{7}b"), IaasError::Transient("ab".to_owned())),
        (504, "", "<html>".to_owned(), IaasError::Transient(reason(504))),
        (400, "", error("quota"), IaasError::Refused("quota".to_owned())),
        (409, "", "{}".to_owned(), IaasError::Refused(reason(409))),
        (204, "", String::new(), IaasError::Refused(reason(204))),
        (422, "", error(&"x".repeat(1000)), IaasError::Refused("x".repeat(300))),
    ] {
        let stub = Stub::start(move |_| Reply::Answer(status, head, body.clone())).await;
        let id = InstanceId::new("node-1").expect("an id");
        assert_eq!(webhook(&stub.url()).terminate(&id).await, Err(expected), "{status}");
    }
}

/// Strict answers: what is unknown, missing or impossible is an error.
#[tokio::test]
async fn odd_answers_are_errors() {
    let good = json!({
        "id": "node-1", "state": "running", "domain": "d", "token": "t", "launched_at": "2026-01-01T00:00:00Z",
    });
    let with = |name: &str, value: Value| {
        let mut odd = good.clone();
        odd[name] = value;
        odd
    };
    let mut rows = vec![(good.clone(), true)];
    for name in ["id", "state", "domain", "token", "launched_at"] {
        let mut odd = good.clone();
        odd.as_object_mut().expect("an object").remove(name);
        rows.push((odd, false));
    }
    for (name, value) in [
        ("surprise", json!(1)),
        ("id", json!("two words")),
        ("state", json!("sleeping")),
        ("domain", json!("")),
        ("launched_at", json!("yesterday")),
        ("private_address", json!("localhost")),
        ("member", json!({ "host": "h" })),
        ("member", json!({ "host": "", "http_port": 80 })),
        ("member", json!({ "host": "h", "http_port": 0 })),
        ("member", json!({ "host": "h", "http_port": 65536 })),
        ("tags", json!({ "a": 1 })),
    ] {
        rows.push((with(name, value), false));
    }
    for (instance, is_good) in rows {
        let answer = json!({ "instances": [instance] }).to_string();
        let stub = Stub::start(move |_| Reply::Answer(200, "", answer.clone())).await;
        let listed = webhook(&stub.url()).list(&somebody()).await;
        assert_eq!(listed.is_ok(), is_good, "{instance}: {listed:?}");
        assert!(is_good || matches!(listed, Err(IaasError::Transient(_))), "{instance}: {listed:?}");
    }
}

#[tokio::test]
async fn addresses_are_told() {
    let rows = [
        (json!({ "state": "free" }), Some(AddressState::Free)),
        (json!({ "state": "taken" }), Some(AddressState::Taken)),
        (
            json!({ "state": "instance", "id": "node-1" }),
            InstanceId::new("node-1").ok().map(AddressState::Instance),
        ),
        (json!({ "state": "instance" }), None),
        (json!({ "state": "free", "id": "node-1" }), None),
    ];
    for (answer, expected) in rows {
        let text = answer.to_string();
        let stub = Stub::start(move |_| Reply::Answer(200, "", text.clone())).await;
        assert_eq!(webhook(&stub.url()).address("203.0.113.5").await.ok(), expected, "{answer}");
        assert_eq!(stub.seen()[0].body, json!({ "ip": "203.0.113.5" }).to_string());
    }
}
