//! Sinew and other proxies side by side, on one core: processor time, answers, latencies and memory, as ratios in one run.
//!
//! `docs/performance.md` says how it measures and why so. Nothing is installed: what is missing is named and left out.

mod instructions;
mod load;
mod machine;
mod measurement;
mod peers;
mod plan;
mod process;
mod report;
mod setup;
mod statistics;
mod trust;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};

use machine::Machine;
use measurement::Effort;
use peers::Peer;
use report::Report;

/// Measures Sinew and other proxies side by side.
#[derive(Debug, Parser)]
#[command(name = "rivals")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// What to measure [default: everything]
    #[arg(value_name = "WORK")]
    works: Vec<String>,
    /// The proxies, separated by commas [default: those that there are]
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    proxies: Vec<String>,
    /// How often everybody has a turn
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How many seconds a turn takes
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// The core that everything runs on
    #[arg(long, default_value_t = 0, global = true)]
    core: usize,
    /// The program of Sinew
    #[arg(long, default_value = "target/release/sinew", value_name = "FILE", global = true)]
    sinew: PathBuf,
    /// Write what came out as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a chart as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// What else it does.
#[derive(Debug, Subcommand)]
enum Command {
    /// Counts the instructions that a request costs, and compares them with the last ones that were accepted
    Instructions(instructions::Arguments),
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Some(ended) = machine::on_one_core(arguments.core)? {
        return Ok(ended);
    }
    let program = std::path::absolute(&arguments.sinew)?;
    if let Some(Command::Instructions(arguments)) = &arguments.command {
        return instructions::run(arguments, &program);
    }
    let all = peers::all(&program);
    let (there, versions) = available(&all, &arguments.proxies);
    if there.is_empty() {
        bail!("there is nothing to measure");
    }
    let works = plan::all(&there);
    if let Some(unknown) = arguments.works.iter().find(|name| works.iter().all(|work| work.name != **name)) {
        let names: Vec<&str> = works.iter().map(|work| work.name).collect();
        bail!("there is no work {unknown}; there are {}", names.join(", "));
    }
    let folder = tempfile::tempdir().context("a folder for the proxies' files")?;
    let trust = trust::make(folder.path())?;
    let effort = Effort { rounds: arguments.rounds, time: Duration::from_secs_f64(arguments.seconds) };
    let mut report = Report { machine: Machine::here(), versions, works: Vec::new() };
    println!("{}", report.machine);
    for work in works {
        if work.rows.is_empty()
            || !(arguments.works.is_empty() || arguments.works.iter().any(|name| name == work.name))
        {
            continue;
        }
        let samples = measurement::measure(&work, &there, effort, &trust, folder.path())?;
        let outcome = report::outcome(&work, samples);
        print!("{}", report::table(&outcome));
        report.works.push(outcome);
    }
    if let Some(file) = &arguments.json {
        std::fs::write(file, serde_json::to_vec_pretty(&report)?)
            .with_context(|| file.display().to_string())?;
    }
    if let Some(file) = &arguments.svg {
        std::fs::write(file, report::chart(&report)).with_context(|| file.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The proxies that there are and are wanted, with their versions; says how to get the others.
fn available<'a>(all: &'a [Peer], wanted: &[String]) -> (Vec<&'a Peer>, Vec<(String, String)>) {
    let mut there = Vec::new();
    let mut versions = Vec::new();
    for peer in all.iter().filter(|peer| wanted.is_empty() || wanted.iter().any(|name| name == peer.name)) {
        match peer.version() {
            Some(version) => {
                println!("{:8} {version}", peer.name);
                versions.push((peer.name.to_owned(), version));
                there.push(peer);
            }
            None => println!("{:8} missing: {}", peer.name, peer.source),
        }
    }
    (there, versions)
}
