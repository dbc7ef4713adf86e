//! The balancers and the members.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::place::{Place, Process, pause};
use crate::support::{Member, NS, sinew_within, write};
use crate::times::{GOSSIP, GRACE, HEALTH, LEASE, REGISTRATION, SILENCE};

/// The host that clients ask for.
pub(crate) const HOST: &str = "shop.example.org";

/// How long a process may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// The configuration of all balancers, with one cluster without members, and the secrets.
pub(crate) struct Site(TempDir);

impl Site {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let main = format!("<sequence {NS} name=\"main\"><in><send/></in><out><send/></out></sequence>");
        write(folder.path(), "configs/sequences/main.xml", &main);
        // Times that suit a test: what cannot be reached is noticed soon, and tried again soon.
        let balancer = format!(
            "loadbalancer {{\nadmission_delay 0;\nconnect_timeout 1000;\nendpoint_timeout 3000;\n\
             member_suspend_duration 1000;\n}}\nservices {{\nshop {{\nhosts {HOST};\ndomains {{\nshop.domain {{\n\
             tenant_range *;\n}}\n}}\n}}\n}}\n"
        );
        write(folder.path(), "configs/loadbalancer.conf", &balancer);
        write(folder.path(), "token", "correct horse\n");
        write(folder.path(), "key", "a secret of the group, long enough to be one\n");
        Self(folder)
    }

    fn file(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }
}

/// A balancer that can be ended and started again where it was.
pub(crate) struct Balancer {
    pub(crate) id: &'static str,
    pub(crate) host: usize,
    pub(crate) http: SocketAddr,
    pub(crate) registration: SocketAddr,
    pub(crate) group: SocketAddr,
    place: Place,
    folder: TempDir,
    /// A library that changes what time it is, when there is one and this balancer's clock is to be set.
    pub(crate) clock: Option<PathBuf>,
    pub(crate) process: Option<Process>,
}

impl Balancer {
    pub(crate) fn new(id: &'static str, place: &Place, host: usize) -> Self {
        let address = |usual| SocketAddr::new(place.address(host), place.port(usual));
        Self {
            id,
            host,
            http: address(8280),
            registration: address(9192),
            group: address(7900),
            place: place.clone(),
            folder: TempDir::new().expect("a folder"),
            clock: None,
            process: None,
        }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("admin.sock")
    }

    /// Starts it, and waits until it listens.
    pub(crate) fn start(&mut self, site: &Site, seeds: &[SocketAddr]) {
        let seeds: Vec<String> = seeds.iter().map(ToString::to_string).collect();
        let settings = [
            "listeners.https.enabled=false".to_owned(),
            "admin.enabled=false".to_owned(),
            format!("admin.socket={}", self.socket().display()),
            "logs.format=json".to_owned(),
            "logs.access.enabled=false".to_owned(),
            "server.threads=1".to_owned(),
            format!("membership.registration.address={}", self.registration),
            format!("membership.registration.token=file:{}", site.file("token")),
            format!("membership.leave_grace={}ms", GRACE.as_millis()),
            format!("group.address={}", self.group),
            format!("group.id={}", self.id),
            format!("group.keys=file:{}", site.file("key")),
            format!("group.seeds={}", seeds.join(",")),
            "group.size=3".to_owned(),
            format!("group.lease={}ms", LEASE.as_millis()),
            format!("group.silence={}ms", SILENCE.as_millis()),
            format!("group.gossip_interval={}ms", GOSSIP.as_millis()),
        ];
        let settings: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
        let (configs, http) = (site.file("configs"), self.http.to_string());
        let arguments = [&["run", &configs, "--no-watch", "--listen", &http], &settings[..]].concat();
        let mut command = sinew_within(self.place.namespace(self.host).as_deref(), &arguments);
        if let Some(library) = &self.clock {
            self.under(&mut command, library);
        }
        let process = Process::start(command, &self.log());
        for (listener, address) in
            [("http", &mut self.http), ("registration", &mut self.registration), ("group", &mut self.group)]
        {
            *address = listening(&process, listener);
        }
        self.process = Some(process);
    }

    /// Sets the clock of the process, while it runs, so many seconds off.
    pub(crate) fn set_clock(&self, seconds: i64) {
        write(self.folder.path(), "clock", &format!("{seconds:+}\n"));
    }

    /// Lets a process believe what the file says of the time. Only clocks that can be set are changed.
    fn under(&self, command: &mut Command, library: &Path) {
        let clock = self.folder.path().join("clock");
        if !clock.exists() {
            self.set_clock(0);
        }
        command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", clock);
        for name in ["FAKETIME_NO_CACHE", "FAKETIME_DONT_FAKE_MONOTONIC", "DONT_FAKE_MONOTONIC"] {
            command.env(name, "1");
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        self.process.as_ref().expect("a balancer that runs").signal(name);
    }

    /// Ends it without a word.
    pub(crate) fn kill(&mut self) {
        drop(self.process.take().expect("a balancer that runs"));
    }

    /// The last lines of its log.
    pub(crate) fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log.txt")
    }
}

/// Where a process says that it listens.
fn listening(process: &Process, listener: &str) -> SocketAddr {
    let began = Instant::now();
    loop {
        let said = process.said();
        let address = said.lines().find_map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).ok()?;
            let is_it = record["message"] == "listening" && record["listener"] == listener;
            is_it.then(|| record["address"].as_str()?.parse().ok()).flatten()
        });
        if let Some(address) = address {
            return address;
        }
        assert!(began.elapsed() < PATIENCE, "it does not listen:\n{said}");
        pause(Duration::from_millis(5));
    }
}

/// A member with the side-car next to it.
pub(crate) struct Service {
    pub(crate) member: Member,
    pub(crate) host: usize,
    /// The balancers that it is announced at.
    pub(crate) at: &'static [usize],
    place: Place,
    log: TempDir,
    join: Option<Process>,
}

impl Service {
    /// Starts the member alone.
    pub(crate) fn start(name: &str, place: &Place, host: usize, at: &'static [usize]) -> Self {
        let address = SocketAddr::new(place.address(host), place.port(9763));
        let member = Member::start_at(name, address, place.namespace(host));
        let log = TempDir::new().expect("a folder");
        Self { member, host, at, place: place.clone(), log, join: None }
    }

    /// Starts the side-car.
    pub(crate) fn join(&mut self, site: &Site, balancers: &[Balancer]) {
        let urls: Vec<String> =
            self.at.iter().map(|number| format!("http://{}", balancers[*number].registration)).collect();
        let at: Vec<&str> = urls.iter().flat_map(|url| ["--balancer", url]).collect();
        let (address, token) = (self.member.address.to_string(), site.file("token"));
        let (lease, health) =
            (format!("{}ms", REGISTRATION.as_millis()), format!("{}ms", HEALTH.as_millis()));
        let rest = [
            ["--cluster", "shop.domain"],
            ["--http", &address],
            ["--token-file", &token],
            ["--lease", &lease],
            ["--health-interval", &health],
        ];
        let arguments = [&["join"], &at[..], rest.as_flattened()].concat();
        let command = sinew_within(self.place.namespace(self.host).as_deref(), &arguments);
        self.join = Some(Process::start(command, &self.log.path().join("log.txt")));
    }

    /// Ends both without a word.
    pub(crate) fn kill(&mut self) {
        drop(self.join.take());
        self.member.kill();
    }

    /// Tells the side-car to leave; when it has ended, the member is not needed any more.
    pub(crate) fn leave(&mut self) {
        let join = self.join.take().expect("a side-car that runs");
        join.signal("TERM");
        let status = join.end(PATIENCE).expect("the end of the side-car");
        assert_eq!(status.code(), Some(0), "the side-car of {}", self.member.name);
    }
}
