//! The proxies: each is one file that says how to do what a setup asks for.

mod caddy;
mod envoy;
mod haproxy;
mod nginx;
mod sinew;
mod traefik;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::setup::{Kind, Setup};

pub(crate) use sinew::add_service;

/// A proxy.
pub(crate) struct Peer {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Its program.
    program: PathBuf,
    /// How to get the program, when it is missing.
    pub(crate) source: &'static str,
    /// The argument that makes it print its version.
    version: &'static str,
    /// Whether it can do what is asked for.
    can: fn(Kind) -> bool,
    /// Writes its files; what starts it.
    prepare: fn(&Path, &Setup) -> Result<Command>,
}

/// All of them, the one that the others are compared with first.
pub(crate) fn all(sinew: &Path) -> Vec<Peer> {
    vec![haproxy::peer(), sinew::peer(sinew), nginx::peer(), envoy::peer(), traefik::peer(), caddy::peer()]
}

/// Sinew alone.
pub(crate) fn sinew(program: &Path) -> Peer {
    sinew::peer(program)
}

impl Peer {
    /// The first line that it prints of its version; nothing when its program is missing.
    pub(crate) fn version(&self) -> Option<String> {
        let output = Command::new(&self.program).arg(self.version).output().ok()?;
        // nginx prints it where errors go.
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
    }

    /// Whether it does what a setup asks for.
    pub(crate) fn can(&self, kind: Kind) -> bool {
        (self.can)(kind)
    }

    /// What starts it.
    ///
    /// # Errors
    /// Its files cannot be written.
    pub(crate) fn prepare(&self, setup: &Setup) -> Result<Command> {
        (self.prepare)(&self.program, setup)
    }
}

/// What every proxy can do.
fn forwards(kind: Kind) -> bool {
    matches!(kind, Kind::One | Kind::Balanced | Kind::Members(_) | Kind::Sticky)
}
