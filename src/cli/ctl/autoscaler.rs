//! `sinew ctl autoscaler`.

use serde_json::Value;

use super::client::{CallError, Client, segment};
use super::{Said, table};
use crate::autoscaler::runtime::{ClusterView, View};
use crate::clusters::ClusterKey;

/// Look at the autoscaler, and hold it for a cluster
#[derive(Debug, clap::Subcommand)]
pub(super) enum Autoscaler {
    /// List the clusters, and what was decided last
    List,
    /// Print the instances of a cluster, and the last decisions with their reasons
    Show {
        /// The cluster: domain or domain/sub-domain
        cluster: String,
    },
    /// Print what was measured at the last ticks of a cluster, as a trace for `sinew autoscale simulate`
    Trace {
        /// The cluster: domain or domain/sub-domain
        cluster: String,
    },
    /// Launch and end nothing for a cluster until it is resumed
    Pause {
        /// The cluster: domain or domain/sub-domain
        cluster: String,
    },
    /// Scale a cluster again
    Resume {
        /// The cluster: domain or domain/sub-domain
        cluster: String,
    },
}

impl Autoscaler {
    pub(super) fn run(self, client: &Client) -> Result<Said, CallError> {
        match self {
            Autoscaler::List => list(client),
            Autoscaler::Show { cluster } => {
                let json = client.get(&path(&cluster))?;
                let view: ClusterView = client.read(json.get("cluster").unwrap_or(&Value::Null))?;
                Ok(Said::new(json, cluster_text(&view)))
            }
            Autoscaler::Trace { cluster } => {
                let json = client.get(&path(&cluster))?;
                let view: ClusterView = client.read(json.get("cluster").unwrap_or(&Value::Null))?;
                Ok(Said::new(json, trace(&view)))
            }
            Autoscaler::Pause { cluster } => change(client, &cluster, "pause", "is paused"),
            Autoscaler::Resume { cluster } => change(client, &cluster, "resume", "is resumed"),
        }
    }
}

fn change(client: &Client, cluster: &str, how: &str, said: &str) -> Result<Said, CallError> {
    let json = client.put(&format!("{}/{how}", path(cluster)), &Value::Null)?;
    Ok(Said::new(json, format!("{cluster} {said}\n")))
}

fn path(cluster: &str) -> String {
    let key = ClusterKey::parse(cluster);
    let sub_domain = key.sub_domain.as_deref().unwrap_or("-");
    format!("/lb/autoscaler/{}/{}", segment(&key.domain), segment(sub_domain))
}

fn list(client: &Client) -> Result<Said, CallError> {
    let json = client.get("/lb/autoscaler")?;
    let view: View = client.read(json.get("autoscaler").unwrap_or(&Value::Null))?;
    let mut text = String::new();
    let state = match (view.enabled, view.acting) {
        (false, _) => "off: enable_autoscaler is not set",
        (true, true) => "acting",
        (true, false) => "following: another balancer acts",
    };
    text.push_str(&format!("autoscaler  {state}\n"));
    for provider in &view.providers {
        let error = provider.error.as_deref().map(|error| format!(", {error}")).unwrap_or_default();
        let listed = table::or_dash(provider.listed.clone());
        text.push_str(&format!("provider    {}, listed {listed}{error}\n", provider.provider));
    }
    text.push('\n');
    let rows: Vec<_> = view.clusters.into_iter().map(row).collect();
    let names = ["CLUSTER", "STATE", "MIN", "MAX", "RUNNING", "PENDING", "LEAVING", "LAST DECISION"];
    text.push_str(&table::render(names, &rows));
    Ok(Said::new(json, text))
}

fn row(cluster: ClusterView) -> [String; 8] {
    let state = match (cluster.paused, cluster.maintenance) {
        (true, _) => "paused",
        (_, true) => "maintenance",
        _ => "scaled",
    };
    [
        cluster.cluster,
        state.to_owned(),
        cluster.min.to_string(),
        cluster.max.to_string(),
        cluster.running.to_string(),
        cluster.pending.to_string(),
        cluster.terminating.to_string(),
        table::or_dash(cluster.decisions.into_iter().next().map(|last| last.scaling)),
    ]
}

/// What was measured since the first tick that is remembered. Load averages are there when members told some: the sum of all,
/// where those that told none count as the mean of the others.
fn trace(view: &ClusterView) -> String {
    let start = view.decisions.last().map_or(0.0, |first| first.seconds);
    let with_load = view.decisions.iter().any(|tick| tick.load_average.is_some());
    let mut text = format!("seconds,in_flight,requests_per_second{}\n", if with_load { ",load" } else { "" });
    for tick in view.decisions.iter().rev() {
        let seconds = tick.seconds - start;
        text.push_str(&format!("{seconds:.1},{},{:.3}", tick.in_flight, tick.requests_per_second));
        if with_load {
            let load = tick.load_average.unwrap_or(0.0) * f64::from(tick.running);
            text.push_str(&format!(",{load:.2}"));
        }
        text.push('\n');
    }
    text
}

fn cluster_text(view: &ClusterView) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| text.push_str(&format!("{name:<12}{value}\n"));
    let number = |number: Option<f64>| table::or_dash(number.map(|number| format!("{number:.2}")));
    line("cluster", view.cluster.clone());
    line("policy", view.policy.clone());
    line("instances", format!("{} to {}", view.min, view.max));
    line("running", format!("{} ({} permanent)", view.running, view.permanent));
    line("pending", view.pending.to_string());
    line("leaving", view.terminating.to_string());
    let samples: Vec<String> = view.samples.iter().map(u64::to_string).collect();
    line("samples", if samples.is_empty() { "-".to_owned() } else { samples.join(" ") });
    line("average", number(view.average));
    line("launches >", number(view.upper));
    line("ends <", number(view.lower));
    line("launched", format!("{} ({} failed)", view.launches, view.launch_failures));
    line("ended", format!("{} ({} failed)", view.terminations, view.termination_failures));
    if view.paused {
        line("paused", "yes".to_owned());
    }
    let rows: Vec<_> = view
        .instances
        .iter()
        .map(|one| {
            let state = serde_json::to_value(one.state).ok();
            let state = state.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
            let (instance, member) = (one.instance.clone(), one.member.clone());
            [table::or_dash(instance), state, table::or_dash(member), one.launched.clone()]
        })
        .collect();
    text.push('\n');
    text.push_str(&table::render(["INSTANCE", "STATE", "MEMBER", "LAUNCHED"], &rows));
    let rows: Vec<_> = view
        .decisions
        .iter()
        .map(|one| {
            let decision = match one.sanity.ends_with(": hold") {
                true => one.scaling.clone(),
                false => format!("{}; {}", one.sanity, one.scaling),
            };
            [one.at.clone(), one.in_flight.to_string(), one.running.to_string(), decision]
        })
        .collect();
    text.push('\n');
    text.push_str(&table::render(["AT", "IN FLIGHT", "RUNNING", "DECISION"], &rows));
    text
}
