//! Endpoints whose members come and go: from what the configuration says to a [`DynamicEndpoint`].

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sinew_core::config::balancer::{
    BalancerConfiguration, ClusterDefinition, LocationRewriting, StaticMember, Stickiness, TenantRanges,
    TrafficSettings,
};
use sinew_core::mediation::Endpoint;

use super::build::Compiler;
use crate::balancing::affinity::{Affinity, AffinityCookie, SessionKind, Sticky, Window, session_timeout};
use crate::balancing::algorithms::Selector;
use crate::balancing::resolution::{
    ClusterTable, HostTable, MappingFile, TenantFile, TenantRange, UrlMapping,
};
use crate::balancing::rewriting::{ForwardedPolicy, rewrites};
use crate::balancing::selection::{Balancer, Settings};
use crate::clusters::health::HealthCheck;
use crate::clusters::{ClusterKey, MemberDefinition};
use crate::endpoints::{BalancedCluster, Client, DynamicEndpoint, DynamicPolicy, Routing, Sessions};
use crate::membership::Lifecycle;
use crate::transport::http::client::Timeouts;

/// The name of the endpoint that is made from `loadbalancer.conf` (elastic-load-balancer.md §2.1).
pub(super) const TENANT_AWARE: &str = "tlbEndpoint";

/// How sessions are known, where an endpoint says it.
#[derive(Clone, Copy, Debug)]
pub(super) struct SessionWish {
    pub(super) kind: SessionKind,
    pub(super) timeout: Option<Duration>,
}

impl<C: Client> Compiler<'_, C> {
    /// The tenant-aware endpoint, when there is a configuration for it with services.
    pub(super) fn tenant_aware(&mut self) -> Option<Arc<dyn Endpoint>> {
        let configuration = self.configuration.balancer.clone()?;
        (!configuration.services.is_empty())
            .then(|| self.balance_services(&configuration, TENANT_AWARE, None))
    }

    /// An endpoint for the services of a configuration.
    pub(super) fn balance_services(
        &mut self,
        configuration: &BalancerConfiguration,
        name: &str,
        session: Option<SessionWish>,
    ) -> Arc<dyn Endpoint> {
        self.settings.lasting.sessions_of(configuration.balancer.process.session_table_max.into());
        let wish = session.unwrap_or(SessionWish { kind: SessionKind::Http, timeout: None });
        let mut clusters = HashMap::new();
        for (key, definition) in configuration.clusters() {
            self.static_members(definition);
            let maintenance = definition.settings.maintenance;
            if let Some(check) = HealthCheck::of(&definition.traffic.health_check) {
                self.health_checks.insert(key.clone(), check);
            }
            self.lifecycles.insert(key.clone(), Lifecycle::of(&definition.traffic.lifecycle));
            let cluster = self.balanced(key, &definition.traffic, Some(wish), maintenance);
            clusters.insert(key.clone(), cluster);
        }
        let routing = Routing::Hosts {
            hosts: self.hosts(configuration, &clusters),
            tenants: Arc::new(self.tenants()),
            mapping: self.mapping(configuration.balancer.process.size_of_cache),
        };
        self.dynamic_endpoint(name, routing, Some(configuration))
    }

    /// Which host and tenant lead to which cluster. The reader has refused hosts of two services and tenants of two
    /// clusters, so nothing is lost here.
    fn hosts(
        &self,
        configuration: &BalancerConfiguration,
        clusters: &HashMap<ClusterKey, Arc<BalancedCluster>>,
    ) -> HostTable<ClusterTable<Arc<BalancedCluster>>> {
        let mut by_host: HashMap<&str, Vec<(TenantRange, Arc<BalancedCluster>)>> = HashMap::new();
        for definition in configuration.services.iter().flat_map(|service| &service.clusters) {
            let (Some(tenants), Some(cluster)) = (&definition.tenants, clusters.get(&definition.key)) else {
                continue;
            };
            for host in definition.hosts.iter() {
                let range = tenant_range(&tenants.ranges);
                by_host.entry(&host.name).or_default().push((range, cluster.clone()));
            }
        }
        let mut table = HostTable::new();
        for (host, clusters) in by_host {
            if let Ok(clusters) = ClusterTable::new(clusters) {
                let _ = table.insert(host, clusters);
            }
        }
        table
    }

    fn tenants(&mut self) -> TenantFile {
        match &self.configuration.tenants {
            Some(file) => TenantFile::parse(file, &mut self.diagnostics),
            None => TenantFile::default(),
        }
    }

    fn mapping(&mut self, size_of_cache: u32) -> Option<Arc<UrlMapping>> {
        let file = self.configuration.url_mapping.as_ref()?;
        let source = Arc::new(MappingFile::parse(file, &mut self.diagnostics));
        Some(Arc::new(UrlMapping::new(source, size_of_cache as usize)))
    }

    /// Remembers the members that a cluster's definition names.
    fn static_members(&mut self, definition: &ClusterDefinition) {
        let members = self.members.entry(definition.key.clone()).or_default();
        members.extend(definition.members.iter().map(member));
    }

    /// A cluster, treated as the settings say.
    pub(super) fn balanced(
        &mut self,
        key: &ClusterKey,
        traffic: &TrafficSettings,
        session: Option<SessionWish>,
        maintenance: bool,
    ) -> Arc<BalancedCluster> {
        let lasting = &self.settings.lasting;
        let selection = &traffic.selection;
        let balancer = Balancer::new(
            lasting.directory.cluster(key),
            Selector::new(selection.algorithm, &selection.hash_on),
            Settings { panic_threshold: selection.panic_threshold, slow_start: selection.slow_start },
        );
        let sticky = match traffic.affinity.sticky {
            Stickiness::Strict => Some(Sticky::Strict),
            Stickiness::FailOver => Some(Sticky::Failover),
            Stickiness::Off => None,
        };
        let sessions = session.zip(sticky).map(|(wish, sticky)| {
            let length = session_timeout(
                wish.timeout,
                traffic.affinity.session_timeout,
                Some(lasting.session_timeout),
            );
            let affinity = Affinity {
                table: lasting.sessions().clone(),
                scope: key.to_string().into(),
                window: Window::after_use(length),
                sticky,
            };
            Sessions { kind: wish.kind, affinity }
        });
        let secret = lasting.affinity_secret.as_deref();
        let cookie = traffic.affinity.affinity_cookie.as_ref();
        // The reader has refused names that are none, the settings an empty secret.
        let cookie = cookie.and_then(|name| AffinityCookie::new(name, secret).ok());
        let timeouts = Timeouts {
            connect: traffic.connection.connect_timeout,
            response: traffic.connection.endpoint_timeout.unwrap_or(self.settings.timeouts.response),
        };
        Arc::new(BalancedCluster::new(balancer, sessions, cookie, timeouts, traffic, maintenance))
    }

    /// An endpoint around its routing; what it does besides follows the configuration, if there is one.
    pub(super) fn dynamic_endpoint(
        &mut self,
        name: &str,
        routing: Routing,
        configuration: Option<&BalancerConfiguration>,
    ) -> Arc<dyn Endpoint> {
        let process =
            configuration.map(|configuration| configuration.balancer.process.clone()).unwrap_or_default();
        let rewrite_locations = match self.configuration.sequence("main") {
            Some(main) => rewrites(process.rewrite_location, main),
            None => process.rewrite_location != LocationRewriting::Off,
        };
        let trusted = (!process.trusted_proxies.is_empty()).then(|| process.trusted_proxies.clone());
        let policy = DynamicPolicy {
            forwarded: ForwardedPolicy { x_forwarded: process.forwarded_headers, forwarded: false, trusted },
            rewrite_locations,
            listen: self.settings.listen,
        };
        let leaf = self.leaf_of_members(name);
        Arc::new(DynamicEndpoint::new(leaf, routing, policy, self.settings.lasting.directory.clone()))
    }
}

fn tenant_range(ranges: &TenantRanges) -> TenantRange {
    let intervals = ranges.intervals().iter().map(|(first, last)| *first..=*last).collect();
    TenantRange { others: ranges.is_default(), intervals }
}

/// What a file says of a member.
fn member(stated: &StaticMember) -> MemberDefinition {
    MemberDefinition {
        host: stated.host.clone(),
        remote_host: stated.remote_host.clone(),
        http_port: stated.http_port,
        https_port: stated.https_port,
        port_mappings: stated.port_mappings.clone(),
        weight: stated.weight,
        permanent: stated.permanent,
        active: stated.active,
        zone: stated.zone.clone(),
        properties: stated.properties.clone(),
    }
}
