//! Asking over the network.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::{RData, RecordType};

use super::resolver::{Answer, Kind, LookUpError, Record, Resolver, Service};

/// Resolvers that are asked over UDP, and over TCP when an answer does not fit.
pub struct NetworkResolver {
    resolver: TokioResolver,
}

/// The longest time for one answer of one resolver.
const ANSWER_TIME: Duration = Duration::from_secs(3);

impl NetworkResolver {
    /// Asks these resolvers; when none are named those of the system, as they are now, with its search list.
    ///
    /// # Errors
    /// The configuration of the system cannot be read.
    pub fn new(servers: &[SocketAddr]) -> Result<Self, LookUpError> {
        let mut builder = match servers {
            [] => TokioResolver::builder_tokio().map_err(|error| said(&error))?,
            servers => {
                let servers = servers.iter().map(|server| {
                    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut one| {
                        one.port = server.port();
                        one
                    });
                    NameServerConfig::new(server.ip(), true, connections.into())
                });
                let config = ResolverConfig::from_name_servers(servers.collect());
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        let options: &mut ResolverOpts = builder.options_mut();
        options.timeout = ANSWER_TIME;
        options.attempts = 1;
        // Whoever asks waits until the answer ends; then it wants a new one.
        options.cache_size = 0;
        options.use_hosts_file = ResolveHosts::Never;
        Ok(Self { resolver: builder.build().map_err(|error| said(&error))? })
    }
}

impl Resolver for NetworkResolver {
    fn ask<'a>(
        &'a self,
        name: &'a str,
        kind: Kind,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, LookUpError>> + Send + 'a>> {
        let record_type = match kind {
            Kind::A => RecordType::A,
            Kind::Aaaa => RecordType::AAAA,
            Kind::Srv => RecordType::SRV,
        };
        Box::pin(async move {
            let seconds = |ttl: u32| Duration::from_secs(ttl.into());
            match self.resolver.lookup(name, record_type).await {
                Ok(found) => {
                    let records = found.answers().iter().filter(|one| one.record_type() == record_type);
                    // An alias on the way holds no longer than it says either.
                    let ttl = found.answers().iter().map(|record| seconds(record.ttl)).min();
                    Ok(Answer { records: records.filter_map(|one| record(&one.data)).collect(), ttl })
                }
                Err(NetError::Dns(DnsError::NoRecordsFound(nothing))) => {
                    Ok(Answer { records: Vec::new(), ttl: nothing.negative_ttl.map(seconds) })
                }
                Err(error) => Err(said(&error)),
            }
        })
    }
}

fn record(data: &RData) -> Option<Record> {
    match data {
        RData::A(address) => Some(Record::Address(address.0.into())),
        RData::AAAA(address) => Some(Record::Address(address.0.into())),
        RData::SRV(service) => Some(Record::Service(Service {
            priority: service.priority,
            weight: service.weight,
            port: service.port,
            target: service.target.to_ascii(),
        })),
        _ => None,
    }
}

fn said(error: &NetError) -> LookUpError {
    LookUpError::new(error.to_string())
}
