//! `sinew health`: whether a balancer serves, as an exit code.
//!
//! It asks as clients do, through the listener: a process that is there but does not answer is not well. The EchoProxy
//! answers without a member, so the members' health is not mixed up with the balancer's.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use http::{StatusCode, Uri};
use tokio::time::timeout;

use super::run::SettingsArguments;
use super::{Exit, output, probe};
use crate::settings::Duration as Time;

/// Ask a balancer whether it serves; for keepalived and other watchers
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 it answered 200 in time, 1 it did not, 2 and 78 the question is wrong")]
pub(super) struct Health {
    /// What to ask for, as http://HOST:PORT/PATH [default: /services/EchoProxy at listeners.http.address]
    #[arg(long, value_name = "URL", value_parser = url)]
    url: Option<Uri>,
    /// How long the answer may take
    #[arg(long, value_name = "TIME", default_value = "1s")]
    timeout: Time<10, 3_600_000>,
    /// The settings file of the process [default: sinew.toml, when there is one]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

/// The service that is there for this (elastic-load-balancer.md §7.5).
pub(super) const PATH: &str = "/services/EchoProxy";

impl Health {
    pub(super) fn execute(self) -> Exit {
        let (host, port, path) = match &self.url {
            Some(url) => {
                let host = url.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
                (host, url.port_u16().unwrap_or(80), url.path_and_query().map_or("/", |path| path.as_str()))
            }
            None => match self.listener() {
                Ok(address) => (address.ip().to_string(), address.port(), PATH),
                Err(exit) => return exit,
            },
        };
        let answer = ask(&host, port, path, self.timeout);
        match answer {
            Ok(StatusCode::OK) => Exit::Ok,
            Ok(status) => not_well(&format!("status {}", status.as_u16())),
            Err(error) => not_well(&error.to_string()),
        }
    }

    /// Where the settings say that the process listens.
    fn listener(&self) -> Result<SocketAddr, Exit> {
        let loaded = SettingsArguments::of_file(self.settings.clone()).load()?;
        let http = &loaded.settings.listeners.http;
        if !http.enabled {
            output::complain("error: the settings have no HTTP listener; say what to ask with --url");
            return Err(Exit::Usage);
        }
        Ok(reachable(http.address))
    }
}

fn ask(host: &str, port: u16, path: &str, limit: Time<10, 3_600_000>) -> io::Result<StatusCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let asked = probe::status(host, port, path, "sinew-health");
    let answer = runtime.block_on(async { timeout(limit.get(), asked).await });
    answer.unwrap_or_else(|_| Err(io::Error::other(format!("no answer in {:?}", limit.get()))))
}

fn not_well(why: &str) -> Exit {
    output::complain(&format!("not well: {why}"));
    Exit::NotOk
}

/// Who listens at all addresses is asked at the loopback one.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// A plain HTTP address with a host.
pub(super) fn url(text: &str) -> Result<Uri, String> {
    let expected = "expected http://HOST:PORT/PATH";
    let url: Uri = text.parse().map_err(|error| format!("{error}; {expected}"))?;
    match (url.scheme_str(), url.authority()) {
        (Some("http"), Some(authority)) if !authority.as_str().contains('@') => Ok(url),
        _ => Err(expected.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_can_be_asked() {
        for (text, right) in [
            ("http://127.0.0.1:8280/services/EchoProxy", true),
            ("http://[::1]:8280/", true),
            ("https://127.0.0.1:8243/", false),
            ("http://user@127.0.0.1/", false),
            ("/services/EchoProxy", false),
            ("127.0.0.1:8280", false),
        ] {
            assert_eq!(url(text).is_ok(), right, "{text}");
        }
    }

    #[test]
    fn a_listener_at_all_addresses_is_asked_at_the_loopback_one() {
        for (address, expected) in
            [("0.0.0.0:8280", "127.0.0.1:8280"), ("[::]:8280", "[::1]:8280"), ("10.0.0.1:80", "10.0.0.1:80")]
        {
            let address: SocketAddr = address.parse().expect("an address");
            assert_eq!(reachable(address).to_string(), expected);
        }
    }
}
