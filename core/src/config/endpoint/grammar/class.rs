//! `<class>`: an endpoint by the name of its class (endpoints.md §8.4). There is one, the tenant-aware endpoint
//! (elastic-load-balancer.md §1.11.3).

use std::time::Duration;

use super::algorithm::{self, AlgorithmName};
use super::load_balance::switch;
use super::services;
use super::values::{ignored_child, invalid_text};
use crate::config::endpoint::{ServicesSource, TenantAwareDefinition};
use crate::config::{Attributes, NAMESPACE, ParseContext};
use crate::diagnostics::{Diagnostic, codes, nearest};
use crate::xml::Element;

/// The one class there is, by its last part.
const CLASS: &str = "TenantAwareLoadBalanceEndpoint";

const PARAMETERS: [&str; 4] = ["algorithm", "configuration", "failover", "sessionTimeout"];

pub(super) fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<TenantAwareDefinition> {
    let mut attributes = Attributes::of(element);
    let class = attributes.required("name", context).map(str::trim);
    attributes.finish(context);
    let parameters = parameters(element, context);
    let class = class?;
    if class.rsplit('.').next() != Some(CLASS) {
        context.push(
            Diagnostic::error(codes::ATTRIBUTE_INVALID, format!("there is no endpoint class \"{class}\""))
                .at(element.attribute_location("name"))
                .label(format!("expected org.wso2.carbon.lb.endpoint.endpoint.{CLASS}")),
        );
        return None;
    }
    let value = |name: &str| {
        let found = parameters.iter().find(|(known, _)| *known == name);
        found.map(|(_, element)| (*element, element.string_value().trim().to_owned()))
    };
    let algorithm = match value("algorithm") {
        Some((element, name)) => {
            let name = AlgorithmName { name: name.into(), location: element.text_location() };
            algorithm::for_members(Some(&name), context)
        }
        None => Some(None),
    };
    let services = match value("configuration") {
        Some((element, text)) => services::named(&text, element.text_location(), context),
        None => Some(ServicesSource::Deployed { location: element.attribute_location("name") }),
    };
    let failover = value("failover").map(|(_, text)| switch(Some(&text)));
    let session_timeout = match value("sessionTimeout") {
        Some((element, text)) => {
            let timeout = text.parse().ok().map(Duration::from_millis);
            if timeout.is_none() {
                invalid_text(element, "a number of milliseconds", context);
            }
            timeout.map(Some)
        }
        None => Some(None),
    };
    Some(TenantAwareDefinition {
        algorithm: algorithm?,
        services: services?,
        failover,
        session_timeout: session_timeout?,
    })
}

/// The parameters by name, each once.
fn parameters<'a>(element: Element<'a>, context: &mut ParseContext<'_>) -> Vec<(&'static str, Element<'a>)> {
    let mut parameters: Vec<(&'static str, Element<'a>)> = Vec::new();
    for child in element.children() {
        // Each engine looks in one of the two namespaces only.
        if !child.is(NAMESPACE, "parameter") && !child.is("", "parameter") {
            if child.local_name() != "description" {
                ignored_child(child, context);
            }
            continue;
        }
        let mut attributes = Attributes::of(child);
        let name = attributes.required("name", context).map(str::trim);
        attributes.finish(context);
        let Some(name) = name else { continue };
        let location = child.attribute_location("name");
        let Some(known) = PARAMETERS.into_iter().find(|known| *known == name) else {
            let message = format!("there is no parameter \"{name}\"");
            let diagnostic =
                Diagnostic::warning(codes::VALUE_IGNORED, message).at(location).label("has no effect");
            context.push(match nearest(name, PARAMETERS) {
                Some(near) => diagnostic.help(format!("a parameter with a similar name exists: \"{near}\"")),
                None => diagnostic,
            });
            continue;
        };
        if parameters.iter().any(|(other, _)| *other == known) {
            context.push(
                Diagnostic::error(
                    codes::ELEMENT_REPEATED,
                    format!("the parameter \"{name}\" is set already"),
                )
                .at(location)
                .label("second of its name"),
            );
            continue;
        }
        parameters.push((known, child));
    }
    parameters
}
