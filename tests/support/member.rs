//! A member of a cluster: the program itself, in a process that can be killed and started again.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{NS, sinew_within, write};

/// A member on a port of its own.
///
/// It writes the header `X-Id` of each request down before it answers, as text that survives its end, and answers with
/// the request's body, its own name in `X-Member` and a session cookie of its own.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    folder: TempDir,
    /// The network namespace that it runs in, if not that of the test.
    namespace: Option<String>,
    process: Option<Child>,
}

/// How long a member may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

impl Member {
    /// Starts a member.
    pub(crate) fn start(name: &str) -> Self {
        // The member chooses a port, which it gets again when it is restarted.
        Self::start_at(name, SocketAddr::from(([127, 0, 0, 1], 0)), None)
    }

    /// Starts a member that listens somewhere, in a network namespace.
    pub(crate) fn start_at(name: &str, address: SocketAddr, namespace: Option<String>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let main = format!(
            "<sequence {NS} name=\"main\"><in>\
             <log level=\"custom\"><property name=\"id\" expression=\"$trp:X-Id\"/></log>\
             <property name=\"X-Member\" value=\"{name}\" scope=\"transport\"/>\
             <property name=\"Set-Cookie\" value=\"JSESSIONID={name}; Path=/\" scope=\"transport\"/>\
             <respond/></in></sequence>"
        );
        write(folder.path(), "sequences/main.xml", &main);
        let mut member = Self { name: name.to_owned(), address, folder, namespace, process: None };
        member.restart();
        member
    }

    /// Starts it again where it was.
    pub(crate) fn restart(&mut self) {
        let before = std::fs::read_to_string(self.log()).map_or(0, |log| log.len());
        let log = File::options().create(true).append(true).open(self.log()).expect("a log");
        let folder = self.folder.path().display().to_string();
        let address = self.address.to_string();
        let mut command =
            sinew_within(self.namespace.as_deref(), &["run", &folder, "--listen", &address, "--no-watch"]);
        command.args(["--set", "listeners.https.enabled=false", "--set", "admin.enabled=false"]);
        // A socket would be one for all members.
        command.args(["--set", "admin.socket=", "--set", "server.threads=1", "--set", "logs.format=json"]);
        command.args(["--set", "logs.access.enabled=false"]);
        command.stderr(Stdio::from(log));
        self.process = Some(command.spawn().expect("the program starts"));
        // Its log tells when it listens. Connecting until it does would sooner or later connect to itself, and take the port.
        let started = Instant::now();
        self.address = loop {
            let log = std::fs::read_to_string(self.log()).expect("a log");
            if let Some(address) = log.get(before..).unwrap_or_default().lines().find_map(listening) {
                break address;
            }
            assert!(started.elapsed() < PATIENCE, "the member {} does not start: {log}", self.name);
            // Its log is a file, which wakes nobody.
            std::thread::park_timeout(Duration::from_millis(1));
        };
    }

    /// Ends it without a word.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("SIGKILL");
            process.wait().expect("its end");
        }
    }

    /// The ids of the requests that it got, in their order.
    pub(crate) fn ids(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.log()).expect("a log");
        let id = |line: &str| {
            let record: serde_json::Value = serde_json::from_str(line).ok()?;
            record["message"].as_str()?.strip_prefix("id = ").map(str::to_owned)
        };
        log.lines().filter_map(id).collect()
    }

    /// What a member block of `loadbalancer.conf` says of it.
    pub(crate) fn block(&self) -> String {
        format!("{} {{ host {}; httpPort {}; }}", self.name, self.address.ip(), self.address.port())
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log.txt")
    }
}

/// The address in the line of the log that says where it listens.
fn listening(line: &str) -> Option<SocketAddr> {
    let record: serde_json::Value = serde_json::from_str(line).ok()?;
    (record["message"] == "listening").then(|| record["address"].as_str()?.parse().ok()).flatten()
}

impl Drop for Member {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
