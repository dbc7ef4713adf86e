//! `sinew autoscale`: how clusters would scale.

mod simulate;
mod text;

use clap::Subcommand;

use super::{Color, Exit};

/// Try how clusters would scale
#[derive(Debug, clap::Args)]
pub(super) struct Autoscale {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Replay a trace of traffic against the rules of loadbalancer.conf, without launching anything
    Simulate(simulate::Simulate),
}

impl Autoscale {
    pub(super) fn execute(self, color: Color) -> Exit {
        match self.command {
            Command::Simulate(command) => command.execute(color),
        }
    }
}
