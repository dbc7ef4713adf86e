//! Network namespaces joined by a bridge: hosts of a test's own, gone when dropped.

#![allow(dead_code, reason = "each test binary uses what it needs")]

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Hosts on one network, 10.99.0.1/24 and on, each with the interface `eth0`; and one that they are all connected to, which
/// is the client with the interface `bridge`.
pub(crate) struct Network {
    name: String,
    hosts: usize,
    /// Whether it is gone when this is dropped.
    owned: bool,
}

/// Counts the networks of this process, which have names of their own.
static NETWORKS: AtomicUsize = AtomicUsize::new(0);

impl Network {
    /// A network of so many hosts.
    ///
    /// # Errors
    /// Why there can be none: no root, no `ip`, or a kernel without what is needed.
    pub(crate) fn new(hosts: usize) -> Result<Self, String> {
        let number = NETWORKS.fetch_add(1, Ordering::Relaxed);
        let network = Self { name: format!("sinew-{}-{number}", std::process::id()), hosts, owned: true };
        let client = network.client();
        ip(&["netns", "add", &client])?;
        ip(&["-n", &client, "link", "add", "bridge", "type", "bridge"])?;
        ip(&["-n", &client, "addr", "add", "10.99.0.254/24", "dev", "bridge"])?;
        ip(&["-n", &client, "link", "set", "bridge", "up"])?;
        for number in 0..hosts {
            let host = network.host(number);
            let (cable, address) = (format!("cable{number}"), format!("{}/24", network.address(number)));
            ip(&["netns", "add", &host])?;
            ip(&[
                "-n", &client, "link", "add", &cable, "type", "veth", "peer", "name", "eth0", "netns", &host,
            ])?;
            ip(&["-n", &client, "link", "set", &cable, "master", "bridge", "up"])?;
            ip(&["-n", &host, "addr", "add", &address, "dev", "eth0"])?;
            ip(&["-n", &host, "link", "set", "eth0", "up"])?;
            ip(&["-n", &host, "link", "set", "lo", "up"])?;
        }
        Ok(network)
    }

    /// A network of another process, which looks after it.
    pub(crate) fn existing(name: &str, hosts: usize) -> Self {
        Self { name: name.to_owned(), hosts, owned: false }
    }

    /// Its name, for another process.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The name of a host's namespace.
    pub(crate) fn host(&self, number: usize) -> String {
        format!("{}-host{number}", self.name)
    }

    /// The name of the client's namespace.
    pub(crate) fn client(&self) -> String {
        format!("{}-client", self.name)
    }

    /// The address of a host.
    pub(crate) fn address(&self, number: usize) -> String {
        format!("10.99.0.{}", number + 1)
    }

    /// Connects or disconnects a host.
    pub(crate) fn plug(&self, number: usize, connected: bool) {
        let state = if connected { "up" } else { "down" };
        ip(&["-n", &self.client(), "link", "set", &format!("cable{number}"), state]).expect("a cable");
    }

    /// Switches the interface of a host on or off.
    pub(crate) fn switch(&self, number: usize, on: bool) {
        let state = if on { "up" } else { "down" };
        ip(&["-n", &self.host(number), "link", "set", "eth0", state]).expect("an interface");
    }

    /// Whether a host has an address now.
    pub(crate) fn has(&self, number: usize, address: &str) -> bool {
        let output = Command::new("ip").args(["-n", &self.host(number), "-o", "addr", "show"]).output();
        let text = String::from_utf8_lossy(&output.expect("ip runs").stdout).into_owned();
        text.contains(&format!(" {address}/"))
    }
}

/// A command that runs in a namespace.
pub(crate) fn within(namespace: &str, program: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace, program]).stdin(Stdio::null());
    command
}

impl Drop for Network {
    fn drop(&mut self) {
        if !self.owned {
            return;
        }
        for namespace in (0..self.hosts).map(|number| self.host(number)).chain([self.client()]) {
            // What was not made cannot be removed.
            let _ = ip(&["netns", "del", &namespace]);
        }
    }
}

fn ip(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("ip").args(arguments).output().map_err(|error| format!("ip: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}
