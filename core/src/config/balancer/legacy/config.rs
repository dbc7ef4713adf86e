//! `<loadBalancerConfig>` (elastic-load-balancer.md §1.11.2).

use super::super::tree::{Block, Property};
use super::names::{BALANCER, ROOT, SERVICE};
use super::properties::{Blocks, block, implied, missing, named, properties, text};
use crate::diagnostics::{Diagnostics, Span};
use crate::xml::Element;

/// How many requests in flight an instance took when nothing was said.
const QUEUE_LENGTH: &str = "400";

/// The element as the blocks of `loadbalancer.conf`.
pub(super) fn translate(element: Element<'_>, diagnostics: &mut Diagnostics) -> Block {
    let mut root = Block::default();
    let mut nobody = Block::default();
    let place = element.name_location().span;
    let mut balancer = block("loadbalancer", place);
    let blocks = Blocks { balancer: &mut balancer, service: &mut nobody };
    properties(element, ROOT, &[], blocks, diagnostics);
    if let Some(element) = named(element, "loadBalancer").next() {
        load_balancer(element, &mut balancer, diagnostics);
    }
    implied(&mut balancer, "elasticIP", "${ELASTIC_IP:-}", place);
    root.blocks.push(balancer);
    match named(element, "services").next() {
        Some(element) => root.blocks.push(services(element, Hosts::Required, diagnostics)),
        None => missing("there is no <services>", element.name_location(), "needs <services>", diagnostics),
    }
    root
}

/// The properties of `<loadBalancer>`.
pub(super) fn load_balancer(element: Element<'_>, balancer: &mut Block, diagnostics: &mut Diagnostics) {
    let mut nobody = Block::default();
    properties(element, BALANCER, &[], Blocks { balancer, service: &mut nobody }, diagnostics);
}

/// Whether services have host names, or only domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hosts {
    /// In `loadBalancerConfig`.
    Required,
    /// In a task, where `service` has its domain as an attribute.
    None,
}

/// `<services>` with its defaults.
pub(super) fn services(element: Element<'_>, hosts: Hosts, diagnostics: &mut Diagnostics) -> Block {
    let mut services = block("services", element.name_location().span);
    let mut defaults = block("defaults", element.name_location().span);
    if let Some(element) = named(element, "defaults").next() {
        own_properties(element, &mut defaults, diagnostics);
    }
    implied(&mut defaults, "queue_length_per_node", QUEUE_LENGTH, element.name_location().span);
    services.blocks.push(defaults);
    services
        .blocks
        .extend(named(element, "service").filter_map(|element| service(element, hosts, diagnostics)));
    if named(element, "service").next().is_none() {
        missing("there is no <service>", element.name_location(), "needs a <service>", diagnostics);
    }
    services
}

fn own_properties(element: Element<'_>, service: &mut Block, diagnostics: &mut Diagnostics) {
    let mut nobody = Block::default();
    properties(element, SERVICE, &[], Blocks { balancer: &mut nobody, service }, diagnostics);
}

/// A service of the name of its domain, with this one domain.
fn service(element: Element<'_>, hosts: Hosts, diagnostics: &mut Diagnostics) -> Option<Block> {
    let (name, place) = domain(element, hosts, diagnostics)?;
    let mut service = block(&name, place);
    own_properties(element, &mut service, diagnostics);
    let mut domain = block(&name, place);
    if hosts == Hosts::Required {
        service.properties.insert(0, host_names(element, diagnostics)?);
        implied(&mut domain, "tenant_range", "*", place);
    }
    service.blocks.push(Block { blocks: vec![domain], ..block("domains", place) });
    Some(service)
}

fn domain(element: Element<'_>, hosts: Hosts, diagnostics: &mut Diagnostics) -> Option<(String, Span)> {
    let child = named(element, "domain").next();
    let (written, location) = match (hosts, child) {
        (Hosts::Required, Some(child)) => (child.text(), child.text_location()),
        (Hosts::Required, None) => (String::new(), element.name_location()),
        (Hosts::None, _) => {
            (element.attribute("domain").unwrap_or_default().to_owned(), element.attribute_location("domain"))
        }
    };
    let name = written.trim();
    if name.is_empty() {
        missing("the service has no domain", location, "needs a domain", diagnostics);
        return None;
    }
    let span = location.span;
    text(name, location, diagnostics).map(|name| (name, span))
}

/// The hosts of a service as one list.
fn host_names(element: Element<'_>, diagnostics: &mut Diagnostics) -> Option<Property> {
    let Some(list) = named(element, "hosts").next() else {
        missing("the service has no <hosts>", element.name_location(), "needs <hosts>", diagnostics);
        return None;
    };
    let mut names = Vec::new();
    let mut span: Option<Span> = None;
    for host in named(list, "host") {
        let (name, place) = (host.text().trim().to_owned(), host.text_location());
        if name.is_empty() {
            missing("the host has no name", host.name_location(), "needs a name", diagnostics);
            continue;
        }
        let first = span.map_or(place.span.start, |span| span.start);
        span = Some(Span::new(first, place.span.end));
        names.extend(text(&name, place, diagnostics));
    }
    if names.is_empty() {
        missing("the service has no <host>", list.name_location(), "needs a <host>", diagnostics);
        return None;
    }
    let key_span = list.name_location().span;
    Some(Property {
        key: "hosts".to_owned(),
        key_span,
        value: names.join(","),
        value_span: span.unwrap_or(key_span),
    })
}
