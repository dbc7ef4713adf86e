//! `sinew ctl hosts`.

use serde_json::{Value, json};

use super::client::{CallError, Client, segment};
use super::{Said, part, table};
use crate::admin::{HostCluster, HostReport};

/// List the hosts and the clusters that they lead to, and change them
#[derive(Debug, clap::Subcommand)]
pub(super) enum Hosts {
    /// List the hosts
    List,
    /// Let a host lead to a cluster
    Add {
        /// The host, exactly
        host: String,
        /// The cluster: domain, or domain/sub-domain
        cluster: String,
    },
    /// Take back that a host leads to a cluster
    Remove {
        /// The host, exactly
        host: String,
        /// The cluster [default: every one that the host was given here]
        cluster: Option<String>,
    },
}

impl Hosts {
    pub(super) fn run(self, client: &Client) -> Result<Said, CallError> {
        match self {
            Hosts::List => list(client),
            Hosts::Add { host, cluster } => add(client, &host, &cluster),
            Hosts::Remove { host, cluster } => remove(client, &host, cluster.as_deref()),
        }
    }
}

fn path(host: &str) -> String {
    format!("/lb/hosts/{}", segment(host))
}

fn list(client: &Client) -> Result<Said, CallError> {
    let json = client.get("/lb/hosts")?;
    let hosts: Vec<HostReport> = part(client, &json, "hosts")?;
    let rows = |report: HostReport| {
        let row = move |HostCluster { cluster, tenants, layer }| {
            [report.host.clone(), report.service.clone(), cluster, tenants, layer]
        };
        report.clusters.into_iter().map(row).collect::<Vec<_>>()
    };
    let rows: Vec<_> = hosts.into_iter().flat_map(rows).collect();
    Ok(Said::new(json, table::render(["HOST", "SERVICE", "CLUSTER", "TENANTS", "FROM"], &rows)))
}

fn add(client: &Client, host: &str, cluster: &str) -> Result<Said, CallError> {
    let json = client.put(&path(host), &json!({ "cluster": cluster }))?;
    Ok(Said::new(json, format!("{host} leads to {cluster}\n")))
}

fn remove(client: &Client, host: &str, cluster: Option<&str>) -> Result<Said, CallError> {
    let query = cluster.map(|cluster| format!("?cluster={}", segment(cluster))).unwrap_or_default();
    let json: Value = client.delete(&format!("{}{query}", path(host)))?;
    let left: Vec<HostCluster> = part(client, &json, "clusters")?;
    let names: Vec<String> = left.into_iter().map(|one| one.cluster).collect();
    let text = match names.is_empty() {
        true => format!("{host} leads nowhere any more\n"),
        false => format!("{host} still leads to {}\n", names.join(" and ")),
    };
    Ok(Said::new(json, text))
}
