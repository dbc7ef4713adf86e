//! The endpoints and members inside a composite endpoint.

use std::collections::BTreeSet;

use super::values::ignored_child;
use super::{Inherited, member, parse_inside};
use crate::config::endpoint::{EndpointDefinition, EndpointKind, MemberAddress};
use crate::config::{NAMESPACE, ParseContext};
use crate::diagnostics::{Diagnostic, codes};
use crate::xml::Element;

/// What stands in a composite.
pub(super) enum Children {
    Endpoints(Vec<EndpointDefinition>),
    Members(Vec<MemberAddress>),
}

/// The endpoints, of which there must be one.
pub(super) fn endpoints(
    element: Element<'_>,
    inherited: &Inherited<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Vec<EndpointDefinition>> {
    let found: Vec<Element<'_>> =
        element.children().filter(|child| child.is(NAMESPACE, "endpoint")).collect();
    for child in element.children().filter(|child| !child.is(NAMESPACE, "endpoint")) {
        if !matches!(child.local_name(), "property" | "description") {
            ignored_child(child, context);
        }
    }
    if found.is_empty() {
        none(element, "<endpoint>", context);
        return None;
    }
    parse_all(found, inherited, context)
}

/// The endpoints or members, of which there must be one, of either kind (endpoints.md §5.1, case E53).
pub(super) fn endpoints_or_members(
    element: Element<'_>,
    inherited: &Inherited<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Children> {
    let named = |name| move |child: &Element<'_>| child.is(NAMESPACE, name);
    let endpoints: Vec<Element<'_>> = element.children().filter(named("endpoint")).collect();
    let members: Vec<Element<'_>> = element.children().filter(named("member")).collect();
    let known = ["endpoint", "member", "property", "description"];
    for child in element.children().filter(|child| !known.contains(&child.local_name())) {
        ignored_child(child, context);
    }
    match (endpoints.first(), members.first()) {
        (None, None) => {
            none(element, "<endpoint> or <member>", context);
            None
        }
        (Some(_), None) => parse_all(endpoints, inherited, context).map(Children::Endpoints),
        (None, Some(_)) => {
            let parsed: Vec<_> = members.iter().map(|element| member::parse(*element, context)).collect();
            parsed.into_iter().collect::<Option<_>>().map(Children::Members)
        }
        (Some(endpoint), Some(member)) => {
            let message = "endpoints and members cannot stand side by side";
            context.push(
                Diagnostic::error(codes::ATTRIBUTES_CONFLICT, message)
                    .at(member.name_location())
                    .label("a member")
                    .related(endpoint.name_location(), "an endpoint"),
            );
            None
        }
    }
}

/// Every child is read, so that everything wrong is reported; one that is wrong makes the whole wrong.
fn parse_all(
    elements: Vec<Element<'_>>,
    inherited: &Inherited<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Vec<EndpointDefinition>> {
    let parsed: Vec<_> =
        elements.into_iter().map(|child| parse_inside(child, Some(inherited), context)).collect();
    let children: Vec<EndpointDefinition> = parsed.into_iter().collect::<Option<_>>()?;
    distinct(&children, context).then_some(children)
}

/// The same key twice among siblings is refused (endpoints.md §1.2).
fn distinct(children: &[EndpointDefinition], context: &mut ParseContext<'_>) -> bool {
    let mut keys = BTreeSet::new();
    let mut distinct = true;
    for child in children {
        if let EndpointKind::Indirect(key) = &child.kind
            && !keys.insert(&key.text)
        {
            distinct = false;
            let message = format!("the endpoint \"{}\" is among these already", key.text);
            context.push(
                Diagnostic::error(codes::ELEMENT_REPEATED, message)
                    .at(key.location.clone())
                    .label("second of its key"),
            );
        }
    }
    distinct
}

fn none(element: Element<'_>, expected: &str, context: &mut ParseContext<'_>) {
    let message = format!("<{}> has nothing to send to", element.local_name());
    context.push(
        Diagnostic::error(codes::CHILD_MISSING, message)
            .at(element.name_location())
            .label(format!("expected at least one {expected}")),
    );
}
