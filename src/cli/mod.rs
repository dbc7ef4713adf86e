//! The command line: text for people, exit codes for scripts (operations.md §3).

mod autoscale;
mod check;
mod completions;
mod convert;
mod ctl;
mod exit;
mod folder;
mod health;
mod join;
mod keepalived;
mod mediate;
mod output;
mod probe;
mod run;
mod show;

use clap::{Parser, Subcommand};

pub use exit::Exit;
pub use output::{Color, Format};

/// An elastic load balancer configured in the Apache Synapse language.
#[derive(Debug, Parser)]
#[command(name = "sinew", version, propagate_version = true, max_term_width = 100)]
pub struct Arguments {
    /// When to colour what is printed for people
    #[arg(long, value_enum, global = true, default_value_t)]
    color: Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a configuration folder
    Run(run::Run),
    /// Report everything that is wrong in configuration folders or files, without serving them
    Check(check::Check),
    /// Print what a configuration defines, or the settings and where each comes from
    Show(show::Show),
    /// Run one request through a flow without opening a port, and print what happened
    Mediate(mediate::Mediate),
    /// Look at a running process, and change what it does
    Ctl(ctl::Ctl),
    /// Register the service next to this process with balancers, as long as it is well
    Join(join::Join),
    /// Ask a balancer whether it serves; for keepalived and other watchers
    Health(health::Health),
    /// Print a configuration of keepalived for two balancers with one address
    Keepalived(keepalived::Keepalived),
    /// Try how clusters would scale
    Autoscale(autoscale::Autoscale),
    /// Bring a load-balancer configuration of any release into today's form
    Convert(convert::Convert),
    /// Print a completion script for a shell
    Completions(completions::Completions),
}

/// Runs the command that was typed.
pub fn execute(arguments: Arguments) -> Exit {
    let color = arguments.color;
    match arguments.command {
        Command::Run(command) => command.execute(color),
        Command::Check(command) => command.execute(color),
        Command::Show(command) => command.execute(color),
        Command::Mediate(command) => command.execute(color),
        Command::Ctl(command) => command.execute(color),
        Command::Join(command) => command.execute(color),
        Command::Health(command) => command.execute(),
        Command::Keepalived(command) => command.execute(),
        Command::Autoscale(command) => command.execute(color),
        Command::Convert(command) => command.execute(color),
        Command::Completions(command) => command.execute(),
    }
}

/// The folder that commands look at when none is named.
const DEFAULT_FOLDER: &str = "synapse-configs/default";
