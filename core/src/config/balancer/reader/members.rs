//! Members that the file names (elastic-load-balancer.md §5.4).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::super::settings::{Kind, MEMBER_KEYS, OPTIONAL_TEXT, PORT, SWITCH, WEIGHT};
use super::super::tree::{Block, Property};
use super::super::{
    ClusterKey, DEFAULT_SUB_DOMAIN, MemberDefinition, Place, ServiceDefinition, StaticMember,
};
use super::Reader;
use crate::diagnostics::{Diagnostic, Span, codes, nearest};

/// Members that belong to another cluster than the one they stand in.
#[derive(Default)]
pub(super) struct Members<'a> {
    elsewhere: Vec<(ClusterKey, &'a Property, StaticMember)>,
}

impl<'a> Members<'a> {
    /// The members of a domain's block that belong to its own cluster.
    pub(super) fn read(
        &mut self,
        reader: &mut Reader<'a>,
        block: &'a Block,
        key: &ClusterKey,
    ) -> Vec<StaticMember> {
        let Some(list) = block.block("members") else { return Vec::new() };
        for property in &list.properties {
            reader
                .ignored(property.key_span, &format!("\"{}\" stands outside of every member", property.key));
        }
        let mut own = Vec::new();
        for block in &list.blocks {
            reader.no_blocks_but(block, &[]);
            let Some(member) = reader.member(block) else { continue };
            let sub_domain = block.property("sub_domain");
            let name = reader.value(block, "sub_domain", &OPTIONAL_TEXT).flatten();
            match (sub_domain, name) {
                (Some(property), Some(name)) => {
                    let sub_domain = Some(name).filter(|name| **name != *DEFAULT_SUB_DOMAIN);
                    let wanted = ClusterKey { domain: key.domain.clone(), sub_domain };
                    match wanted == *key {
                        true => own.push(member),
                        false => self.elsewhere.push((wanted, property, member)),
                    }
                }
                _ => own.push(member),
            }
        }
        own
    }
}

impl<'a> Reader<'a> {
    /// Puts members that name another sub-domain into its cluster.
    pub(super) fn distribute(&mut self, members: Members<'a>, services: &mut [ServiceDefinition]) {
        if members.elsewhere.is_empty() {
            return;
        }
        let mut places: HashMap<ClusterKey, (usize, usize)> = HashMap::new();
        for (service, definition) in services.iter().enumerate() {
            for (cluster, definition) in definition.clusters.iter().enumerate() {
                places.insert(definition.key.clone(), (service, cluster));
            }
        }
        for (key, property, member) in members.elsewhere {
            let place = places.get(&key).copied();
            let cluster =
                place.and_then(|(service, cluster)| services.get_mut(service)?.clusters.get_mut(cluster));
            match cluster {
                Some(cluster) => cluster.members.push(member),
                None => {
                    let message = format!("there is no cluster \"{key}\" for this member");
                    let label = "no domain block has this sub-domain";
                    self.error(codes::BALANCER_VALUE_INVALID, property.value_span, message, label);
                }
            }
        }
    }

    fn member(&mut self, block: &'a Block) -> Option<StaticMember> {
        let mut port_mappings = BTreeMap::new();
        let mut properties: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
        for property in &block.properties {
            if let Some(incoming) = MemberDefinition::mapped_from(&property.key) {
                port_mappings.extend(self.port_mapping(property, incoming));
            } else if !MEMBER_KEYS.iter().any(|key| key.name == property.key) {
                self.perhaps_misspelt(property);
                let value = self.expanded(property);
                properties.insert(property.key.as_str().into(), value.as_ref().into());
            }
        }
        let host = self.value(block, "host", &OPTIONAL_TEXT).flatten();
        if host.is_none() {
            let message = format!("the member \"{}\" has no \"host\"", block.name);
            self.error(codes::BALANCER_VALUE_MISSING, block.name_span, message, "needs a host");
        }
        let (http_port, https_port) =
            (self.value(block, "httpPort", &PORT), self.value(block, "httpsPort", &PORT));
        let is_port = |property: &Property| {
            ["httpPort", "httpsPort"].contains(&&*property.key)
                || MemberDefinition::mapped_from(&property.key).is_some()
        };
        if !block.properties.iter().any(is_port) {
            let message = format!("the member \"{}\" has no port, so that it gets no requests", block.name);
            self.error(
                codes::BALANCER_VALUE_MISSING,
                block.name_span,
                message,
                "needs httpPort or httpsPort",
            );
        }
        let definition = MemberDefinition {
            remote_host: self.value(block, "remoteHost", &OPTIONAL_TEXT).flatten(),
            http_port,
            https_port,
            port_mappings,
            weight: self.value(block, "weight", &WEIGHT).unwrap_or(1),
            permanent: self.value(block, "permanent", &SWITCH).unwrap_or(false),
            active: self.value(block, "isActive", &SWITCH).unwrap_or(true),
            zone: self.value(block, "zone", &OPTIONAL_TEXT).flatten(),
            properties,
            host: host?,
        };
        let place = Place(self.tree.locate(block.name_span));
        Some(StaticMember { name: block.name.as_str().into(), place, definition })
    }

    fn port_mapping(&mut self, property: &'a Property, incoming: &str) -> Option<(u16, u16)> {
        let text = self.expanded(property);
        let mut port = |text: &str, span: Span| {
            let Kind { expected, read } = PORT;
            let port = read(text).ok();
            if port.is_none() {
                let (message, label) = (format!("\"{text}\" is no port"), format!("expected {expected}"));
                self.error(codes::BALANCER_VALUE_INVALID, span, message, &label);
            }
            port
        };
        let (incoming, outgoing) = (port(incoming, property.key_span), port(&text, property.value_span));
        incoming.zip(outgoing)
    }

    /// Any other key is kept as a property of the member, but may have been meant as one that has an effect.
    fn perhaps_misspelt(&mut self, property: &Property) {
        let known = MEMBER_KEYS.iter().map(|key| key.name);
        if let Some(near) = nearest(&property.key, known) {
            let message = format!("\"{}\" is kept as a property of the member", property.key);
            let diagnostic = Diagnostic::warning(codes::BALANCER_IGNORED, message)
                .help(format!("a key with a similar name exists: \"{near}\""));
            self.push(diagnostic, property.key_span, "it has no effect");
        }
    }
}
