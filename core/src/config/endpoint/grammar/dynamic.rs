//! `<dynamicLoadbalance>` (endpoints.md §7.2).

use super::load_balance::switch;
use super::values::{ignored_child, missing_child};
use super::{algorithm, session};
use crate::config::endpoint::{DynamicLoadBalanceDefinition, MembershipHandler, SessionKind};
use crate::config::{Attributes, NAMESPACE, ParseContext};
use crate::diagnostics::{Diagnostic, codes};
use crate::xml::Element;

/// The one handler there is, by the last part of its class.
const HANDLER: &str = "Axis2LoadBalanceMembershipHandler";

pub(super) fn parse(
    element: Element<'_>,
    session: Option<Element<'_>>,
    context: &mut ParseContext<'_>,
) -> Option<DynamicLoadBalanceDefinition> {
    let mut attributes = Attributes::of(element);
    let algorithm = algorithm::name(element, &mut attributes, context);
    let algorithm = algorithm.and_then(|name| algorithm::for_members(name.as_ref(), context));
    let failover = switch(attributes.optional("failover"));
    attributes.finish(context);
    let session = session::parse(session, &[SessionKind::Http, SessionKind::Soap], context);
    let known = ["membershipHandler", "property", "description"];
    for child in element.children().filter(|child| !known.contains(&child.local_name())) {
        ignored_child(child, context);
    }
    let Some(handler) = element.child(NAMESPACE, "membershipHandler") else {
        let message = "<dynamicLoadbalance> does not say where its members come from";
        missing_child(element, message, "<membershipHandler>", context);
        return None;
    };
    let membership = membership(handler, context);
    Some(DynamicLoadBalanceDefinition {
        algorithm: algorithm?,
        failover,
        membership: membership?,
        session: session?,
    })
}

fn membership(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<MembershipHandler> {
    let mut attributes = Attributes::of(element);
    let class = attributes.required("class", context)?.trim();
    attributes.finish(context);
    if class.rsplit('.').next() != Some(HANDLER) {
        context.push(
            Diagnostic::error(
                codes::ATTRIBUTE_INVALID,
                format!("there is no membership handler \"{class}\""),
            )
            .at(element.attribute_location("class"))
            .label(format!("expected org.apache.synapse.core.axis2.{HANDLER}")),
        );
        return None;
    }
    let mut properties = Vec::new();
    let mut domain = None;
    for child in element.children() {
        if child.local_name() != "property" {
            ignored_child(child, context);
            continue;
        }
        let mut attributes = Attributes::of(child);
        let (name, value) = (attributes.required("name", context), attributes.required("value", context));
        attributes.finish(context);
        let (Some(name), Some(value)) = (name, value) else { continue };
        if name.trim() == "applicationDomain" {
            domain = Some((value.trim(), child.attribute_location("value")));
        }
        properties.push((name.trim().into(), value.trim().into()));
    }
    let Some((domain, domain_location)) = domain else {
        let message = "the membership handler needs a domain";
        missing_child(element, message, "the property \"applicationDomain\"", context);
        return None;
    };
    Some(MembershipHandler { class: class.into(), domain: domain.into(), domain_location, properties })
}
