//! Tests with an engine that answers as the documentation of its interface has it.

use std::collections::BTreeMap;
use std::path::Path;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use sinew_core::diagnostics::SourceFile;
use tempfile::TempDir;

use super::*;
use crate::iaas::contract::{self, Platform, somebody, spec, until, until_gone};
use crate::iaas::stub::{self, Reply, Seen, Stub};
use crate::iaas::{LaunchToken, MemberPlace, Purpose, Template, tags};
use crate::settings::{ProviderKind, Sources, load};

/// A provider for a socket, with further lines of `[iaas.docker]`.
fn docker(socket: &Path, more: &str) -> Docker {
    let text = format!(
        "[[iaas]]\nname = \"box\"\nkind = \"docker\"\n[iaas.docker]\nsocket = \"{}\"\n{more}",
        socket.display()
    );
    let sources = Sources { file: Some(SourceFile::new("sinew.toml", text)), ..Sources::default() };
    let settings = load(&sources).expect("settings").settings;
    let ProviderKind::Docker(settings) = settings.providers[0].kind.clone() else { panic!("docker") };
    Docker::open(&settings)
}

/// An engine that runs containers in its head.
struct World {
    directory: TempDir,
    stub: Stub,
    containers: Arc<Mutex<Vec<Value>>>,
    broken: Vec<(&'static str, Stub)>,
}

impl World {
    fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let containers = Arc::<Mutex<Vec<Value>>>::default();
        let stub = Stub::start_at(&directory.path().join("docker.sock"), {
            let containers = containers.clone();
            move |seen| answer(&mut containers.lock().expect("a lock"), seen)
        });
        // An empty list is an answer of the engine.
        let replies = stub::broken_replies().into_iter().filter(|(what, _)| *what != "answers with a list");
        let broken = replies.enumerate().map(|(index, (what, reply))| {
            (what, Stub::start_at(&directory.path().join(index.to_string()), move |_| reply.clone()))
        });
        let broken = broken.collect();
        Self { directory, stub, containers, broken }
    }

    fn docker(&self, more: &str) -> Docker {
        docker(&self.directory.path().join("docker.sock"), &format!("image = \"shop:1\"\n{more}"))
    }

    /// The requests, without queries.
    fn calls(&self) -> Vec<String> {
        let seen = self.stub.seen().into_iter();
        seen.map(|seen| format!("{} {}", seen.method, route(&seen))).collect()
    }

    /// What the last container was created with.
    fn created(&self) -> Value {
        let seen = self.stub.seen();
        let created = seen.iter().rfind(|seen| route(seen) == "containers/create").expect("a container");
        serde_json::from_str(&created.body).expect("JSON")
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Value>)) {
        change(&mut self.containers.lock().expect("a lock"));
    }
}

impl Platform for World {
    async fn provider(&self) -> Arc<dyn Iaas> {
        Arc::new(self.docker(""))
    }

    async fn broken(&self) -> Vec<(&'static str, Arc<dyn Iaas>)> {
        let paths = (0..self.broken.len()).map(|index| self.directory.path().join(index.to_string()));
        let broken = self.broken.iter().zip(paths).map(|((what, _), path)| (*what, path));
        let missing = ("is not there", self.directory.path().join("missing"));
        let all = broken.chain([missing]);
        all.map(|(what, path)| (what, Arc::new(docker(&path, "image = \"shop:1\"")) as Arc<dyn Iaas>))
            .collect()
    }
}

/// The path.
fn route(seen: &Seen) -> String {
    let path = seen.path.split('?').next().unwrap_or_default();
    path.trim_start_matches('/').to_owned()
}

fn query(seen: &Seen) -> BTreeMap<String, String> {
    let (_, query) = seen.path.split_once('?').unwrap_or_default();
    let decode =
        |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8().expect("text").into_owned();
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// An error as the engine writes them.
fn error(status: u16, message: &str) -> Reply {
    Reply::Answer(status, "content-type: application/json\r\n", json!({ "message": message }).to_string())
}

fn answer(containers: &mut Vec<Value>, seen: &Seen) -> Reply {
    let ok = |status: u16, body: Value| {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        Reply::Answer(status, "content-type: application/json\r\n", text)
    };
    let (route, query) = (route(seen), query(seen));
    let parts: Vec<&str> = route.split('/').collect();
    let at = |containers: &[Value], name: &str| {
        let name = format!("/{name}");
        containers.iter().position(|one| one["Names"][0] == name.as_str())
    };
    let nobody = |name: &str| error(404, &format!("No such container: {name}"));
    match (seen.method.as_str(), parts.as_slice()) {
        ("GET", ["containers", "json"]) => {
            assert_eq!(query["all"], "true");
            let filters: Value = serde_json::from_str(&query["filters"]).expect("filters");
            let labels: Vec<&str> =
                filters["label"].as_array().expect("labels").iter().filter_map(Value::as_str).collect();
            let has = |one: &&Value| {
                labels.iter().all(|label| match label.split_once('=') {
                    Some((name, value)) => one["Labels"][name] == value,
                    None => one["Labels"].get(label).is_some(),
                })
            };
            ok(200, containers.iter().filter(has).cloned().collect())
        }
        ("POST", ["containers", "create"]) => {
            let name = &query["name"];
            if at(containers, name).is_some() {
                return error(409, &format!("Conflict. The container name \"/{name}\" is already in use"));
            }
            let body: Value = serde_json::from_str(&seen.body).expect("JSON");
            if body["Image"] == "missing" {
                return error(404, "No such image: missing");
            }
            let id = format!("{:064x}", containers.len() + 1);
            containers.push(container(&id, name, &body));
            ok(201, json!({ "Id": id, "Warnings": [] }))
        }
        ("POST", ["containers", name, "start"]) => match at(containers, name) {
            Some(index) if containers[index]["Image"] == "unfit" => {
                error(400, "failed to create task: exec: \"shop\": executable file not found in $PATH")
            }
            Some(index) if containers[index]["State"] == "running" => ok(304, Value::Null),
            Some(index) => {
                containers[index]["State"] = "running".into();
                ok(204, Value::Null)
            }
            None => nobody(name),
        },
        // The engine removes it when that was wanted.
        ("POST", ["containers", name, "stop"]) => match at(containers, name) {
            Some(index) if containers[index]["Image"] == "stubborn" => error(500, "cannot kill container"),
            Some(index) => {
                containers.remove(index);
                ok(204, Value::Null)
            }
            None => nobody(name),
        },
        ("DELETE", ["containers", name]) => match at(containers, name) {
            Some(index) => {
                containers.remove(index);
                ok(204, Value::Null)
            }
            None => nobody(name),
        },
        _ => error(404, "page not found"),
    }
}

/// A container that was created, as the engine lists it.
fn container(id: &str, name: &str, body: &Value) -> Value {
    let bindings = body["HostConfig"]["PortBindings"].as_object().cloned().unwrap_or_default();
    let ports: Vec<Value> = bindings
        .keys()
        .zip(32768..)
        .map(|(port, public)| {
            let inside: u16 = port.trim_end_matches("/tcp").parse().expect("a port");
            json!({ "IP": "0.0.0.0", "PrivatePort": inside, "PublicPort": public, "Type": "tcp" })
        })
        .collect();
    json!({
        "Id": id,
        "Names": [format!("/{name}")],
        "Image": body["Image"],
        "ImageID": "sha256:ec3f0931a6e6b6855d76b2d7b0be30e81860baccd891b2e243280bf1cd8ad710",
        "Command": "/usr/bin/shop",
        "Created": 1767225600,
        "Ports": ports,
        "Labels": body["Labels"],
        "State": "created",
        "Status": "Created",
        "HostConfig": { "NetworkMode": "default" },
        "NetworkSettings": {
            "Networks": {
                "bridge": {
                    "IPAMConfig": null,
                    "Links": null,
                    "Aliases": null,
                    "MacAddress": "02:42:ac:11:00:02",
                    "NetworkID": "7ea29fc1412292a2d7bba362f9253545fecdfa8ce9a6e37dd10ba8bee7129812",
                    "EndpointID": "2cdc4edb1ded3631c81f57966563e5c8525b81121bb3706a9a9a3ae102711f3f",
                    "Gateway": "172.17.0.1",
                    "IPAddress": "172.17.0.2",
                    "IPPrefixLen": 16,
                    "IPv6Gateway": "",
                    "GlobalIPv6Address": "",
                    "GlobalIPv6PrefixLen": 0
                }
            }
        },
        "Mounts": []
    })
}

#[tokio::test]
async fn it_keeps_the_contract() {
    contract::check(&World::start()).await;
}

/// Everything that the settings and the cluster say.
#[tokio::test]
async fn containers_are_created_as_the_settings_say() {
    let world = World::start();
    let docker = world.docker(
        "command = [\"--port\", \"{port}\", \"--name={instance}\", \"{domain}/{sub_domain}\"]\nnetwork = \"shop\"\n\
         http_port = 8080\nhttps_port = 8443\npublish = true\nhost = \"192.0.2.7\"\nkeep_ended = true\n\
         [iaas.docker.environment]\nTLS_PORT = \"{https_port}\"\n[iaas.docker.labels]\nteam = \"shop\"\n",
    );
    let owner = somebody();
    let template = Template { image: Some("shop:2".to_owned()), ..Template::default() };
    let spec = LaunchSpec { template, ..spec(&owner) };
    let instance = docker.launch(&spec).await.expect("a launch");
    let expected = json!({
        "ExposedPorts": { "8080/tcp": {}, "8443/tcp": {} },
        "Env": ["TLS_PORT=8443", format!("SINEW_INSTANCE={}", instance.id)],
        "Cmd": ["--port", "8080", format!("--name={}", instance.id), "shop.a.domain/worker"],
        "Image": "shop:2",
        "Labels": {
            "team": "shop", "sinew.domain": "shop.a.domain", "sinew.sub_domain": "worker",
            "sinew.owner": owner.as_str(), "sinew.token": spec.token.as_str(),
        },
        "HostConfig": {
            "NetworkMode": "shop", "AutoRemove": false,
            "PortBindings": { "8080/tcp": [{ "HostPort": "0" }], "8443/tcp": [{ "HostPort": "0" }] },
        },
    });
    let created = world.created();
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(&created[name], value, "{name}");
    }
    assert_eq!(instance.tags["team"], "shop");
    let member = instance.member.expect("a member");
    assert_eq!(member.host, "192.0.2.7");
    let mut ports = [member.http_port, member.https_port];
    ports.sort();
    assert_eq!(ports, [Some(32768), Some(32769)]);
}

/// Without published ports, members are reached at their containers; without ports, they tell by themselves where they are.
#[tokio::test]
async fn members_are_where_their_ports_are() {
    let world = World::start();
    let place = MemberPlace { host: "172.17.0.2".to_owned(), http_port: Some(8080), https_port: None };
    for (more, expected) in [("http_port = 8080", Some(place)), ("", None)] {
        let instance = world.docker(more).launch(&spec(&somebody())).await.expect("a launch");
        assert_eq!(instance.member, expected);
        assert_eq!(instance.addresses.private, Some("172.17.0.2".parse().expect("an address")));
    }
}

/// The states that the documentation lists.
#[tokio::test]
async fn states_are_read() {
    let world = World::start();
    let (docker, owner) = (world.docker(""), somebody());
    docker.launch(&spec(&owner)).await.expect("a launch");
    for (state, expected) in [
        ("created", InstanceState::Pending),
        ("running", InstanceState::Running),
        ("paused", InstanceState::Running),
        ("restarting", InstanceState::Running),
        ("removing", InstanceState::Stopping),
        ("exited", InstanceState::Gone),
        ("dead", InstanceState::Gone),
    ] {
        world.change(|containers| containers[0]["State"] = state.into());
        let listed = docker.list(&owner).await.expect("a list");
        assert_eq!(listed.first().map(|one| one.state), Some(expected), "{state}");
    }
    world.change(|containers| containers[0]["State"] = "asleep".into());
    assert!(matches!(docker.list(&owner).await, Err(IaasError::Transient(_))));
}

/// What was created and not started is started by whoever makes the launch again; nothing is created twice.
#[tokio::test]
async fn a_launch_that_was_cut_off_goes_on() {
    let world = World::start();
    let (owner, docker) = (somebody(), world.docker(""));
    let spec = spec(&owner);
    docker.launch(&spec).await.expect("a launch");
    world.change(|containers| containers[0]["State"] = "created".into());
    let again = world.docker("").launch(&spec).await.expect("the launch again");
    assert_eq!(again.state, InstanceState::Running);
    assert_eq!(world.containers.lock().expect("a lock").len(), 1);
    // Another balancer has the name, and its container is not shown yet.
    world.change(|containers| containers[0]["Labels"]["sinew.token"] = "another".into());
    assert!(matches!(world.docker("").launch(&spec).await, Err(IaasError::Transient(_))));
}

/// Containers of people: with labels they are adopted, and permanent when one says so; without, they are not touched.
#[tokio::test]
async fn labels_adopt_containers() {
    let world = World::start();
    let (docker, owner) = (world.docker(""), somebody());
    let labelled = |labels: Value| json!({ "Image": "shop:1", "Labels": labels });
    let owned = |permanent: &str| {
        labelled(json!({ "sinew.domain": "d", "sinew.owner": owner.as_str(), "sinew.permanent": permanent }))
    };
    world.change(|containers| {
        for (name, body) in [
            ("first", owned("true")),
            ("second", owned("false")),
            ("third", labelled(json!({ "sinew.owner": owner.as_str() }))),
            ("database", labelled(json!({}))),
        ] {
            containers.push(container(name, name, &body));
        }
    });
    let listed = docker.list(&owner).await.expect("a list");
    let seen: Vec<_> = listed.iter().map(|one| (one.id.as_str(), one.permanent, one.token.clone())).collect();
    assert_eq!(seen, [("first", true, None), ("second", false, None)]);
    assert_eq!(listed[0].purpose, Purpose::new("d", None));
    assert_eq!(listed[0].tags[tags::AVOID_TERMINATION], "true");
    for id in ["third", "database"] {
        let answer = docker.terminate(&InstanceId::new(id).expect("an id")).await;
        assert!(matches!(answer, Err(IaasError::NotFound(_))), "{id}: {answer:?}");
    }
    let second = InstanceId::new("second").expect("an id");
    docker.terminate(&second).await.expect("an end");
    until_gone(&docker, &owner, &second).await;
    docker.terminate(&second).await.expect("an end of what ended");
}

/// The engine gets the time that the settings give a container; what cannot be stopped is running still.
#[tokio::test]
async fn containers_are_stopped_with_time() {
    let world = World::start();
    let (docker, owner) = (world.docker("stop_timeout = \"7s\""), somebody());
    let instance = docker.launch(&spec(&owner)).await.expect("a launch");
    world.change(|containers| containers[0]["Image"] = "stubborn".into());
    docker.terminate(&instance.id).await.expect("an end");
    until(&docker, &owner, "it is tried", |listed| {
        let tried = world.calls().iter().any(|call| call.ends_with("/stop"));
        tried && listed.iter().all(|one| one.state == InstanceState::Running)
    })
    .await;
    let seen = world.stub.seen();
    let stop = seen.iter().find(|seen| route(seen).ends_with("/stop")).expect("a call");
    assert_eq!(query(stop)["t"], "7");
    world.change(|containers| containers[0]["Image"] = "shop:1".into());
    docker.terminate(&instance.id).await.expect("an end");
    until_gone(&docker, &owner, &instance.id).await;
    // It was gone by itself then.
    assert!(world.calls().iter().any(|call| call.starts_with("DELETE ")));
}

#[tokio::test]
async fn what_cannot_run_is_refused_and_leaves_nothing() {
    let world = World::start();
    let docker = world.docker("");
    for (image, reason) in [
        ("missing", "No such image: missing"),
        ("unfit", "failed to create task: exec: \"shop\": executable file not found in $PATH"),
    ] {
        let template = Template { image: Some(image.to_owned()), ..Template::default() };
        let answer = docker.launch(&LaunchSpec { template, ..spec(&somebody()) }).await;
        assert_eq!(answer, Err(IaasError::Refused(reason.to_owned())));
        assert!(world.containers.lock().expect("a lock").is_empty(), "{image}");
    }
    let nothing = docker_without_image(&world).launch(&spec(&somebody())).await;
    assert_eq!(nothing, Err(IaasError::Refused("nobody says which image".to_owned())));
}

fn docker_without_image(world: &World) -> Docker {
    docker(&world.directory.path().join("docker.sock"), "")
}

/// Statuses of the documentation, and what they mean for the caller.
#[tokio::test]
async fn errors_have_meanings() {
    let transient = |text: &str| IaasError::Transient(text.to_owned());
    for (reply, expected) in [
        (error(400, "bad parameter"), IaasError::Refused("bad parameter".to_owned())),
        (error(404, "page not found"), IaasError::NotFound("page not found".to_owned())),
        (error(409, "in\u{7} use"), transient("in use")),
        (error(500, "something went wrong"), transient("something went wrong")),
        (Reply::Answer(500, "", String::new()), transient("Docker answered with status 500")),
        (error(503, "busy"), IaasError::Throttled { after: None, reason: "busy".to_owned() }),
        (error(403, &"x".repeat(1000)), IaasError::Refused("x".repeat(300))),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let socket = directory.path().join("socket");
        let _stub = Stub::start_at(&socket, move |_| reply.clone());
        assert_eq!(docker(&socket, "").list(&somebody()).await, Err(expected));
    }
    let answer = docker(Path::new("/nonexistent/docker.sock"), "").list(&somebody()).await;
    assert_eq!(answer, Err(transient("Docker: Socket not found: /nonexistent/docker.sock")));
}

/// Names are the engine's: `[a-zA-Z0-9][a-zA-Z0-9_.-]+`, whatever tokens are; and no two launches share one.
#[test]
fn names_are_of_owner_and_token() {
    let name = |owner: &str, token: &str| {
        let spec = LaunchSpec {
            token: LaunchToken::new(token).expect("a token"),
            ..spec(&Owner::new(owner).expect("an owner"))
        };
        launch::name(&spec).expect("a name").to_string()
    };
    let first = name("a", "/../{}?");
    assert!(first.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{first}");
    assert_eq!(first, name("a", "/../{}?"));
    assert_ne!(name("a", "b"), name("b", "a"));
    assert_ne!(name("ab", "c"), name("a", "bc"));
}
