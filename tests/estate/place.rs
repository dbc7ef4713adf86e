//! Where the processes of the test run, and what all of them have in common.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::namespaces::Network;

/// One machine, or hosts on a network.
#[derive(Clone)]
pub(crate) enum Place {
    Loopback,
    Hosts(Arc<Network>),
}

impl Place {
    /// The network namespace of a host, if it has its own.
    pub(crate) fn namespace(&self, host: usize) -> Option<String> {
        match self {
            Place::Loopback => None,
            Place::Hosts(network) => Some(network.host(host)),
        }
    }

    pub(crate) fn address(&self, host: usize) -> IpAddr {
        match self {
            Place::Loopback => Ipv4Addr::LOCALHOST.into(),
            Place::Hosts(network) => network.address(host).parse().expect("an address"),
        }
    }

    /// A port of a host: on one machine a free one, on hosts of their own the usual one.
    pub(crate) fn port(&self, usual: u16) -> u16 {
        match self {
            Place::Loopback => 0,
            Place::Hosts(_) => usual,
        }
    }

    pub(crate) fn network(&self) -> &Network {
        match self {
            Place::Loopback => panic!("there are no cables on one machine"),
            Place::Hosts(network) => network,
        }
    }
}

/// A process with its messages in a file; killed when dropped.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
    before: usize,
}

impl Process {
    pub(crate) fn start(mut command: Command, log: &Path) -> Self {
        let before = read(log).len();
        let file = File::options().create(true).append(true).open(log).expect("a log");
        let child = command.stdout(Stdio::null()).stderr(file).spawn().expect("the program starts");
        Self { child, log: log.to_owned(), before }
    }

    /// What it said since this start.
    pub(crate) fn said(&self) -> String {
        read(&self.log).split_off(self.before)
    }

    pub(crate) fn signal(&self, name: &str) {
        let done = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(done.expect("kill runs").success());
    }

    /// Its end, unless it takes longer.
    pub(crate) fn end(mut self, patience: Duration) -> Option<ExitStatus> {
        let began = Instant::now();
        while began.elapsed() < patience {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return Some(status);
            }
            pause(Duration::from_millis(5));
        }
        None
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // What libfaketime leaves of a process that was killed.
        for file in ["faketime_shm_", "sem.faketime_sem_"] {
            let _ = std::fs::remove_file(format!("/dev/shm/{file}{}", self.child.id()));
        }
    }
}

fn read(log: &Path) -> String {
    std::fs::read_to_string(log).unwrap_or_default()
}

/// Between two looks at what wakes nobody.
pub(crate) fn pause(time: Duration) {
    std::thread::park_timeout(time);
}
