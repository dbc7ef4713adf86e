//! Tests of the scheme `dns`.

mod answers;
mod clock;
mod server;

use std::time::Duration;

use crate::settings::{DnsName, DnsRecord};

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A name of the cluster `shop`, with the usual times.
fn name(record: DnsRecord) -> DnsName {
    DnsName {
        cluster: "shop".parse().expect("a cluster"),
        name: "shop.test".parse().expect("a name"),
        record,
        http_port: (record != DnsRecord::Srv).then_some(80),
        https_port: None,
        srv_https: false,
        servers: Vec::new(),
        min_refresh: secs(5),
        max_refresh: secs(300),
        stale: secs(300),
    }
}

/// The members of the cluster `shop`, with their weights and where they are reached.
fn members(directory: &crate::clusters::Directory) -> Vec<String> {
    let members = directory.cluster(&crate::clusters::ClusterKey::domain("shop")).members();
    let mut shown: Vec<String> = members
        .iter()
        .map(|member| {
            let definition = member.definition();
            format!("{}*{}@{}", member.key(), definition.weight, definition.reached_at())
        })
        .collect();
    shown.sort();
    shown
}
