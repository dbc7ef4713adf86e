//! Tests of the admin interface, over real sockets.

mod access;
mod balancer;
mod changes;
mod endpoints;
mod group;
mod resources;
mod server;
mod socket;
mod tasks;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::*;
use crate::clusters::{ClusterKey, Directory, Layer, MemberDefinition, Source};
use crate::settings::Secret;
use crate::telemetry::metrics::{Build, Metrics};

/// Long enough for a machine under load.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running admin interface and what it shows.
struct Running {
    server: AdminServer,
    state: Arc<AdminState>,
}

/// An answer, taken apart.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

fn state() -> Arc<AdminState> {
    let metrics = Metrics::new(Build { version: "1.2.3", revision: "abc" }, &["http"], 1);
    Arc::new(AdminState::new("1.2.3", Arc::new(metrics), Arc::default()))
}

/// Two clusters, as files say: `shop.a.domain` with a member, `shop.b.domain/worker` without.
fn shop(directory: &Directory) {
    let file = Source::new(Layer::Static, "sinew.toml");
    let definition = MemberDefinition::new("10.0.1.1", Some(9763), Some(9443));
    directory.add(&file, &ClusterKey::domain("shop.a.domain"), definition).expect("a member");
    directory.cluster(&ClusterKey::new("shop.b.domain", "worker"));
}

fn options(token: Option<&str>) -> AdminOptions {
    let address = Some(([127, 0, 0, 1], 0).into());
    AdminOptions { address, token: token.map(Secret::new), socket: None }
}

impl Running {
    fn start(token: Option<&str>) -> Running {
        let state = state();
        let server = AdminServer::start(options(token), Arc::clone(&state)).expect("it starts");
        Running { server, state }
    }

    fn address(&self) -> SocketAddr {
        self.server.address().expect("it has a port")
    }

    /// A request with the token `secret` and a JSON body.
    fn change(&self, method: &str, path: &str, body: &str) -> Answer {
        self.body(method, path, &["Authorization: Bearer secret", "Content-Type: application/json"], body)
    }

    /// A request with a host of the loopback interface, these header lines and a body.
    fn body(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{lines}Content-Length: {length}");
        exchange(self.address(), &format!("{head}\r\nConnection: close\r\n\r\n{body}"))
    }

    /// A GET with a host of the loopback interface and these header lines.
    fn get(&self, path: &str, headers: &[&str]) -> Answer {
        self.send("GET", path, &[&["Host: localhost"], headers].concat())
    }

    /// A request with exactly these header lines.
    fn send(&self, method: &str, target: &str, headers: &[&str]) -> Answer {
        let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        exchange(self.address(), &format!("{method} {target} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n"))
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, PATIENCE).expect("it accepts");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
    stream
}

fn exchange(address: SocketAddr, request: &str) -> Answer {
    talk(connect(address), request)
}

fn talk(mut stream: impl Read + Write, request: &str) -> Answer {
    stream.write_all(request.as_bytes()).expect("the request is sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("the answer ends");
    let (head, body) = text.split_once("\r\n\r\n").expect("the head ends");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

/// A value for snapshots: numbers as numbers, although `serde_json` keeps their text.
struct Plain(Value);

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Number(number) => match number.as_i64() {
                Some(integer) => serializer.serialize_i64(integer),
                None => serializer.serialize_some(&number.as_f64()),
            },
            Value::Array(items) => serializer.collect_seq(items.iter().cloned().map(Plain)),
            Value::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, Plain(value.clone()))))
            }
            other => other.serialize(serializer),
        }
    }
}

impl Answer {
    fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_str(&self.body).expect("the body is JSON")
    }

    /// The value of a header, in lower case.
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}
