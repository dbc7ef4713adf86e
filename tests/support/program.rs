//! The program under test.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command line of the program, without what the environment of the test run would change.
pub(crate) fn sinew(arguments: &[&str]) -> Command {
    sinew_within(None, arguments)
}

/// The same in a network namespace.
pub(crate) fn sinew_within(namespace: Option<&str>, arguments: &[&str]) -> Command {
    let program = env!("CARGO_BIN_EXE_sinew");
    let mut command = match namespace {
        Some(namespace) => {
            let mut command = Command::new("ip");
            command.args(["netns", "exec", namespace, program]);
            command
        }
        None => Command::new(program),
    };
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SINEW_")) {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// The program while it serves; killed when dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) http: SocketAddr,
    pub(crate) https: SocketAddr,
    pub(crate) admin: SocketAddr,
    log: Receiver<String>,
    seen: Vec<String>,
    certificates: TempDir,
}

impl Program {
    /// Serves a folder on free ports.
    pub(crate) fn serve(folder: &Path) -> Self {
        Self::serve_with(folder, &[])
    }

    /// The same with further arguments.
    pub(crate) fn serve_with(folder: &Path, more: &[&str]) -> Self {
        let any = "127.0.0.1:0";
        let certificates = TempDir::new().expect("a folder");
        let directory =
            format!("listeners.https.development_certificate_directory={}", certificates.path().display());
        let socket = format!("admin.socket={}", certificates.path().join("admin.sock").display());
        let folder = folder.display().to_string();
        let arguments =
            ["run", &folder, "--listen", any, "--listen-https", any, "--admin", any, "--set", &directory];
        let mut command = sinew(&arguments);
        command.args(["--set", "logs.format=json", "--set", &socket]).args(more);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let lines = BufReader::new(child.stderr.take().expect("a pipe"));
        let (sender, log) = channel();
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut program = Self {
            child,
            http: nowhere,
            https: nowhere,
            admin: nowhere,
            log,
            seen: Vec::new(),
            certificates,
        };
        program.http = program.address("http");
        program.https = program.address("https");
        program.admin = program.address("admin");
        program
    }

    /// The file with the certificate that the HTTPS listener shows.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.certificates.path().join("development-certificate.pem")
    }

    /// The Unix socket of the admin interface, unless an argument named another one.
    pub(crate) fn socket(&self) -> PathBuf {
        self.certificates.path().join("admin.sock")
    }

    /// Where members register.
    pub(crate) fn registration(&mut self) -> SocketAddr {
        self.address("registration")
    }

    /// Where other balancers of its group talk to it.
    pub(crate) fn group(&mut self) -> SocketAddr {
        self.address("group")
    }

    fn address(&mut self, listener: &str) -> SocketAddr {
        let line = self.wait_for_log(|line| {
            let record: Option<serde_json::Value> = serde_json::from_str(line).ok();
            record.is_some_and(|r| r["message"] == "listening" && r["listener"] == listener)
        });
        let record: serde_json::Value = serde_json::from_str(&line).expect("a record");
        record["address"].as_str().expect("an address").parse().expect("an address")
    }

    /// Waits until the log has a line like this.
    pub(crate) fn wait_for_log(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        if let Some(line) = self.seen.iter().find(|line| wanted(line)) {
            return line.clone();
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.log.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.seen.push(line);
                    let last = self.seen.last().expect("just pushed");
                    if wanted(last) {
                        return last.clone();
                    }
                }
                Err(_) => panic!("the log has no such line:\n{}", self.seen.join("\n")),
            }
        }
    }

    /// The lines of the log that were waited for or passed by.
    pub(crate) fn seen(&self) -> &[String] {
        &self.seen
    }

    /// Forgets what the log has so far, so that only what comes now is waited for.
    pub(crate) fn forget_log(&mut self) {
        self.seen.clear();
        self.log.try_iter().for_each(drop);
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let done = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(done.expect("kill runs").success());
    }

    /// Waits for the end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // The log ends when the program does; until then its lines pace this loop.
            let _ = self.log.recv_timeout(Duration::from_millis(20)).map(|line| self.seen.push(line));
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(Instant::now() < deadline, "the program does not end:\n{}", self.seen.join("\n"));
        }
    }

    /// The resident memory in bytes; `None` where the system does not say.
    pub(crate) fn resident(&self) -> Option<u64> {
        let mut text = String::new();
        std::fs::File::open(format!("/proc/{}/status", self.child.id()))
            .ok()?
            .read_to_string(&mut text)
            .ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib * 1024)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
