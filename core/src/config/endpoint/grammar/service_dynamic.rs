//! `<serviceDynamicLoadbalance>` (endpoints.md §7.3).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::load_balance::algorithm_name;
use super::session;
use super::values::{ignored_child, missing_child};
use crate::config::endpoint::{
    AlgorithmName, HostedService, OwnedElement, ServiceDynamicLoadBalanceDefinition, ServicesSource,
    SessionKind,
};
use crate::config::{Attributes, NAMESPACE, ParseContext};
use crate::diagnostics::{Diagnostic, Location, codes};
use crate::xml::Element;

pub(super) fn parse(
    element: Element<'_>,
    session: Option<Element<'_>>,
    context: &mut ParseContext<'_>,
) -> Option<ServiceDynamicLoadBalanceDefinition> {
    let mut attributes = Attributes::of(element);
    let algorithm = algorithm_name(element, &mut attributes, context);
    let algorithm = algorithm.and_then(|algorithm| without_weights(algorithm, context));
    let configuration = attributes.optional("configuration").map(str::trim);
    // Written in every configuration, and without effect in the original (endpoints.md §7.3).
    attributes.optional("failover");
    attributes.finish(context);
    let session = session::parse(session, &[SessionKind::Http, SessionKind::Soap], context);
    let known = ["loadBalancerConfig", "property", "description"];
    for child in element.children().filter(|child| !known.contains(&child.local_name())) {
        ignored_child(child, context);
    }
    let inline = element.child(NAMESPACE, "loadBalancerConfig");
    let services = match (configuration.filter(|text| !text.is_empty()), inline) {
        (Some(text), inline) => {
            if let Some(inline) = inline {
                ignored_child(inline, context);
            }
            let location = element.attribute_location("configuration");
            ServicesSource::Configuration { text: text.into(), location }
        }
        (None, Some(inline)) => ServicesSource::Inline {
            services: self::services(inline, context)?,
            element: OwnedElement::new(inline),
        },
        (None, None) => {
            let message = "<serviceDynamicLoadbalance> has no services";
            missing_child(element, message, "\"configuration\" or <loadBalancerConfig>", context);
            return None;
        }
    };
    Some(ServiceDynamicLoadBalanceDefinition { algorithm: algorithm?, services, session: session? })
}

/// The weighted algorithms of static endpoints fail at the first message in the original, and here when they are read
/// (case E94).
fn without_weights(
    algorithm: Option<AlgorithmName>,
    context: &mut ParseContext<'_>,
) -> Option<Option<AlgorithmName>> {
    let Some(name) = algorithm else { return Some(None) };
    let short = name.name.rsplit('.').next().unwrap_or_default();
    if !matches!(short, "WeightedRoundRobin" | "WeightedRRLCAlgorithm") {
        return Some(Some(name));
    }
    let message = format!("the algorithm {short} is for endpoints with weights");
    context.push(
        Diagnostic::error(codes::ATTRIBUTE_INVALID, message)
            .at(name.location)
            .label("expected RoundRobin or another algorithm for members"),
    );
    None
}

/// The services, each host only once (case E82).
fn services(config: Element<'_>, context: &mut ParseContext<'_>) -> Option<Vec<HostedService>> {
    let is_service = |child: &Element<'_>| child.is(NAMESPACE, "service");
    let elements: Vec<Element<'_>> = match config.child(NAMESPACE, "services") {
        Some(services) => services.children().filter(is_service).collect(),
        None => Vec::new(),
    };
    if elements.is_empty() {
        missing_child(config, "there are no services", "<service> in <services>", context);
        return None;
    }
    let mut hosts = BTreeMap::new();
    let services: Vec<_> =
        elements.into_iter().map(|element| service(element, &mut hosts, context)).collect();
    services.into_iter().collect()
}

fn service(
    element: Element<'_>,
    taken: &mut BTreeMap<Arc<str>, Location>,
    context: &mut ParseContext<'_>,
) -> Option<HostedService> {
    let mut hosts = Vec::new();
    let mut complete = true;
    let listed: Vec<Element<'_>> = match element.child(NAMESPACE, "hosts") {
        Some(hosts) => hosts.children().collect(),
        None => Vec::new(),
    };
    for host in listed {
        if !host.is(NAMESPACE, "host") {
            ignored_child(host, context);
            continue;
        }
        let name: Arc<str> = host.text().trim().to_ascii_lowercase().into();
        if name.is_empty() {
            continue;
        }
        let location = host.text_location();
        if let Some(first) = taken.get(&name) {
            complete = false;
            context.push(
                Diagnostic::error(
                    codes::DUPLICATE_NAME,
                    format!("the host \"{name}\" has a service already"),
                )
                .at(location)
                .label("second of its name")
                .related(first.clone(), "the first"),
            );
            continue;
        }
        taken.insert(name.clone(), location.clone());
        hosts.push((name, location));
    }
    if complete && hosts.is_empty() {
        missing_child(element, "a service needs a host", "<host> in <hosts>", context);
        complete = false;
    }
    let domain = element.child(NAMESPACE, "domain").map(|domain| domain.text().trim().to_owned());
    let domain = domain.filter(|domain| !domain.is_empty());
    if domain.is_none() {
        missing_child(element, "a service needs a domain", "<domain>", context);
    }
    let domain = domain?.into();
    complete.then(|| HostedService { hosts, domain, location: element.location() })
}
