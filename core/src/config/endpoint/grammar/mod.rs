//! Reading `<endpoint>` (endpoints.md §1).

mod property;
mod values;

mod http;
mod sending;
mod wsdl;

mod algorithm;
mod children;
mod failover;
mod load_balance;
mod member;
mod recipient_list;
mod session;
mod weights;

mod class;
mod dynamic;
mod service_dynamic;
mod services;
mod template;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{AddressTemplate, EndpointDefinition, EndpointKind, EndpointProperty};
use crate::config::{Attributes, NAMESPACE, ParseContext};
use crate::diagnostics::{Diagnostic, codes, nearest};
use crate::xml::Element;
use values::ignored_child;

/// Reads an endpoint, named or not.
pub fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<EndpointDefinition> {
    parse_inside(element, None, context)
}

/// The properties of the endpoints around one, which a child has that does not set them (endpoints.md §1.2).
#[derive(Clone, Copy)]
struct Inherited<'a> {
    own: &'a [EndpointProperty],
    outer: Option<&'a Inherited<'a>>,
}

impl<'a> Inherited<'a> {
    fn find(&self, name: &str) -> Option<&'a EndpointProperty> {
        let own = self.own.iter().find(|property| *property.name == *name);
        own.or_else(|| self.outer.and_then(|outer| outer.find(name)))
    }
}

fn parse_inside(
    element: Element<'_>,
    outer: Option<&Inherited<'_>>,
    context: &mut ParseContext<'_>,
) -> Option<EndpointDefinition> {
    let mut attributes = Attributes::of(element);
    let name = attributes.optional("name").map(|name| Arc::from(name.trim()));
    let on_error = attributes.key("onError");
    let key = attributes.key("key");
    let key_expression = attributes.optional("key-expression");
    let template = attributes.key("template");
    let uri = template.is_some().then(|| attributes.optional("uri")).flatten();
    attributes.finish(context);
    let properties = property::all(element, context);
    let inherited = Inherited { own: &properties, outer };
    let kind = match (key, key_expression, template) {
        (Some(key), _, _) => {
            ignore_children(element, &[], context);
            Some(EndpointKind::Indirect(key))
        }
        (None, Some(_), _) => {
            ignore_children(element, &[], context);
            context.expression(element, "key-expression").map(EndpointKind::Resolving)
        }
        (None, None, Some(key)) => {
            ignore_children(element, &["parameter"], context);
            Some(EndpointKind::Template(template::instance(element, key, uri, context)))
        }
        (None, None, None) => kind(element, &inherited, context),
    };
    Some(EndpointDefinition { name, kind: kind?, on_error, properties, location: element.location() })
}

/// The element that says which kind it is: the first of these that there is (endpoints.md §1.1).
const KINDS: [&str; 10] = [
    "address",
    "wsdl",
    "default",
    "loadbalance",
    "dynamicLoadbalance",
    "serviceDynamicLoadbalance",
    "failover",
    "recipientlist",
    "http",
    "class",
];

fn kind(
    element: Element<'_>,
    inherited: &Inherited<'_>,
    context: &mut ParseContext<'_>,
) -> Option<EndpointKind> {
    let Some(found) = KINDS.iter().find_map(|name| element.child(NAMESPACE, name)) else {
        let diagnostic =
            Diagnostic::error(codes::ENDPOINT_KIND_MISSING, "this endpoint does not say where to send")
                .at(element.name_location())
                .label("expected <address>, another kind of endpoint, or a key");
        let near = element.children().find_map(|child| nearest(child.local_name(), KINDS));
        context.push(match near {
            Some(near) => diagnostic.help(format!("a kind with a similar name exists: <{near}>")),
            None => diagnostic,
        });
        return None;
    };
    let kind = found.local_name();
    let has_sessions = matches!(kind, "loadbalance" | "dynamicLoadbalance" | "serviceDynamicLoadbalance");
    let session = element.child(NAMESPACE, "session").filter(|_| has_sessions);
    let known = [kind, if has_sessions { "session" } else { kind }];
    ignore_children(element, &known, context);
    match kind {
        "address" => address(found, context),
        "wsdl" => wsdl::parse(found, context).map(EndpointKind::Wsdl),
        "default" => sending::parse(found, Attributes::of(found), &[], context).map(EndpointKind::Default),
        "loadbalance" => {
            load_balance::parse(found, session, inherited, context).map(EndpointKind::LoadBalance)
        }
        "dynamicLoadbalance" => dynamic::parse(found, session, context).map(EndpointKind::DynamicLoadBalance),
        "serviceDynamicLoadbalance" => {
            service_dynamic::parse(found, session, context).map(EndpointKind::ServiceDynamicLoadBalance)
        }
        "failover" => failover::parse(found, inherited, context).map(EndpointKind::Failover),
        "recipientlist" => recipient_list::parse(found, inherited, context).map(EndpointKind::RecipientList),
        "http" => http::parse(found, context).map(|http| EndpointKind::Http(Box::new(http))),
        _ => class::parse(found, context).map(EndpointKind::TenantAware),
    }
}

fn address(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<EndpointKind> {
    let mut attributes = Attributes::of(element);
    let uri = attributes.required("uri", context).map(AddressTemplate::new);
    let sending = sending::parse(element, attributes, &[], context);
    Some(EndpointKind::Address { uri: uri?, sending: sending? })
}

/// Reports the children that say nothing here: all but these, `<property>` and `<description>`.
fn ignore_children(element: Element<'_>, known: &[&str], context: &mut ParseContext<'_>) {
    let means_something = |name: &str| matches!(name, "property" | "description") || known.contains(&name);
    for child in element.children().filter(|child| !means_something(child.local_name())) {
        ignored_child(child, context);
    }
}
