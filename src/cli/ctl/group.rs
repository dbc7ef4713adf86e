//! `sinew ctl group`.

use serde_json::Value;

use super::client::{CallError, Client};
use super::{Said, table};
use crate::admin::GroupReport;

/// The group of balancers: who acts, who is there, and how much there is to do.
pub(super) fn group(client: &Client) -> Result<Said, CallError> {
    let json = client.get("/lb/group")?;
    let group: GroupReport = client.read(json.get("group").unwrap_or(&Value::Null))?;
    let mut text = String::new();
    let mut line = |name: &str, value: String| text.push_str(&format!("{name:<13}{value}\n"));
    line("group", group.name.clone());
    line("size", group.size.to_string());
    line("balancer", group.id.clone());
    let coordinator = group.coordinator.as_ref();
    line("coordinator", table::or_dash(coordinator.map(|one| format!("{}, epoch {}", one.id, one.epoch))));
    let acting = match group.lease_seconds.map(table::seconds) {
        Some(left) if group.without_majority => format!("yes, without a majority, for {left}"),
        Some(left) => format!("yes, for {left}"),
        None => "no".to_owned(),
    };
    line("acting", acting);
    for (cluster, number) in &group.demand {
        line("in flight", format!("{cluster}  {number}"));
    }
    let rows: Vec<_> = group
        .balancers
        .into_iter()
        .map(|balancer| {
            [
                balancer.id,
                balancer.address,
                balancer.state,
                table::seconds(balancer.age_seconds),
                table::or_dash(balancer.heard_seconds.map(table::seconds)),
                balancer.members.to_string(),
                balancer.version,
            ]
        })
        .collect();
    text.push('\n');
    text.push_str(&table::render(["ID", "ADDRESS", "STATE", "AGE", "HEARD", "MEMBERS", "VERSION"], &rows));
    Ok(Said::new(json, text))
}
