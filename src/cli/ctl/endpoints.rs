//! `sinew ctl endpoint`.

use serde_json::Value;

use super::client::{CallError, Client, segment};
use super::{Said, table};
use crate::admin::EndpointReport;

/// List endpoints, and switch them on and off
#[derive(Debug, clap::Subcommand)]
pub(super) enum Endpoint {
    /// List the endpoints and their states
    List,
    /// Make an endpoint usable at once
    On {
        /// The name of the endpoint
        name: String,
    },
    /// Keep an endpoint away until it is switched on
    Off {
        /// The name of the endpoint
        name: String,
    },
}

impl Endpoint {
    pub(super) fn run(self, client: &Client) -> Result<Said, CallError> {
        match self {
            Endpoint::List => list(client),
            Endpoint::On { name } => switch(client, &name, "on"),
            Endpoint::Off { name } => switch(client, &name, "off"),
        }
    }
}

fn list(client: &Client) -> Result<Said, CallError> {
    let json = client.get("/endpoints")?;
    let endpoints: Vec<EndpointReport> = client.read(json.get("endpoints").unwrap_or(&Value::Null))?;
    let rows: Vec<_> = endpoints
        .into_iter()
        .map(|endpoint| {
            let availability = endpoint.availability;
            [
                endpoint.endpoint,
                availability.state,
                table::or_dash(availability.retry_in_seconds.map(table::seconds)),
                availability.suspensions.to_string(),
                availability.timeouts.to_string(),
            ]
        })
        .collect();
    let names = ["ENDPOINT", "STATE", "RETRY IN", "SUSPENSIONS", "TIME-OUTS"];
    Ok(Said::new(json, table::render(names, &rows)))
}

fn switch(client: &Client, name: &str, position: &str) -> Result<Said, CallError> {
    let json = client.post(&format!("/endpoints/{}/{position}", segment(name)), None)?;
    Ok(Said::new(json, format!("{name} is switched {position}\n")))
}
