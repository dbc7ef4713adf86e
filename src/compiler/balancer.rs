//! Endpoints whose members come and go: from what the configuration says to a [`DynamicEndpoint`].

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use sinew_core::config::balancer::{
    Algorithm, BalancerConfiguration, ClusterDefinition, LocationRewriting, ProcessSettings, Replacements,
    Stickiness, TenantRanges, TrafficSettings,
};
use sinew_core::config::endpoint::{EndpointKind, SessionDefinition, SessionKind as Written};
use sinew_core::mediation::Endpoint;

use super::build::Compiler;
use crate::balancing::affinity::{Affinity, AffinityCookie, SessionKind, Sticky, Window, session_timeout};
use crate::balancing::algorithms::Selector;
use crate::balancing::resolution::{
    ClusterTable, HostTable, MappingFile, TenantFile, TenantRange, UrlMapping,
};
use crate::balancing::rewriting::{CookieRules, DomainRule, ForwardedPolicy, PathRule, rewrites};
use crate::balancing::selection::{Balancer, Settings};
use crate::clusters::health::HealthCheck;
use crate::clusters::{ClusterKey, DemandCounter};
use crate::endpoints::{BalancedCluster, Client, DynamicEndpoint, DynamicPolicy, Leaf, Routing, Sessions};
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

impl SessionWish {
    /// Cookies, for as long as the configuration says.
    pub(super) const COOKIES: SessionWish = SessionWish { kind: SessionKind::Http, timeout: None };

    /// What `<session>` says.
    pub(super) fn of(definition: &SessionDefinition) -> Self {
        let kind = match definition.kind {
            Written::Http => SessionKind::Http,
            Written::Soap => SessionKind::Soap,
            Written::SimpleClient => SessionKind::SimpleClient,
        };
        Self { kind, timeout: definition.timeout }
    }
}

/// What an endpoint wants otherwise than the configuration of its clusters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wishes {
    pub(super) algorithm: Option<Algorithm>,
    pub(super) fail_over: Option<bool>,
    pub(super) session: Option<SessionWish>,
}

impl Wishes {
    pub(super) fn change(&self, traffic: &mut TrafficSettings) {
        traffic.selection.algorithm = self.algorithm.unwrap_or(traffic.selection.algorithm);
        traffic.fail_over.enabled = self.fail_over.unwrap_or(traffic.fail_over.enabled);
    }
}

/// What is known of tenants and aliases, read once for all endpoints.
#[derive(Default)]
pub(super) struct Lookups {
    tenants: Option<Arc<TenantFile>>,
    mapping: Option<Arc<UrlMapping>>,
}

impl<C: Client> Compiler<'_, C> {
    /// Where the main sequence sends what has no endpoint: the endpoint that is called so, if it is a tenant-aware one,
    /// else one that is made when there is a configuration for it with services.
    pub(super) fn balancer(&mut self) -> Option<Arc<dyn Endpoint>> {
        match self.configuration.endpoint(TENANT_AWARE).map(|found| &found.kind) {
            None | Some(EndpointKind::TenantAware(_)) => {
                self.endpoint_by_name(&TENANT_AWARE.into()).flatten()
            }
            Some(_) => self.tenant_aware(),
        }
    }

    /// The tenant-aware endpoint, when there is a configuration for it with services.
    pub(super) fn tenant_aware(&mut self) -> Option<Arc<dyn Endpoint>> {
        let configuration = self.configuration.balancer.clone()?;
        if configuration.services.is_empty() {
            return None;
        }
        let wishes = Wishes { session: Some(SessionWish::COOKIES), ..Wishes::default() };
        let leaf = self.leaf_of_members(TENANT_AWARE);
        Some(self.balance_services(&configuration, leaf, wishes))
    }

    /// An endpoint for the services of a configuration.
    pub(super) fn balance_services(
        &mut self,
        configuration: &BalancerConfiguration,
        leaf: Leaf<C>,
        wishes: Wishes,
    ) -> Arc<dyn Endpoint> {
        self.touches_others = true;
        let mut clusters = HashMap::new();
        for (key, definition) in configuration.clusters() {
            self.static_members(definition);
            let maintenance = definition.settings.maintenance;
            if let Some(check) = HealthCheck::of(&definition.traffic.health_check) {
                self.health_checks.insert(key.clone(), check);
            }
            self.lifecycles.insert(key.clone(), Lifecycle::of(&definition.traffic.lifecycle));
            let mut traffic = definition.traffic.clone();
            wishes.change(&mut traffic);
            let demand = self.process(Some(configuration)).enable_autoscaler.then(|| {
                let cluster = self.settings.lasting.directory.cluster(key);
                cluster.count_demand(definition.limits.message_expiry_time)
            });
            let cluster = self.balanced(key, &traffic, wishes.session, maintenance, demand);
            clusters.insert(key.clone(), cluster);
        }
        let process = self.process(Some(configuration));
        let routing = Routing::Hosts {
            hosts: self.hosts(configuration, &clusters),
            tenants: self.tenants(),
            mapping: self.mapping(process.size_of_cache),
        };
        let policy = self.dynamic_policy(&process);
        self.dynamic_endpoint(leaf, routing, policy)
    }

    /// What holds for the balancer as a whole: what the deployed configuration says, else that of an endpoint.
    pub(super) fn process(&self, own: Option<&BalancerConfiguration>) -> ProcessSettings {
        let deployed = self.configuration.balancer.as_deref();
        deployed.or(own).map(|configuration| configuration.balancer.process.clone()).unwrap_or_default()
    }

    /// Which host and tenant lead to which cluster. The reader has refused hosts of two services and tenants of two
    /// clusters, so nothing is lost here.
    fn hosts(
        &self,
        configuration: &BalancerConfiguration,
        clusters: &HashMap<ClusterKey, Arc<BalancedCluster>>,
    ) -> HostTable<ClusterTable<Arc<BalancedCluster>>> {
        type Served<'c> = BTreeMap<&'c ClusterKey, (TenantRange, Arc<BalancedCluster>)>;
        let mut by_host: HashMap<&str, Served<'_>> = HashMap::new();
        for definition in configuration.services.iter().flat_map(|service| &service.clusters) {
            let (Some(tenants), Some(cluster)) = (&definition.tenants, clusters.get(&definition.key)) else {
                continue;
            };
            for host in definition.hosts.iter() {
                let known = by_host.entry(&host.name).or_default();
                let (range, _) =
                    known.entry(&definition.key).or_insert_with(|| (TenantRange::default(), cluster.clone()));
                // A cluster that is defined again has the tenants of all its definitions.
                range.add(tenant_range(&tenants.ranges));
            }
        }
        let mut table = HostTable::new();
        for (host, clusters) in by_host {
            if let Ok(clusters) = ClusterTable::new(clusters.into_values()) {
                let _ = table.insert(host, clusters);
            }
        }
        table
    }

    fn tenants(&mut self) -> Arc<TenantFile> {
        if let Some(tenants) = &self.lookups.tenants {
            return tenants.clone();
        }
        let tenants = match &self.configuration.tenants {
            Some(file) => TenantFile::parse(file, &mut self.diagnostics),
            None => TenantFile::default(),
        };
        self.lookups.tenants.insert(Arc::new(tenants)).clone()
    }

    fn mapping(&mut self, size_of_cache: u32) -> Option<Arc<UrlMapping>> {
        if self.lookups.mapping.is_none() {
            let file = self.configuration.url_mapping.as_ref()?;
            let source = Arc::new(MappingFile::parse(file, &mut self.diagnostics));
            self.lookups.mapping = Some(Arc::new(UrlMapping::new(source, size_of_cache as usize)));
        }
        self.lookups.mapping.clone()
    }

    /// Remembers the members that a cluster's definition names.
    fn static_members(&mut self, definition: &ClusterDefinition) {
        let members = self.members.entry(definition.key.clone()).or_default();
        members.extend(definition.members.iter().map(|member| member.definition.clone()));
    }

    /// A cluster, treated as the settings say.
    pub(super) fn balanced(
        &mut self,
        key: &ClusterKey,
        traffic: &TrafficSettings,
        session: Option<SessionWish>,
        maintenance: bool,
        demand: Option<Arc<DemandCounter>>,
    ) -> Arc<BalancedCluster> {
        self.touches_others = true;
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
            let configured = traffic.affinity.session_timeout;
            let length = session_timeout(wish.timeout, configured, Some(lasting.session_timeout));
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
        let cluster = BalancedCluster::new(balancer, sessions, cookie, timeouts, traffic, maintenance);
        Arc::new(cluster.counted_by(demand))
    }

    /// What an endpoint of a balancer does besides choosing members.
    pub(super) fn dynamic_policy(&self, process: &ProcessSettings) -> DynamicPolicy {
        let rewrite_locations = match self.configuration.sequence("main") {
            Some(main) => rewrites(process.rewrite_location, main),
            None => process.rewrite_location != LocationRewriting::Off,
        };
        let trusted = (!process.trusted_proxies.is_empty()).then(|| process.trusted_proxies.clone());
        let x_forwarded = process.forwarded_headers;
        DynamicPolicy {
            forwarded: Some(ForwardedPolicy { x_forwarded, forwarded: process.forwarded, trusted }),
            rewrite_locations,
            cookies: cookie_rules(process),
            listen: self.settings.listen,
        }
    }

    /// An endpoint around its routing.
    pub(super) fn dynamic_endpoint(
        &self,
        leaf: Leaf<C>,
        routing: Routing,
        policy: DynamicPolicy,
    ) -> Arc<dyn Endpoint> {
        Arc::new(DynamicEndpoint::new(leaf, routing, policy, self.settings.lasting.directory.clone()))
    }
}

/// What becomes of the cookies of members. The reader has refused what cannot be followed.
fn cookie_rules(process: &ProcessSettings) -> CookieRules {
    let domain = |(from, to): (&str, &str)| match (from, to) {
        (Replacements::MEMBERS, "") => DomainRule::RemoveMembers,
        (from, to) => DomainRule::Replace { from: from.into(), to: (!to.is_empty()).then(|| to.into()) },
    };
    let path = |(from, to): (&str, &str)| PathRule { from: from.into(), to: to.into() };
    let domains = process.cookie_domain.iter().map(domain).collect();
    CookieRules::new(domains, process.cookie_path.iter().map(path).collect()).unwrap_or_default()
}

fn tenant_range(ranges: &TenantRanges) -> TenantRange {
    let intervals = ranges.intervals().iter().map(|(first, last)| *first..=*last).collect();
    TenantRange { others: ranges.is_default(), intervals }
}
