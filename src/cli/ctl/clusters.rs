//! `sinew ctl clusters`.

use serde_json::{Map, Value, json};

use super::client::{CallError, Client, segment};
use super::{Position, Said, part, table};
use crate::admin::ClusterReport;
use crate::clusters::ClusterKey;

/// List and change the clusters
#[derive(Debug, clap::Args)]
pub(super) struct Clusters {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the clusters
    List,
    /// Add a cluster, or define one anew
    Add(Add),
    /// Take back what was said of a cluster here
    Remove {
        /// The cluster: domain, or domain/sub-domain
        cluster: String,
    },
    /// Answer requests for a cluster with 503, or bring it back
    Maintenance {
        /// The cluster: domain, or domain/sub-domain
        cluster: String,
        /// Whether it is out of service
        position: Position,
    },
}

/// A new cluster.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sinew ctl clusters add php.domain --host php.example.org --tenants '*'
  sinew ctl clusters add php.domain --set max_app_instances=8 --set algorithm=least_requests")]
struct Add {
    /// The cluster: domain, or domain/sub-domain
    cluster: String,
    /// A host that leads to it; may be repeated. Without any, hosts stay as they are
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,
    /// It has no hosts
    #[arg(long, conflicts_with = "hosts")]
    no_hosts: bool,
    /// The tenants that it serves: `*`, or ids and ranges as 1-100,205
    #[arg(long, value_name = "RANGE")]
    tenants: Option<String>,
    /// The service that it is of
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// A key of loadbalancer.conf with its value; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    keys: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

/// The path of a cluster.
pub(super) fn cluster_path(cluster: &str) -> String {
    let key = ClusterKey::parse(cluster);
    format!("/lb/clusters/{}/{}", segment(&key.domain), segment(key.sub_domain.as_deref().unwrap_or("-")))
}

impl Clusters {
    pub(super) fn run(self, client: &Client) -> Result<Said, CallError> {
        match self.command.unwrap_or(Command::List) {
            Command::List => list(client),
            Command::Add(add) => add.run(client),
            Command::Remove { cluster } => remove(client, &cluster),
            Command::Maintenance { cluster, position } => maintain(client, &cluster, position),
        }
    }
}

/// The clusters in short.
fn list(client: &Client) -> Result<Said, CallError> {
    let json = client.get("/lb/clusters")?;
    let clusters: Vec<ClusterReport> = part(client, &json, "clusters")?;
    let rows: Vec<_> = clusters.into_iter().map(row).collect();
    let names = ["CLUSTER", "MEMBERS", "AVAILABLE", "IN FLIGHT", "STATES", "FROM"];
    Ok(Said::new(json, table::render(names, &rows)))
}

fn row(cluster: ClusterReport) -> [String; 6] {
    let states = cluster.states.iter().map(|(state, count)| format!("{count} {state}"));
    let maintenance = cluster.maintenance.then(|| "maintenance".to_owned());
    [
        cluster.cluster,
        cluster.members.to_string(),
        cluster.available.to_string(),
        cluster.in_flight.to_string(),
        maintenance.into_iter().chain(states).collect::<Vec<_>>().join(", "),
        table::or_dash(cluster.layer),
    ]
}

impl Add {
    fn run(self, client: &Client) -> Result<Said, CallError> {
        let mut body = Map::new();
        if !self.hosts.is_empty() || self.no_hosts {
            body.insert("hosts".to_owned(), json!(self.hosts));
        }
        let named = [("tenant_range", self.tenants), ("serviceName", self.service)];
        let named = named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        for (key, value) in named.chain(self.keys) {
            if body.insert(key.clone(), Value::String(value)).is_some() {
                return Err(CallError::Usage(format!("{key} is given twice")));
            }
        }
        let json = client.put(&cluster_path(&self.cluster), &Value::Object(body))?;
        let cluster: ClusterReport = part(client, &json, "cluster")?;
        let text = format!("{} is a cluster with {} members\n", cluster.cluster, cluster.members);
        Ok(Said::new(json, text))
    }
}

fn remove(client: &Client, cluster: &str) -> Result<Said, CallError> {
    let json = client.delete(&cluster_path(cluster))?;
    let layer: Option<String> = part(client, &json, "layer")?;
    let text = match layer {
        None => format!("{cluster} is gone\n"),
        Some(layer) => format!("{cluster} is as its {layer} definition says\n"),
    };
    Ok(Said::new(json, text))
}

fn maintain(client: &Client, cluster: &str, position: Position) -> Result<Said, CallError> {
    let body = json!({ "on": position.is_on() });
    let json = client.post(&format!("{}/maintenance", cluster_path(cluster)), Some(&body))?;
    let report: ClusterReport = part(client, &json, "cluster")?;
    let text = match report.maintenance {
        true => format!("{} is out of service, {} in flight\n", report.cluster, report.in_flight),
        false => format!("{} is in service\n", report.cluster),
    };
    Ok(Said::new(json, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_are_two_segments() {
        assert_eq!(cluster_path("shop.a.domain"), "/lb/clusters/shop.a.domain/-");
        assert_eq!(cluster_path("shop.b.domain/worker"), "/lb/clusters/shop.b.domain/worker");
        assert_eq!(cluster_path("a b/c?"), "/lb/clusters/a%20b/c%3F");
        assert_eq!(segment("[::1]:9763"), "%5B%3A%3A1%5D%3A9763");
    }

    #[test]
    fn settings_are_keys_with_values() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(setting("max_app_instances=3"), Ok(pair("max_app_instances", "3")));
        assert_eq!(setting("hash_on = header:a=b"), Ok(pair("hash_on", "header:a=b")));
        assert!(setting("max_app_instances").is_err());
    }
}
