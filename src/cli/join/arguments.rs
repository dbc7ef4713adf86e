//! What is typed, and what it means.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::uri::PathAndQuery;
use serde_json::{Map, Value, json};

use super::load;
use super::multicast::{Group, MulticastArguments};
use crate::cli::Exit;
use crate::cli::ctl::client::{Client, segment};
use crate::cli::ctl::place::{self, Place};
use crate::clusters::{ClusterKey, MemberDefinition};
use crate::settings::{ClusterName, Duration as Time, HostName, HttpOrigin};
use crate::transport::tls::{ClientTlsSettings, Verify, client_config};

/// Register the service next to this process with balancers, as long as it is well
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  sinew join --balancer http://10.0.0.1:9192 --balancer http://10.0.0.2:9192 --token-file /run/secrets/members \\
    --cluster shop.a.domain --http 10.0.3.1:9763 --health-path /health
  sinew join --multicast 239.255.76.67:7667 --secret-file /run/secrets/multicast \\
    --cluster shop.a.domain --http 10.0.3.1:9763 --health-path /health")]
pub(in crate::cli) struct Join {
    /// Where a balancer takes registrations, as http://HOST:PORT or https://HOST:PORT; may be repeated
    #[arg(long = "balancer", value_name = "URL", required_unless_present = "multicast")]
    balancers: Vec<HttpOrigin>,
    /// A file with the token that the balancers want (`-` is standard input)
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// A PEM file with certificates of authorities that are trusted instead of the operating system's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    #[command(flatten)]
    multicast: MulticastArguments,
    /// The cluster: domain, or domain/sub-domain
    #[arg(long, value_name = "NAME")]
    cluster: ClusterName,
    /// Where the service answers HTTP, as balancers reach it
    #[arg(long, value_name = "HOST:PORT", value_parser = host_and_port, required_unless_present = "https")]
    http: Option<(HostName, NonZero<u16>)>,
    /// Where the service answers HTTPS, on the same host
    #[arg(long, value_name = "HOST:PORT", value_parser = host_and_port)]
    https: Option<(HostName, NonZero<u16>)>,
    /// Where the service is asked whether it is well, instead of --http or --https
    #[arg(long, value_name = "HOST:PORT", value_parser = host_and_port)]
    local: Option<(HostName, NonZero<u16>)>,
    /// Ask the service with GET for this path, over plain HTTP; otherwise that its port is open is enough
    #[arg(long, value_name = "PATH")]
    health_path: Option<PathAndQuery>,
    /// The time between two questions
    #[arg(long, value_name = "TIME", default_value = "2s")]
    health_interval: Time<10, 3_600_000>,
    /// For how long balancers believe that the service is there when they hear nothing; renewed after a third of it
    #[arg(long, value_name = "TIME", default_value = "15s")]
    lease: Time<1000, 3_600_000>,
    /// How long leaving may take
    #[arg(long, value_name = "TIME", default_value = "30s")]
    drain: Time<0, 3_600_000>,
    /// How much of the load it gets beside others
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    weight: u32,
    /// Where it runs
    #[arg(long, value_name = "NAME")]
    zone: Option<String>,
    /// Tell the load average of this machine with each renewal, for the scaling policies `mean` and `max`
    #[arg(long)]
    load_average: bool,
    /// Anything else to say of it; may be repeated
    #[arg(long = "property", value_name = "NAME=VALUE", value_parser = property)]
    properties: Vec<(String, String)>,
}

/// How balancers are spoken to.
pub(super) struct Access {
    token: Option<String>,
    tls: Option<Arc<rustls::ClientConfig>>,
}

/// The service, and whom to tell.
pub(super) struct Service {
    /// The balancers that were named.
    pub(super) balancers: Vec<HttpOrigin>,
    /// How they are spoken to.
    pub(super) access: Access,
    /// The multicast group.
    pub(super) group: Option<Group>,
    /// The path of the registration.
    pub(super) path: String,
    /// Its body.
    pub(super) body: Value,
    /// The member and its cluster, for people.
    pub(super) name: String,
    /// Whether the load average of this machine is told.
    pub(super) tells_load: bool,
    /// Where it is asked.
    pub(super) asked_at: (String, u16),
    /// What for.
    pub(super) health_path: Option<PathAndQuery>,
    pub(super) health_interval: Duration,
    pub(super) lease: Duration,
    pub(super) drain: Duration,
}

impl Join {
    /// What was meant; or how to end, and why.
    pub(super) fn service(self) -> Result<Service, (Exit, String)> {
        let usage = |message: String| (Exit::Usage, message);
        let main = self.http.as_ref().or(self.https.as_ref());
        let (host, port) = main.ok_or_else(|| usage("name --http or --https".to_owned()))?;
        if self.https.as_ref().is_some_and(|(other, _)| other != host) {
            return Err(usage("--http and --https name different hosts".to_owned()));
        }
        if self.health_path.is_some() && self.http.is_none() && self.local.is_none() {
            return Err(usage("--health-path asks over plain HTTP: name --http or --local".to_owned()));
        }
        let registers = !self.balancers.is_empty() || self.multicast.discovers();
        if registers && self.token_file.is_none() {
            return Err(usage("balancers want a token: name --token-file".to_owned()));
        }
        let token = self.token_file.as_deref().map(place::token).transpose();
        let token = token.map_err(|message| (Exit::Files, message))?;
        if self.load_average {
            load::average().map_err(|message| (Exit::Files, message))?;
        }
        let is_encrypted = self.balancers.iter().any(HttpOrigin::is_encrypted);
        let tls = (is_encrypted || self.multicast.discovers()).then(|| {
            let settings = ClientTlsSettings { verify: Verify::Full, authorities: self.ca_file.clone() };
            client_config(&settings).map_err(|error| (Exit::Files, error.to_string()))
        });
        let access = Access { token, tls: tls.transpose()? };
        let key = MemberDefinition::new(host.as_str(), Some(port.get()), None).key();
        let cluster = ClusterKey::parse(self.cluster.as_str());
        let sub_domain = cluster.sub_domain.iter().map(|name| format!("/{}", segment(name)));
        let path = format!(
            "/members/{}{}/{}",
            segment(&cluster.domain),
            sub_domain.collect::<String>(),
            segment(&key)
        );
        let asked_at = self.local.as_ref().unwrap_or(&(host.clone(), *port)).clone();
        let body = self.body();
        let group = self.multicast.group(self.cluster.as_str(), &key, &body)?;
        Ok(Service {
            balancers: self.balancers,
            access,
            group,
            path,
            body,
            tells_load: self.load_average,
            name: format!("{key} of {cluster}"),
            asked_at: (asked_at.0.as_str().to_owned(), asked_at.1.get()),
            health_path: self.health_path,
            health_interval: self.health_interval.get(),
            lease: self.lease.get(),
            drain: self.drain.get(),
        })
    }

    /// What is said of the service, with a name for this process, so that balancers know another one from it.
    fn body(&self) -> Value {
        let port = |place: &Option<(HostName, NonZero<u16>)>| place.as_ref().map(|(_, port)| port.get());
        let properties: Map<String, Value> =
            self.properties.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({
            "http_port": port(&self.http),
            "https_port": port(&self.https),
            "weight": self.weight,
            "zone": self.zone,
            "properties": properties,
            "lease_seconds": self.lease.get().as_secs().max(1),
            "instance": uuid::Uuid::new_v4().to_string(),
        })
    }
}

impl Service {
    /// What is said of the service now. A load average that cannot be read is not told.
    pub(super) fn body_now(&self) -> Value {
        let mut body = self.body.clone();
        if self.tells_load
            && let (Ok(load), Some(fields)) = (load::average(), body.as_object_mut())
        {
            fields.insert("load_average".to_owned(), json!(load));
        }
        body
    }
}

impl Access {
    /// A client of a balancer.
    pub(super) fn client(&self, balancer: &HttpOrigin) -> Arc<Client> {
        let (authority, token) = (balancer.authority().clone(), self.token.clone());
        let tls = self.tls.clone().filter(|_| balancer.is_encrypted());
        Arc::new(Client::new(Place::Port { authority, token, tls }))
    }
}

fn host_and_port(text: &str) -> Result<(HostName, NonZero<u16>), String> {
    let (host, port) = text.rsplit_once(':').ok_or("expected HOST:PORT")?;
    if host.contains(':') && !host.starts_with('[') {
        return Err("an address with colons needs brackets: [ADDRESS]:PORT".to_owned());
    }
    let port = port.parse().map_err(|_| format!("\"{port}\" is no port from 1 to 65535"))?;
    Ok((host.parse()?, port))
}

fn property(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        for (text, expected) in [
            ("10.0.3.1:80", Some(("10.0.3.1", 80))),
            ("[::1]:80", Some(("::1", 80))),
            ("app.example:443", Some(("app.example", 443))),
            ("::1:80", None),
            ("app", None),
            ("app:0", None),
            (":80", None),
        ] {
            let read = host_and_port(text).ok();
            let read = read.as_ref().map(|(host, port)| (host.as_str(), port.get()));
            assert_eq!(read, expected, "{text}");
        }
    }
}
