//! `<serviceDynamicLoadbalance>` (endpoints.md §7.3).

use super::algorithm::{self, AlgorithmName};
use super::values::{ignored_child, missing_child};
use super::{services, session};
use crate::config::endpoint::{ServiceDynamicLoadBalanceDefinition, SessionKind};
use crate::config::{Attributes, NAMESPACE, ParseContext};
use crate::diagnostics::{Diagnostic, codes};
use crate::xml::Element;

pub(super) fn parse(
    element: Element<'_>,
    session: Option<Element<'_>>,
    context: &mut ParseContext<'_>,
) -> Option<ServiceDynamicLoadBalanceDefinition> {
    let mut attributes = Attributes::of(element);
    let algorithm = algorithm::name(element, &mut attributes, context);
    let algorithm = algorithm.and_then(|name| {
        without_weights(name.as_ref(), context)?;
        algorithm::for_members(name.as_ref(), context)
    });
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
            services::named(text, element.attribute_location("configuration"), context)
        }
        (None, Some(inline)) => services::inline(inline, context),
        (None, None) => {
            let message = "<serviceDynamicLoadbalance> has no services";
            missing_child(element, message, "\"configuration\" or <loadBalancerConfig>", context);
            None
        }
    };
    Some(ServiceDynamicLoadBalanceDefinition {
        algorithm: algorithm?,
        services: services?,
        session: session?,
    })
}

/// The weighted algorithms of static endpoints fail at the first message in the original, and here when they are read
/// (case E94). `None` when it is one of them.
fn without_weights(name: Option<&AlgorithmName>, context: &mut ParseContext<'_>) -> Option<()> {
    let Some(AlgorithmName { name, location }) = name else { return Some(()) };
    let short = name.rsplit('.').next().unwrap_or_default();
    if !matches!(short, "WeightedRoundRobin" | "WeightedRRLCAlgorithm") {
        return Some(());
    }
    let message = format!("the algorithm {short} is for endpoints with weights");
    context.push(
        Diagnostic::error(codes::ATTRIBUTE_INVALID, message)
            .at(location.clone())
            .label("expected RoundRobin or another algorithm for members")
            .help("the key \"algorithm\" of loadbalancer.conf takes it"),
    );
    None
}
