//! One look-up of a name: from records to members.

use std::net::IpAddr;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};

use super::resolver::{Answer, Kind, LookUpError, Record, Resolver, Service};
use crate::clusters::MemberDefinition;
use crate::membership::values::check_host;
use crate::settings::{DnsName, DnsRecord, HostName};

/// What a look-up found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The members.
    pub(super) members: Vec<MemberDefinition>,
    /// For how long this holds, if the answer says so.
    pub(super) ttl: Option<Duration>,
    /// What is wrong with records that are no members.
    pub(super) left_out: Vec<String>,
}

/// Hosts of SRV records that are looked up at a time.
const AT_A_TIME: usize = 16;

/// Looks up the members of a name.
///
/// # Errors
/// Anything that had to be asked for has no answer.
pub(super) async fn look_up(resolver: &dyn Resolver, name: &DnsName) -> Result<Found, LookUpError> {
    let text = name.name.as_str();
    match name.record {
        DnsRecord::A => Ok(addresses(name, resolver.ask(text, Kind::A).await?)),
        DnsRecord::Aaaa => Ok(addresses(name, resolver.ask(text, Kind::Aaaa).await?)),
        DnsRecord::Address => Ok(addresses(name, both(resolver, text).await?)),
        DnsRecord::Srv => services(resolver, name).await,
    }
}

/// The addresses of both families. How long an answer without records holds matters only when there is no other.
async fn both(resolver: &dyn Resolver, name: &str) -> Result<Answer, LookUpError> {
    let (four, six) =
        futures_util::future::try_join(resolver.ask(name, Kind::A), resolver.ask(name, Kind::Aaaa)).await?;
    let ttl = match (four.records.is_empty(), six.records.is_empty()) {
        (true, false) => six.ttl,
        (false, true) => four.ttl,
        _ => shorter(four.ttl, six.ttl),
    };
    Ok(Answer { records: four.records.into_iter().chain(six.records).collect(), ttl })
}

fn shorter(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    one.into_iter().chain(other).min()
}

/// The members of an answer with addresses.
fn addresses(name: &DnsName, answer: Answer) -> Found {
    let mut found = Found { ttl: answer.ttl, ..Found::default() };
    for record in answer.records {
        let Record::Address(address) = record else { continue };
        let host = address.to_string();
        match check_host(&host) {
            Ok(()) => found.members.push(MemberDefinition::new(&host, name.http_port, name.https_port)),
            Err(problem) => found.left_out.push(problem),
        }
    }
    found
}

/// The members of an answer with services.
async fn services(resolver: &dyn Resolver, name: &DnsName) -> Result<Found, LookUpError> {
    let answer = resolver.ask(name.name.as_str(), Kind::Srv).await?;
    let mut found = Found { ttl: answer.ttl, ..Found::default() };
    let services = answer.records.into_iter().filter_map(|record| match record {
        // A service that is there decidedly not (RFC 2782).
        Record::Service(service) if service.target == "." => None,
        Record::Service(service) => Some(service),
        Record::Address(_) => None,
    });
    let mut services: Vec<Service> = services.collect();
    let best = services.iter().map(|service| service.priority).min();
    services.retain(|service| Some(service.priority) == best);
    for service in services {
        match definition(&service, name.srv_https) {
            Ok(definition) => found.members.push(definition),
            Err(problem) => found.left_out.push(problem),
        }
    }
    match name.servers.is_empty() {
        // Whoever connects asks the system's resolvers.
        true => Ok(found),
        false => located(resolver, found).await,
    }
}

/// The member that an SRV record names.
fn definition(service: &Service, is_https: bool) -> Result<MemberDefinition, String> {
    let host = service.target.strip_suffix('.').unwrap_or(&service.target).to_ascii_lowercase();
    let host: HostName = host.parse()?;
    check_host(host.as_str())?;
    let port = Some(service.port).filter(|port| *port > 0);
    let port = port.ok_or_else(|| format!("{} has no port", host.as_str()))?;
    let (http, https) = if is_https { (None, Some(port)) } else { (Some(port), None) };
    let mut definition = MemberDefinition::new(host.as_str(), http, https);
    definition.weight = u32::from(service.weight).max(1);
    Ok(definition)
}

/// Members with the addresses that their hosts have at the resolver, the lowest of each, so that it stays the same from
/// answer to answer.
async fn located(resolver: &dyn Resolver, mut found: Found) -> Result<Found, LookUpError> {
    let members = std::mem::take(&mut found.members);
    // Hosts that are addresses need no look-up.
    let asked = stream::iter(members).map(async |member| match member.host.parse::<IpAddr>() {
        Ok(_) => Ok((member, None)),
        Err(_) => both(resolver, &format!("{}.", member.host)).await.map(|answer| (member, Some(answer))),
    });
    let mut asked = asked.buffered(AT_A_TIME);
    while let Some(answered) = asked.next().await {
        let (mut member, answer) = answered?;
        let Some(answer) = answer else {
            found.members.push(member);
            continue;
        };
        let addresses = answer.records.iter().filter_map(|record| match record {
            Record::Address(address) => Some(*address),
            Record::Service(_) => None,
        });
        let lowest = addresses.min().map(|address| address.to_string());
        match lowest.ok_or_else(|| format!("{} has no address", member.host)) {
            Ok(address) => {
                found.ttl = shorter(found.ttl, answer.ttl);
                match check_host(&address) {
                    Ok(()) => {
                        member.remote_host = Some(address.into());
                        found.members.push(member);
                    }
                    Err(problem) => found.left_out.push(problem),
                }
            }
            Err(problem) => found.left_out.push(problem),
        }
    }
    Ok(found)
}
