//! `sinew ctl members`.

use std::num::NonZero;

use serde_json::Value;

use super::client::{CallError, Client, segment};
use super::clusters::cluster_path;
use super::{Said, part, table};
use crate::admin::{ClusterReport, MemberBody, MemberReport, SourceReport};

/// List and change the members of clusters
#[derive(Debug, clap::Subcommand)]
pub(super) enum Members {
    /// List the members of one cluster, or of all
    List {
        /// The cluster: domain, or domain/sub-domain
        cluster: Option<String>,
    },
    /// Add a member, or describe one anew that was added before
    Add(Add),
    /// Let a member finish what it has, without new clients
    Drain(One),
    /// Give a member requests again, after a drain, a suspension or failures
    Resume(One),
    /// Keep all requests away from a member until it is resumed
    Suspend(One),
    /// Remove a member that was added here
    Remove(One),
}

/// One member.
#[derive(Debug, clap::Args)]
pub(super) struct One {
    /// The cluster: domain, or domain/sub-domain
    cluster: String,
    /// The member: host:port, as `members list` shows it
    member: String,
}

/// A new member.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sinew ctl members add shop.a.domain 10.0.3.1:9763
  sinew ctl members add shop.b.domain/worker 10.0.3.2 --https-port 9443 --weight 2
  sinew ctl members add shop.a.domain 10.0.3.3:9763 --port-mapping 8280=9000")]
pub(super) struct Add {
    /// The cluster: domain, or domain/sub-domain
    cluster: String,
    /// Its host name or address, with its port for HTTP
    #[arg(value_name = "HOST[:PORT]", value_parser = host)]
    host: (String, Option<NonZero<u16>>),
    /// Its port for HTTPS
    #[arg(long, value_name = "N")]
    https_port: Option<NonZero<u16>>,
    /// Connect to this host instead of HOST
    #[arg(long, value_name = "HOST")]
    remote_host: Option<String>,
    /// How much of the load it gets beside others
    #[arg(long, value_name = "N", default_value_t = 1)]
    weight: u32,
    /// Never end it by scaling down
    #[arg(long)]
    permanent: bool,
    /// Where it runs
    #[arg(long, value_name = "NAME")]
    zone: Option<String>,
    /// Its port for requests whose Host names a port, as 8280=9000; may be repeated
    #[arg(long = "port-mapping", value_name = "PORT=PORT", value_parser = port_mapping)]
    port_mappings: Vec<(NonZero<u16>, NonZero<u16>)>,
}

/// `host`, `host:port`, `[address]:port`, or an address of its own.
fn host(text: &str) -> Result<(String, Option<NonZero<u16>>), String> {
    let bare = text.parse::<std::net::Ipv6Addr>().is_ok();
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !bare && !port.contains(']') => {
            let port = port.parse().map_err(|_| format!("\"{port}\" is no port from 1 to 65535"))?;
            (host, Some(port))
        }
        _ => (text, None),
    };
    match host.is_empty() {
        true => Err("the host is missing".to_owned()),
        false => Ok((host.to_owned(), port)),
    }
}

fn port_mapping(text: &str) -> Result<(NonZero<u16>, NonZero<u16>), String> {
    let (from, to) = text.split_once('=').ok_or("expected PORT=PORT, as 8280=9000")?;
    let port = |text: &str| text.trim().parse().map_err(|_| format!("\"{text}\" is no port from 1 to 65535"));
    Ok((port(from)?, port(to)?))
}

impl One {
    fn path(&self) -> String {
        format!("{}/members/{}", cluster_path(&self.cluster), segment(&self.member))
    }
}

impl Members {
    pub(super) fn run(self, client: &Client) -> Result<Said, CallError> {
        match self {
            Members::List { cluster } => list(client, cluster.as_deref()),
            Members::Add(add) => add.run(client),
            Members::Drain(one) => change(client, &one, "drain"),
            Members::Resume(one) => change(client, &one, "activate"),
            Members::Suspend(one) => change(client, &one, "suspend"),
            Members::Remove(one) => remove(client, &one),
        }
    }
}

fn list(client: &Client, cluster: Option<&str>) -> Result<Said, CallError> {
    let (json, members) = match cluster {
        Some(cluster) => {
            let json = client.get(&format!("{}/members", cluster_path(cluster)))?;
            let members: Vec<MemberReport> = part(client, &json, "members")?;
            (json, members)
        }
        None => all(client)?,
    };
    let rows: Vec<_> = members.into_iter().map(row).collect();
    let names =
        ["CLUSTER", "MEMBER", "STATE", "SINCE", "WEIGHT", "IN FLIGHT", "SERVED", "FAILED", "LATENCY", "FROM"];
    Ok(Said::new(json, table::render(names, &rows)))
}

/// The members of all clusters.
fn all(client: &Client) -> Result<(Value, Vec<MemberReport>), CallError> {
    let clusters: Vec<ClusterReport> = part(client, &client.get("/lb/clusters")?, "clusters")?;
    let mut members = Vec::new();
    for cluster in clusters {
        let answer = client.get(&format!("{}/members", cluster_path(&cluster.cluster)))?;
        members.extend(part::<Vec<MemberReport>>(client, &answer, "members")?);
    }
    Ok((serde_json::json!({ "schema": 1, "members": members }), members))
}

fn row(member: MemberReport) -> [String; 10] {
    let sources = member.sources.iter().map(|source| source.name.as_str());
    let state = match member.availability.retry_in_seconds {
        Some(wait) if member.state == "suspended" => format!("suspended for {}", table::seconds(wait)),
        _ => member.state,
    };
    [
        member.cluster,
        member.id,
        state,
        table::seconds(member.phase_seconds),
        member.weight.to_string(),
        member.in_flight.to_string(),
        member.served.to_string(),
        member.failed.to_string(),
        table::or_dash(member.latency_seconds.map(table::seconds)),
        sources.collect::<Vec<_>>().join(", "),
    ]
}

impl Add {
    fn run(self, client: &Client) -> Result<Said, CallError> {
        let path = format!("{}/members", cluster_path(&self.cluster));
        let (host, http_port) = self.host;
        if http_port.or(self.https_port).is_none() {
            let message = format!("{host} has no port: write {host}:PORT, or --https-port");
            return Err(CallError::Usage(message));
        }
        let body = MemberBody {
            host,
            http_port,
            https_port: self.https_port,
            remote_host: self.remote_host,
            port_mappings: self.port_mappings.into_iter().collect(),
            weight: self.weight,
            permanent: self.permanent,
            active: true,
            zone: self.zone,
            properties: Default::default(),
        };
        let json = client.post(&path, Some(&serde_json::json!(body)))?;
        let member: MemberReport = part(client, &json, "member")?;
        let text = format!("{} is a member of {}, {}\n", member.id, member.cluster, member.state);
        Ok(Said::new(json, text))
    }
}

fn change(client: &Client, one: &One, how: &str) -> Result<Said, CallError> {
    let json = client.post(&format!("{}/{how}", one.path()), None)?;
    let member: MemberReport = part(client, &json, "member")?;
    let text = match member.in_flight {
        0 => format!("{} of {} is {}\n", member.id, member.cluster, member.state),
        busy => format!("{} of {} is {}, {busy} in flight\n", member.id, member.cluster, member.state),
    };
    Ok(Said::new(json, text))
}

fn remove(client: &Client, one: &One) -> Result<Said, CallError> {
    let json = client.delete(&one.path())?;
    let sources: Vec<SourceReport> = part(client, &json, "sources")?;
    let sources: Vec<String> = sources.into_iter().map(|source| source.name).collect();
    let text = match sources.is_empty() {
        true => format!("{} left {}\n", one.member, one.cluster),
        false => {
            let sources = sources.join(" and ");
            format!(
                "{} stays in {}, as {sources} says; what was said here is forgotten\n",
                one.member, one.cluster
            )
        }
    };
    Ok(Said::new(json, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_may_have_a_port() {
        let rows = [
            ("10.0.3.1:9763", Some(("10.0.3.1", Some(9763)))),
            ("10.0.3.1", Some(("10.0.3.1", None))),
            ("app-1.example:80", Some(("app-1.example", Some(80)))),
            ("[::1]:9763", Some(("[::1]", Some(9763)))),
            ("[::1]", Some(("[::1]", None))),
            ("::1", Some(("::1", None))),
            ("h:0", None),
            ("h:65536", None),
            ("h:http", None),
            (":80", None),
            ("", None),
        ];
        for (text, expected) in rows {
            let expected = expected.map(|(host, port)| (host.to_owned(), port.and_then(NonZero::new)));
            assert_eq!(host(text).ok(), expected, "{text}");
        }
    }
}
