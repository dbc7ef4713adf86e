//! The pair of the keepalived recipe really fails over: two balancers in network namespaces, keepalived in each with the
//! configuration that `sinew keepalived` prints, and a client that asks the virtual address.
//!
//! Needs root, keepalived and a kernel with namespaces and bridges; without them the test says so and passes.

#[path = "support/namespaces.rs"]
mod namespaces;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use namespaces::{Network, within};
use tempfile::TempDir;

const SINEW: &str = env!("CARGO_BIN_EXE_sinew");
const VIRTUAL: &str = "10.99.0.100";
const ASKED: &str = "http://10.99.0.100:8280/services/EchoProxy";

/// Three times the check interval of one second, and two seconds.
const BOUND: Duration = Duration::from_secs(5);
/// How long what has no bound may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that ends with the test.
struct Running(Child);

impl Running {
    fn signal(&self, name: &str) {
        let done = Command::new("kill").args([&format!("-{name}"), &self.0.id().to_string()]).status();
        assert!(done.expect("kill runs").success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // keepalived has a child, which ends when it is told to end.
        let _ = Command::new("kill").arg(self.0.id().to_string()).stderr(Stdio::null()).status();
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::yield_now();
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One machine of the pair.
struct Machine {
    namespace: String,
    folder: TempDir,
    balancer: Option<Running>,
    _keepalived: Option<Running>,
}

impl Machine {
    fn start(network: &Network, number: usize) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut machine = Self { namespace: network.host(number), folder, balancer: None, _keepalived: None };
        machine.serve();
        let configuration = machine.configuration(network, number);
        let mut keepalived = within(&machine.namespace, "keepalived");
        keepalived.args(["--dont-fork", "--vrrp", "--log-console", "--use-file"]).arg(configuration);
        for pid in ["pid", "vrrp_pid"] {
            keepalived.arg(format!("--{pid}")).arg(machine.folder.path().join(pid));
        }
        let log = machine.file("keepalived.log");
        keepalived.stdout(log.try_clone().expect("a file")).stderr(log);
        machine._keepalived = Some(Running(keepalived.spawn().expect("keepalived starts")));
        machine
    }

    /// Starts the balancer.
    fn serve(&mut self) {
        let mut command = within(&self.namespace, SINEW);
        command.arg("run").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("synapse-configs/default"));
        command.args(["--listen", "0.0.0.0:8280", "--set", "listeners.https.enabled=false"]);
        command.args(["--set", "admin.enabled=false", "--set", "admin.socket=0"]);
        command.stdout(Stdio::null()).stderr(self.file("sinew.log"));
        self.balancer = Some(Running(command.spawn().expect("sinew starts")));
    }

    /// The configuration that the program prints, in a file.
    fn configuration(&self, network: &Network, number: usize) -> std::path::PathBuf {
        let mut command = Command::new(SINEW);
        command.args(["keepalived", "--vip", &format!("{VIRTUAL}/24"), "--interface", "eth0"]);
        command.args(["--address", &network.address(number), "--peer", &network.address(1 - number)]);
        command.args(["--url", "http://127.0.0.1:8280/services/EchoProxy", "--user", "root"]);
        command.args((number == 1).then_some("--backup"));
        let output = command.output().expect("sinew runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let file = self.folder.path().join("keepalived.conf");
        std::fs::write(&file, output.stdout).expect("a file");
        file
    }

    fn file(&self, name: &str) -> File {
        File::options().create(true).append(true).open(self.folder.path().join(name)).expect("a log")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("keepalived.log")).unwrap_or_default()
    }
}

/// Whether the client has an answer from the virtual address.
fn answers(network: &Network) -> bool {
    let mut ask = within(&network.client(), SINEW);
    ask.args(["health", "--timeout", "300ms", "--url", ASKED]).stdout(Stdio::null()).stderr(Stdio::null());
    ask.status().expect("sinew runs").success()
}

/// Waits until one host alone has the address and answers at it; how long that took.
fn until_served_by(number: usize, network: &Network, machines: &[Machine; 2], cut: bool) -> Duration {
    let started = Instant::now();
    loop {
        // A machine that is cut off may believe what it likes.
        let alone = cut || !network.has(1 - number, VIRTUAL);
        if alone && network.has(number, VIRTUAL) && answers(network) {
            return started.elapsed();
        }
        let logs = || machines.each_ref().map(Machine::log).join("\n---\n");
        assert!(started.elapsed() < PATIENCE, "the address does not move to {number}:\n{}", logs());
    }
}

#[test]
fn the_address_follows_the_balancer_that_serves() {
    let installed = Command::new("keepalived").arg("--version").stderr(Stdio::null()).status();
    if !installed.is_ok_and(|status| status.success()) {
        return say("skipped: there is no keepalived on this machine");
    }
    let network = match Network::new(2) {
        Ok(network) => network,
        Err(reason) => return say(&format!("skipped: no network namespaces: {reason}")),
    };
    let mut machines = [Machine::start(&network, 0), Machine::start(&network, 1)];
    until_served_by(0, &network, &machines, false);

    machines[0].balancer.as_ref().expect("a balancer").signal("KILL");
    report("the master's balancer died", until_served_by(1, &network, &machines, false));
    machines[0].serve();
    report("and is back", until_served_by(0, &network, &machines, false));

    machines[0].balancer.as_ref().expect("a balancer").signal("STOP");
    report("the master's balancer froze", until_served_by(1, &network, &machines, false));
    machines[0].balancer.as_ref().expect("a balancer").signal("CONT");
    report("and goes on", until_served_by(0, &network, &machines, false));

    network.plug(0, false);
    report("the master's cable was cut", until_served_by(1, &network, &machines, true));
    network.plug(0, true);
    report("and mended", until_served_by(0, &network, &machines, false));
}

fn report(what: &str, took: Duration) {
    say(&format!("{what}: requests succeed after {:.2} s", took.as_secs_f64()));
    assert!(took <= BOUND, "{what}: {took:?}");
}

/// Past the capture of the test runner: what was not run, and what was seen, shall be in its output.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "keepalived: {text}");
}
