//! `<http>` (endpoints.md §4.4).

use http::Method;

use super::sending;
use super::values::{ignored_value, not_supported};
use crate::config::endpoint::{HttpDefinition, UriTemplate};
use crate::config::{Attributes, NAMESPACE, ParseContext};
use crate::diagnostics::{Diagnostic, codes};
use crate::xml::Element;

/// The methods of the attribute, in any case; another one is passed over.
const METHODS: [Method; 7] =
    [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD, Method::PATCH, Method::OPTIONS];

pub(super) fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<HttpDefinition> {
    let mut attributes = Attributes::of(element);
    let method = method(element, &mut attributes, context);
    let template = template(element, &mut attributes, context);
    match attributes.optional("version").map(str::trim) {
        None | Some("1.1") => {}
        Some("2.0") => ignored_value(element, "version", "1.1, which is what is spoken", context),
        Some(version) => {
            let message = format!("there is no version \"{version}\" to choose");
            attributes.invalid("version", message, "1.1", context);
        }
    }
    let authentication = element.child(NAMESPACE, "authentication");
    if let Some(authentication) = authentication {
        check_authentication(authentication, context);
    }
    let sending = sending::parse(element, attributes, &["authentication"], context);
    if authentication.is_some() {
        return None;
    }
    Some(HttpDefinition { method, template: template?, sending: sending? })
}

fn method(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Method> {
    let text = attributes.optional("method")?.trim();
    let found = METHODS.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text));
    if found.is_none() {
        ignored_value(element, "method", "get, post, put, delete, head, patch or options", context);
    }
    found
}

fn template(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<UriTemplate> {
    let text = attributes.required("uri-template", context)?;
    match UriTemplate::parse(text) {
        Ok(template) => Some(template),
        Err(error) => {
            context.push(
                Diagnostic::error(codes::ENDPOINT_VALUE_INVALID, format!("this is no URI template: {error}"))
                    .at(element.attribute_location("uri-template"))
                    .label("expected a template such as http://host/{uri.var.path}"),
            );
            None
        }
    }
}

/// What `<authentication>` may hold. All of it is refused: a request that leaves without the credentials that were
/// asked for is worse than none.
fn check_authentication(element: Element<'_>, context: &mut ParseContext<'_>) {
    let known = ["basicAuth", "oauth"];
    match element.children().find(|child| known.contains(&child.local_name())) {
        Some(child) => {
            let what = format!("http endpoints with <{}>", child.local_name());
            not_supported(child, &what, context);
        }
        None => context.push(
            Diagnostic::error(codes::CHILD_MISSING, "<authentication> does not say how")
                .at(element.name_location())
                .label("expected <basicAuth> or <oauth>"),
        ),
    }
}
