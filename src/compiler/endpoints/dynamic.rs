//! Endpoints that send to members: each is the balancer with other members and wishes (endpoints.md §5.1, §7, §8.4).

use std::sync::Arc;
use std::time::Duration;

use sinew_core::config::balancer::{
    Algorithm, BalancerConfiguration, ClusterDefinition, ConnectionSettings, TrafficSettings,
};
use sinew_core::config::endpoint::{
    DynamicLoadBalanceDefinition, LoadBalanceDefinition, MemberAddress, SendingDefinition,
    ServiceDynamicLoadBalanceDefinition, ServicesSource, TenantAwareDefinition,
};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::mediation::Endpoint;

use super::Site;
use crate::clusters::health::HealthCheck;
use crate::clusters::{ClusterKey, Member, MemberDefinition};
use crate::compiler::balancer::{SessionWish, Wishes};
use crate::compiler::build::Compiler;
use crate::compiler::sequences::Unusable;
use crate::endpoints::{Client, DynamicPolicy, Leaf, Routing};

impl<C: Client> Compiler<'_, C> {
    /// `<class name="…TenantAwareLoadBalanceEndpoint">` (elastic-load-balancer.md §1.11.3). Its sessions are cookies.
    pub(super) fn tenant_aware_by_class(
        &mut self,
        site: Site<'_>,
        definition: &TenantAwareDefinition,
    ) -> Arc<dyn Endpoint> {
        let wishes = Wishes {
            algorithm: definition.algorithm,
            fail_over: definition.failover,
            session: Some(SessionWish { timeout: definition.session_timeout, ..SessionWish::COOKIES }),
        };
        self.balance_source(site, &definition.services, wishes)
    }

    /// `<serviceDynamicLoadbalance>` (endpoints.md §7.3).
    pub(super) fn service_dynamic(
        &mut self,
        site: Site<'_>,
        definition: &ServiceDynamicLoadBalanceDefinition,
    ) -> Arc<dyn Endpoint> {
        let wishes = Wishes {
            algorithm: definition.algorithm,
            fail_over: None,
            session: definition.session.as_ref().map(SessionWish::of),
        };
        self.balance_source(site, &definition.services, wishes)
    }

    fn balance_source(
        &mut self,
        site: Site<'_>,
        services: &ServicesSource,
        wishes: Wishes,
    ) -> Arc<dyn Endpoint> {
        let configuration = match services {
            ServicesSource::Own(own) => own.clone(),
            ServicesSource::Deployed { location } => {
                let deployed =
                    self.configuration.balancer.as_ref().filter(|found| !found.services.is_empty());
                let Some(deployed) = deployed else {
                    let message = "there is no loadbalancer.conf with services in this configuration";
                    self.diagnostics.push(
                        Diagnostic::error(codes::ENDPOINT_VALUE_INVALID, message)
                            .at(location.clone())
                            .label("this endpoint has nowhere to send to"),
                    );
                    return Arc::new(Unusable::new(site.label, message.to_owned()));
                };
                deployed.clone()
            }
        };
        let leaf = self.member_leaf(site);
        self.balance_services(&configuration, leaf, wishes)
    }

    /// `<dynamicLoadbalance>` (endpoints.md §7.2): the cluster of its domain, treated as the deployed configuration says.
    pub(super) fn dynamic(
        &mut self,
        site: Site<'_>,
        definition: &DynamicLoadBalanceDefinition,
    ) -> Arc<dyn Endpoint> {
        let key = ClusterKey::parse(&definition.membership.domain);
        let deployed = self.configuration.balancer.clone();
        let cluster = deployed.as_deref().and_then(|deployed| cluster(deployed, &key));
        let mut traffic = match cluster {
            Some(cluster) => cluster.traffic.clone(),
            None => self.plain_traffic(),
        };
        // Both may switch it off.
        let fail_over = definition.failover && traffic.fail_over.enabled;
        let session = definition.session.as_ref().map(SessionWish::of);
        Wishes { algorithm: definition.algorithm, fail_over: Some(fail_over), session }.change(&mut traffic);
        let maintenance = cluster.is_some_and(|cluster| cluster.settings.maintenance);
        // The main sequence counts the requests for clusters that are scaled, whichever endpoint they go to.
        let demand = cluster.filter(|_| self.process(None).enable_autoscaler).map(|cluster| {
            let expiry = cluster.limits.message_expiry_time;
            self.settings.lasting.directory.cluster(&key).count_demand(expiry)
        });
        let routing = Routing::One(self.balanced(&key, &traffic, session, maintenance, demand));
        let policy = self.dynamic_policy(&self.process(None));
        let leaf = self.member_leaf(site);
        self.dynamic_endpoint(leaf, routing, policy)
    }

    /// `<loadbalance>` with members (endpoints.md §5.1): a cluster that nobody else has, called after the endpoint.
    pub(super) fn load_balance_members(
        &mut self,
        site: Site<'_>,
        definition: &LoadBalanceDefinition,
        members: &[MemberAddress],
        algorithm: Option<Algorithm>,
    ) -> Arc<dyn Endpoint> {
        let key = ClusterKey::parse(&format!("endpoint:{}", site.name));
        let mut known = Vec::with_capacity(members.len());
        for address in members {
            let member = MemberDefinition::new(&address.host, address.http_port, address.https_port);
            if let Err(error) = Member::new(key.clone(), member.clone(), None) {
                return self.unusable(&address.location, &address.host, error.to_string());
            }
            known.push(member);
        }
        self.members.insert(key.clone(), known);
        self.health_checks.insert(key.clone(), HealthCheck::reviving());
        let mut traffic = self.plain_traffic();
        if definition.build_message {
            traffic.fail_over.replay_buffer = u64::MAX;
        }
        let session = definition.session.as_ref().map(SessionWish::of);
        Wishes { algorithm, fail_over: Some(definition.failover), session }.change(&mut traffic);
        let routing = Routing::One(self.balanced(&key, &traffic, session, false, None));
        // Its members get requests as they came, like those of `<address>`.
        let policy = DynamicPolicy { listen: self.settings.listen, ..DynamicPolicy::default() };
        let leaf = self.member_leaf(site);
        self.dynamic_endpoint(leaf, routing, policy)
    }

    /// How members are treated of which no configuration says anything: each is tried once for a message, and the next one
    /// at once (D1, case E95).
    fn plain_traffic(&self) -> TrafficSettings {
        let mut traffic = TrafficSettings {
            connection: ConnectionSettings {
                connect_timeout: self.settings.timeouts.connect,
                ..ConnectionSettings::default()
            },
            ..TrafficSettings::default()
        };
        traffic.fail_over.max_attempts = u32::MAX;
        traffic.fail_over.delay = Duration::ZERO;
        traffic.fail_over.replay_buffer = self.settings.replay_limit as u64;
        traffic
    }

    /// Sends to the members that an endpoint chooses, with its properties and its handler.
    fn member_leaf(&mut self, site: Site<'_>) -> Leaf<C> {
        let settings = self.leaf_settings(site, &SendingDefinition::default());
        Leaf::new(settings, self.client.clone())
    }
}

/// What a configuration says of a cluster.
fn cluster<'c>(configuration: &'c BalancerConfiguration, key: &ClusterKey) -> Option<&'c ClusterDefinition> {
    configuration.clusters().get(key).copied()
}
