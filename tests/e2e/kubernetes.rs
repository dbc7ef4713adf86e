//! Members behind a service of Kubernetes: from an API server on this machine to the answers that clients get.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Answer, Connection, Member, NS, Program, sinew, write};

const HOST: &str = "shop.example.org";

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// An API server that takes requests and says what the test says.
struct Api {
    address: SocketAddr,
    requests: Receiver<(String, TcpStream)>,
}

impl Api {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut head = BufReader::new(stream.try_clone().expect("a second handle")).lines();
                let target = head.next().and_then(Result::ok).unwrap_or_default();
                // The rest of the head, to its empty line.
                head.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
                if sender.send((target, stream)).is_err() {
                    return;
                }
            }
        });
        Self { address, requests }
    }

    /// The next request, of which the path and query have this.
    fn next(&self, part: &str) -> TcpStream {
        let (target, stream) = self.requests.recv_timeout(PATIENCE).expect("a request in time");
        assert!(target.contains(part), "{target}");
        stream
    }

    fn list(&self, endpoints: Value) {
        let list = json!({
            "kind": "EndpointSliceList", "apiVersion": "discovery.k8s.io/v1",
            "metadata": { "resourceVersion": "1" }, "items": [slice("1", endpoints)],
        });
        let body = list.to_string();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        let mut stream = self.next("labelSelector=kubernetes.io%2Fservice-name%3Dapi");
        stream.write_all(format!("{head}{body}").as_bytes()).expect("sent");
    }

    fn watch(&self) -> TcpStream {
        let mut stream = self.next("watch=true");
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").expect("sent");
        stream
    }
}

fn modify(watch: &mut TcpStream, version: &str, endpoints: Value) {
    let event = json!({ "type": "MODIFIED", "object": slice(version, endpoints) });
    let line = format!("{event}\n");
    watch.write_all(format!("{:x}\r\n{line}\r\n", line.len()).as_bytes()).expect("sent");
}

fn slice(version: &str, endpoints: Value) -> Value {
    json!({
        "kind": "EndpointSlice", "apiVersion": "discovery.k8s.io/v1",
        "metadata": {
            "name": "api-7hq2k", "namespace": "shop", "resourceVersion": version,
            "labels": { "kubernetes.io/service-name": "api" },
        },
        "addressType": "IPv4", "endpoints": endpoints,
        "ports": [{ "name": "http", "protocol": "TCP", "port": 8080 }],
    })
}

fn get(address: SocketAddr) -> Answer {
    let mut connection = Connection::open(address);
    connection.send(format!("GET /x HTTP/1.1\r\nHost: {HOST}\r\n\r\n").as_bytes());
    connection.read(false)
}

/// Asks until the answers of a while come from these members, and no others.
fn wait_for(address: SocketAddr, members: &[&str]) {
    let began = Instant::now();
    let expected: BTreeSet<String> = members.iter().map(|name| (*name).to_owned()).collect();
    loop {
        let answers = (0..8).map(|_| get(address));
        let seen: BTreeSet<String> =
            answers.map(|answer| answer.header("x-member").unwrap_or("nobody").to_owned()).collect();
        if seen == expected {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{seen:?} is not {expected:?}");
    }
}

#[test]
fn pods_serve_end_and_outlive_the_api_server() {
    let folder = TempDir::new().expect("a folder");
    let main = format!("<sequence {NS} name=\"main\"><in><send/></in><out><send/></out></sequence>");
    write(folder.path(), "configs/sequences/main.xml", &main);
    let balancer = format!(
        "loadbalancer {{\nadmission_delay 0;\n}}\nservices {{\nshop {{\nhosts {HOST};\ndomains {{\nshop.domain {{\n\
         tenant_range *;\n}}\n}}\n}}\n}}\n"
    );
    write(folder.path(), "configs/loadbalancer.conf", &balancer);
    let (one, other) = (Member::start("one"), Member::start("other"));
    let api = Api::start();
    // Each pod has a port of its own here, and so a service of its own.
    let service = |member: &Member, api: &Api| {
        format!(
            "[[membership.kubernetes]]\ncluster = \"shop.domain\"\nnamespace = \"shop\"\nservice = \"api\"\n\
             http_port = {}\nurl = \"http://{}\"\n",
            member.address.port(),
            api.address
        )
    };
    let second = Api::start();
    write(folder.path(), "sinew.toml", &(service(&one, &api) + &service(&other, &second)));
    let settings = folder.path().join("sinew.toml").display().to_string();
    let program = Program::serve_with(&folder.path().join("configs"), &["--settings", &settings]);
    let pod = |ready: bool| {
        json!([{
            "addresses": ["127.0.0.1"],
            "conditions": { "ready": ready, "serving": true, "terminating": !ready },
            "targetRef": { "kind": "Pod", "name": "api-1", "uid": "1" },
        }])
    };
    api.list(pod(true));
    let mut watch = api.watch();
    wait_for(program.http, &["one"]);
    second.list(pod(true));
    let watch_of_the_other = second.watch();
    wait_for(program.http, &["one", "other"]);
    let socket = format!("--socket={}", program.socket().display());
    let listed = sinew(&["ctl", &socket, "members", "list"]).output().expect("it runs");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert_eq!(listed.matches("kubernetes").count(), 2, "{listed}");

    modify(&mut watch, "2", pod(false));
    wait_for(program.http, &["other"]);
    modify(&mut watch, "3", json!([]));
    // Nobody is there to be asked any more.
    drop((watch, watch_of_the_other, api, second));
    let began = Instant::now();
    let metrics = loop {
        let metrics = Connection::get(program.admin, "/metrics").text();
        if metrics.contains("sinew_membership_refused_total{name=\"kubernetes\",reason=\"api\"}") {
            break metrics;
        }
        assert!(began.elapsed() < PATIENCE, "{metrics}");
    };
    assert!(
        metrics.contains("sinew_membership_events_total{name=\"kubernetes\",outcome=\"left\"} 1"),
        "{metrics}"
    );
    wait_for(program.http, &["other"]);
}
