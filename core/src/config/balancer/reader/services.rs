//! Services and their clusters (elastic-load-balancer.md §1.6).

use std::sync::Arc;

use super::super::settings::{OPTIONAL_TEXT, Scope};
use super::super::tree::{Block, Property};
use super::super::{
    ClusterDefinition, ClusterKey, DEFAULT_SUB_DOMAIN, Host, Place, ServiceDefinition, TenantRanges, Tenants,
    UrlSuffix,
};
use super::Reader;
use super::layers::Layers;
use super::members::Members;
use crate::diagnostics::codes;

/// What the clusters of a service inherit.
struct Around<'a> {
    defaults: Option<&'a Block>,
    service: &'a Block,
    /// What both blocks give.
    layers: Layers,
    sub_domain: Option<Arc<str>>,
    hosts: Option<Arc<[Host]>>,
    url_suffixes: Arc<[UrlSuffix]>,
    tenants: Option<Tenants>,
}

impl<'a> Reader<'a> {
    /// The services of the `services` block.
    pub(super) fn services(&mut self, block: &'a Block) -> Vec<ServiceDefinition> {
        for property in &block.properties {
            self.ignored(property.key_span, &format!("\"{}\" stands outside of every service", property.key));
        }
        let defaults = block.block("defaults");
        if let Some(defaults) = defaults {
            self.no_blocks_but(defaults, &[]);
            self.inheritance.defaults =
                self.layers(defaults, Scope::Defaults).or(&self.inheritance.defaults).into();
            let sub_domain = self.sub_domain(defaults);
            self.inheritance.sub_domain = sub_domain.or_else(|| self.inheritance.sub_domain.clone());
        }
        let (layers, sub_domain) = (self.inheritance.defaults.clone(), self.inheritance.sub_domain.clone());
        let mut services: Vec<ServiceDefinition> = Vec::new();
        let mut members = Members::default();
        for service in &block.blocks {
            if defaults.is_some_and(|defaults| std::ptr::eq(defaults, service)) {
                continue;
            }
            let around = Around {
                defaults,
                service,
                layers: self.layers(service, Scope::Service).or(&layers),
                sub_domain: self.sub_domain(service).or_else(|| sub_domain.clone()),
                hosts: self.hosts(service),
                url_suffixes: Arc::default(),
                tenants: self.tenants(service),
            };
            let found = self.service(around, &mut members);
            // Blocks of one name are one service.
            match services.iter_mut().find(|other| other.name == found.name) {
                Some(other) => other.clusters.extend(found.clusters),
                None => services.push(found),
            }
        }
        self.distribute(members, &mut services);
        self.repeated_clusters(&services);
        services
    }

    fn service(&mut self, mut around: Around<'a>, members: &mut Members<'a>) -> ServiceDefinition {
        let block = around.service;
        let name = self.value(block, "serviceName", &OPTIONAL_TEXT).flatten();
        let name: Arc<str> = name.unwrap_or_else(|| block.name.as_str().into());
        self.no_blocks_but(block, &["domains"]);
        around.url_suffixes = self.url_suffixes(block, around.hosts.as_deref()).unwrap_or_default();
        let mut clusters = Vec::new();
        match block.block("domains") {
            None => self.error(
                codes::BALANCER_VALUE_MISSING,
                block.name_span,
                format!("the service \"{name}\" has no block \"domains\""),
                "a service needs the domains of its clusters",
            ),
            Some(domains) => {
                if domains.blocks.is_empty() {
                    let message = format!("the service \"{name}\" has no domain");
                    let label = "there must be a block in here";
                    self.error(codes::BALANCER_VALUE_MISSING, domains.name_span, message, label);
                }
                for property in &domains.properties {
                    let message = format!("\"{}\" stands outside of every domain", property.key);
                    self.ignored(property.key_span, &message);
                }
                clusters =
                    domains.blocks.iter().map(|domain| self.cluster(domain, &around, members)).collect();
            }
        }
        ServiceDefinition { name, place: Place(self.tree.locate(block.name_span)), clusters }
    }

    fn cluster(
        &mut self,
        block: &'a Block,
        around: &Around<'a>,
        members: &mut Members<'a>,
    ) -> ClusterDefinition {
        self.no_blocks_but(block, &["members"]);
        let domain = self.value(block, "domain", &OPTIONAL_TEXT).flatten();
        let sub_domain = self.sub_domain(block).or_else(|| around.sub_domain.clone());
        let key = ClusterKey {
            domain: domain.unwrap_or_else(|| block.name.as_str().into()),
            sub_domain: sub_domain.filter(|name| **name != *DEFAULT_SUB_DOMAIN),
        };
        let own_hosts = self.hosts(block);
        // The internal names of the service belong to its hosts, which those of the domain take the place of.
        let inherited = own_hosts.is_none().then(|| around.url_suffixes.clone());
        let hosts = own_hosts.or_else(|| around.hosts.clone()).unwrap_or_default();
        let url_suffixes = self.url_suffixes(block, Some(&hosts)).or(inherited).unwrap_or_default();
        if let Some(property) = block.property("serviceName") {
            self.ignored(property.key_span, "a domain does not name its service");
        }
        let given = block.property("tenant_range").or_else(|| around.service.property("tenant_range"));
        let tenants = self.tenants(block).or_else(|| around.tenants.clone());
        if given.is_none() && !hosts.is_empty() {
            self.error(
                codes::BALANCER_VALUE_MISSING,
                block.name_span,
                format!("the domain \"{}\" has hosts, but no \"tenant_range\"", key.domain),
                "tenant_range *; serves all tenants",
            );
        }
        let layers = self.layers(block, Scope::Domain).or(&around.layers);
        let limits = layers.limits.clone().settle();
        let balancer = self.inheritance.balancer.clone();
        let behaviour = layers.behaviour.or(&balancer.behaviour).settle();
        let blocks = [Some(block), Some(around.service), around.defaults];
        self.check_limits(&limits, &blocks);
        let policy = self.policy(&layers, &behaviour, &blocks);
        let found = members.read(self, block, &key);
        ClusterDefinition {
            place: Place(self.tree.locate(block.name_span)),
            layer: self.layer,
            hosts,
            url_suffixes,
            tenants,
            settings: layers.cluster.clone().settle(),
            traffic: layers.traffic.or(&balancer.traffic).settle(),
            policy,
            limits,
            behaviour,
            given: layers.of_cluster(&balancer),
            instance: layers.instance.settle(),
            members: found,
            key,
        }
    }

    fn sub_domain(&mut self, block: &'a Block) -> Option<Arc<str>> {
        self.value(block, "sub_domain", &OPTIONAL_TEXT).flatten()
    }

    fn tenants(&mut self, block: &'a Block) -> Option<Tenants> {
        let property: &Property = block.property("tenant_range")?;
        let text = self.expanded(property);
        match text.parse::<TenantRanges>() {
            Ok(ranges) => Some(Tenants { ranges, place: Place(self.tree.locate(property.value_span)) }),
            Err(error) => {
                let label = "expected `*`, or ids and ranges such as 1-100,205";
                let message = format!("wrong tenant_range: {error}");
                self.error(codes::BALANCER_VALUE_INVALID, property.value_span, message, label);
                None
            }
        }
    }
}
