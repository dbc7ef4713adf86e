//! `sinew autoscale simulate`: a trace of traffic against the rules of loadbalancer.conf.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use sinew_core::config::balancer::{BalancerConfiguration, ClusterDefinition, ClusterKey, read};
use sinew_core::diagnostics::{Diagnostics, SourceFile, render};

use super::text;
use crate::autoscaler::simulation::{Options, Run, Traffic, plot, replay, traces};
use crate::cli::convert::{Environment, open};
use crate::cli::{Color, Exit, output};
use crate::settings::{ClusterName, Duration};

/// Replay a trace of traffic against the rules of loadbalancer.conf, without launching anything
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The trace is a table of numbers separated by commas; each row holds until the next one:
  seconds,in_flight
  0,20
  600,300
Other columns are requests_per_second, load (the sum of load averages) and cluster.

Examples:
  sinew autoscale simulate --conf loadbalancer.conf --traffic trace.csv --svg plot.svg
  sinew autoscale simulate --conf loadbalancer.conf --traffic trace.csv --cluster shop.a.domain --boot 90s"
)]
pub(super) struct Simulate {
    /// The balancer's configuration
    #[arg(long, value_name = "FILE")]
    conf: PathBuf,
    /// The trace
    #[arg(long, value_name = "FILE")]
    traffic: PathBuf,
    /// The cluster, as domain or domain/sub-domain, when there are several [default: those of the trace]
    #[arg(long, value_name = "NAME")]
    cluster: Option<ClusterName>,
    /// How long an instance takes from its launch until it gets requests
    #[arg(long, value_name = "TIME", default_value = "30s")]
    boot: Duration<0, 86_400_000>,
    /// How long an instance takes to leave
    #[arg(long, value_name = "TIME", default_value = "5s")]
    leave: Duration<0, 86_400_000>,
    /// How many instances run at the beginning [default: the minimum]
    #[arg(long, value_name = "N")]
    running: Option<u32>,
    /// Print every tick, not only those at which something changes
    #[arg(long)]
    every_tick: bool,
    /// Where to draw load, thresholds and instances
    #[arg(long, value_name = "OUT")]
    svg: Option<PathBuf>,
    /// Print every tick as JSON
    #[arg(long, conflicts_with = "every_tick")]
    json: bool,
}

impl Simulate {
    pub(super) fn execute(self, color: Color) -> Exit {
        let (conf, trace) = match (file(&self.conf), file(&self.traffic)) {
            (Ok(conf), Ok(trace)) => (conf, trace),
            (Err(message), _) | (_, Err(message)) => {
                output::complain(&message);
                return Exit::Files;
            }
        };
        let (configuration, mut found) = read(&conf, &Environment);
        let traffic = traces(&trace, &mut found);
        complain(&found, color);
        let Some(configuration) = configuration.filter(|_| !found.has_errors()) else { return Exit::NotOk };
        let runs = match self.runs(&configuration, traffic) {
            Ok(runs) => runs,
            Err(message) => {
                output::complain(&format!("error: {message}"));
                return Exit::NotOk;
            }
        };
        output::print(&match self.json {
            true => as_json(&runs),
            false => text::text(&runs, self.every_tick),
        });
        match &self.svg {
            Some(path) => write(path, &plot(&runs)),
            None => Exit::Ok,
        }
    }

    /// Replays what is asked for.
    fn runs(
        &self,
        configuration: &BalancerConfiguration,
        traffic: BTreeMap<Option<ClusterKey>, Traffic>,
    ) -> Result<Vec<Run>, String> {
        let clusters = configuration.clusters();
        let options = Options { boot: self.boot.get(), leave: self.leave.get(), running: self.running };
        let asked = self.cluster.as_ref().map(|name| ClusterKey::parse(name.as_str()));
        let wanted = traffic.iter().filter(|(key, _)| asked.is_none() || key.is_none() || **key == asked);
        let mut runs = Vec::new();
        for (key, traffic) in wanted {
            let cluster = find(&clusters, key.as_ref().or(asked.as_ref()))?;
            let run = replay(cluster, &configuration.balancer.process, traffic, &options);
            runs.push(run.map_err(|error| format!("{}: {error}", cluster.key))?);
        }
        match (runs.is_empty(), asked) {
            (true, Some(asked)) => Err(format!("the trace has no rows of the cluster {asked}")),
            _ => Ok(runs),
        }
    }
}

/// The cluster with a key, or the only one.
fn find<'a>(
    clusters: &BTreeMap<&ClusterKey, &'a ClusterDefinition>,
    key: Option<&ClusterKey>,
) -> Result<&'a ClusterDefinition, String> {
    let known = || clusters.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match (key, clusters.values().next()) {
        (Some(key), _) => match clusters.get(key) {
            Some(cluster) => Ok(*cluster),
            None => Err(format!("there is no cluster {key}; there are {}", known())),
        },
        (None, Some(only)) if clusters.len() == 1 => Ok(*only),
        (None, _) => {
            Err(format!("say with --cluster, or in a column of the trace, which of these it is: {}", known()))
        }
    }
}

fn file(path: &Path) -> Result<Arc<SourceFile>, String> {
    open(path).map_err(|error| format!("error: cannot read {}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Exit {
    match std::fs::write(path, text) {
        Ok(()) => Exit::Ok,
        Err(error) => {
            output::complain(&format!("error: cannot write {}: {error}", path.display()));
            Exit::Files
        }
    }
}

fn complain(found: &Diagnostics, color: Color) {
    let color = color.on(&std::io::stderr());
    found.iter().for_each(|diagnostic| output::complain(render(diagnostic, color).trim_end()));
}

fn as_json(runs: &[Run]) -> String {
    let clusters: Vec<_> = runs
        .iter()
        .map(|run| {
            json!({
                "cluster": run.cluster.to_string(),
                "policy": run.policy.to_string(),
                "measure": run.column.name(),
                "summary": run.summary,
                "ticks": run.ticks,
                "line": run.line,
            })
        })
        .collect();
    format!("{:#}\n", json!({ "schema": 1, "clusters": clusters }))
}
