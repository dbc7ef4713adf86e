//! A real implementation of EC2's interface: `moto_server` of the Python package moto. Its instances are records; nothing runs
//! on them.
//!
//! It is looked for where `SINEW_MOTO_SERVER` says, in `target/peers/moto`, and in the path.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::Connection;

/// The server. It ends with this.
pub(crate) struct Moto {
    pub(crate) address: SocketAddr,
    child: Child,
}

/// An image that every server has from the start.
pub(crate) const IMAGE: &str = "ami-12c6146b";

/// Moto checks no signatures; it finds the service and the region here.
const CREDENTIAL: &str = "Authorization: AWS4-HMAC-SHA256 \
     Credential=AKIDEXAMPLE/20260101/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=0";

fn programs() -> impl Iterator<Item = PathBuf> {
    let named = std::env::var_os("SINEW_MOTO_SERVER").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/peers/moto/bin/moto_server");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path: Vec<PathBuf> = std::env::split_paths(&path).map(|folder| folder.join("moto_server")).collect();
    named.into_iter().chain([beside]).chain(path)
}

impl Moto {
    /// Starts it on a port that is free; none where it is not installed, which is said.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = programs().find(|program| program.is_file()) else {
            // Not captured by the test harness, so that whoever runs the tests sees it.
            let _ = writeln!(std::io::stderr(), "skipped: there is no moto_server");
            return None;
        };
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", "0"]).stdin(Stdio::null()).stdout(Stdio::null());
        let mut child = command.stderr(Stdio::piped()).spawn().expect("moto_server starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
        let url = lines.find_map(|line| Some(line.split_once("Running on http://")?.1.trim().to_owned()));
        let address = url.expect("moto_server is up").parse().expect("an address");
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { address, child })
    }

    /// The answer to an action with its parameters, as anybody may ask.
    fn ask(&self, action: &str) -> String {
        let body = format!("Action={action}&Version=2016-11-15");
        let mut connection = Connection::open(self.address);
        let head = format!(
            "POST / HTTP/1.1\r\nHost: {}\r\n{CREDENTIAL}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        connection.send(head.as_bytes());
        let answer = connection.read(false);
        assert_eq!(answer.status, 200, "{action}: {}", answer.text());
        answer.text()
    }

    /// All instances that were ever launched for a cluster, with their states, by DescribeInstances.
    pub(crate) fn instances(&self, domain: &str) -> Vec<(String, String)> {
        let text = self
            .ask(&format!("DescribeInstances&Filter.1.Name=tag%3Aelb%3Adomain&Filter.1.Value.1={domain}"));
        let instances = text.split("<instanceId>").skip(1).map(|rest| {
            let (id, rest) = rest.split_once('<').expect("an id");
            let state = rest.split_once("<instanceState>").and_then(|(_, state)| element(state, "name"));
            (id.to_owned(), state.expect("a state"))
        });
        let mut instances: Vec<_> = instances.collect();
        instances.sort();
        instances
    }

    /// Those that run, or are about to.
    pub(crate) fn alive(&self, domain: &str) -> Vec<String> {
        let alive = |state: &str| state == "pending" || state == "running";
        let instances = self.instances(domain).into_iter();
        instances.filter(|(_, state)| alive(state)).map(|(id, _)| id).collect()
    }

    /// An operator launches an instance, which nobody else knows.
    pub(crate) fn launch(&self) -> String {
        let text =
            self.ask(&format!("RunInstances&ImageId={IMAGE}&MinCount=1&MaxCount=1&InstanceType=t3.micro"));
        element(&text, "instanceId").expect("an instance")
    }

    /// Somebody ends an instance.
    pub(crate) fn terminate(&self, id: &str) {
        self.ask(&format!("TerminateInstances&InstanceId.1={id}"));
    }

    /// An operator gets an elastic IP.
    pub(crate) fn allocate(&self) -> String {
        element(&self.ask("AllocateAddress&Domain=vpc"), "publicIp").expect("an address")
    }

    /// The instance that an elastic IP leads to, by DescribeAddresses.
    pub(crate) fn holder(&self, ip: &str) -> Option<String> {
        let text = self.ask(&format!("DescribeAddresses&PublicIp.1={ip}"));
        element(&text, "instanceId").filter(|id| !id.is_empty())
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text of the first element of a name.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    rest.split_once('<').map(|(text, _)| text.to_owned())
}
