//! Reading `<endpoint>` (endpoints.md §1, §2, §4).

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use super::{
    EndpointDefinition, EndpointKind, EndpointProperty, ErrorCodes, Format, MarkForSuspension,
    PropertyTarget, ResponseAction, SendingDefinition, SuspendOnFailure, UriTemplate,
};
use crate::config::{Attributes, NAMESPACE, ParseContext, Switch};
use crate::diagnostics::{Diagnostic, codes};
use crate::expression::ValueSource;
use crate::message::{SoapVersion, formats};
use crate::xml::Element;

/// Kinds of the language that are not there yet, by child element.
const PLANNED: [&str; 9] = [
    "wsdl",
    "loadbalance",
    "dynamicLoadbalance",
    "serviceDynamicLoadbalance",
    "failover",
    "recipientlist",
    "http",
    "class",
    "session",
];

/// Reads an endpoint, named or not.
pub fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<EndpointDefinition> {
    let mut attributes = Attributes::of(element);
    let name = attributes.optional("name").map(|name| Arc::from(name.trim()));
    let on_error = attributes.key("onError");
    let key = attributes.key("key");
    let key_expression = attributes.optional("key-expression");
    let template = attributes.optional("template");
    if template.is_some() {
        attributes.optional("uri");
    }
    attributes.finish(context);
    let kind = match (key, key_expression, template) {
        (Some(key), _, _) => EndpointKind::Indirect(key),
        (None, Some(_), _) => return not_supported(element, "endpoints with a key-expression", context),
        (None, None, Some(_)) => return not_supported(element, "endpoints from templates", context),
        (None, None, None) => kind(element, context)?,
    };
    let properties = properties(element, context);
    Some(EndpointDefinition { name, kind, on_error, properties, location: element.location() })
}

fn kind(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<EndpointKind> {
    let known = |name: &str| element.child(NAMESPACE, name);
    if let Some(address) = known("address") {
        let mut attributes = Attributes::of(address);
        let uri = attributes.required("uri", context).map(UriTemplate::new);
        let sending = sending(address, attributes, context);
        return Some(EndpointKind::Address { uri: uri?, sending: sending? });
    }
    if let Some(default) = known("default") {
        return Some(EndpointKind::Default(sending(default, Attributes::of(default), context)?));
    }
    if let Some(planned) = element.children().find(|child| PLANNED.contains(&child.local_name())) {
        return not_supported(planned, &format!("<{}> endpoints", planned.local_name()), context);
    }
    context.push(
        Diagnostic::error(codes::ENDPOINT_KIND_MISSING, "this endpoint does not say where to send")
            .at(element.name_location())
            .label("expected <address>, <default> or a key"),
    );
    None
}

fn not_supported<T>(element: Element<'_>, what: &str, context: &mut ParseContext<'_>) -> Option<T> {
    context.push(
        Diagnostic::error(codes::ENDPOINT_NOT_SUPPORTED, format!("{what} are not supported yet"))
            .at(element.name_location())
            .label("not supported yet"),
    );
    None
}

/// The attributes and children that every sending endpoint has.
fn sending(
    element: Element<'_>,
    mut attributes: Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<SendingDefinition> {
    let mut supported = true;
    let mut definition = SendingDefinition {
        trace: Switch::parse(attributes.optional("trace")),
        statistics: Switch::parse(attributes.optional("statistics")),
        ..SendingDefinition::default()
    };
    match attributes.optional("format").map(str::to_ascii_lowercase).as_deref() {
        Some("rest") => definition.format = Some(Format::Rest),
        Some("pox") => definition.format = Some(Format::Pox),
        Some("get") => definition.format = Some(Format::Get),
        Some("soap11") => definition.format = Some(Format::Soap(SoapVersion::Soap11)),
        Some("soap12") => definition.format = Some(Format::Soap(SoapVersion::Soap12)),
        Some(_) => ignored_value(element, "format", "rest, soap11, soap12, pox or get", context),
        None => {}
    }
    if let Some(optimize) = attributes.optional("optimize") {
        unsupported_value(element, "optimize", optimize, context);
        supported = false;
    }
    definition.encoding = encoding(element, &mut attributes, context);
    attributes.finish(context);
    for child in element.children() {
        match child.local_name() {
            "timeout" => timeout(child, &mut definition, context),
            "markForSuspension" => definition.mark_for_suspension = mark_for_suspension(child, context),
            "suspendOnFailure" => definition.suspend_on_failure = suspend_on_failure(child, context),
            "suspendDurationOnFailure" => {
                let seconds = number::<u64>(child, "a number of seconds", context);
                definition.suspend_on_failure.initial = seconds.map(Duration::from_secs);
            }
            "retryConfig" => {
                if let Some(list) = child.child(NAMESPACE, "disabledErrorCodes") {
                    definition.retry_disabled = error_codes(list, context);
                }
            }
            "enableAddressing" | "enableSec" | "enableRM" => {
                not_supported::<()>(child, &format!("endpoints with <{}>", child.local_name()), context);
                supported = false;
            }
            "description" | "property" => {}
            other => context.push(
                Diagnostic::warning(codes::IGNORED_ELEMENT, format!("<{other}> means nothing here"))
                    .at(child.name_location())
                    .label("ignored"),
            ),
        }
    }
    supported.then_some(definition)
}

/// The charset of `encoding="…"`. It counts with a `format`: without one the bytes go out as they came.
fn encoding(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Arc<str>> {
    let name = attributes.optional("encoding")?.trim();
    if !formats::is_charset(name) {
        ignored_value(element, "encoding", "the name of a charset, such as UTF-8", context);
        return None;
    }
    Some(name.into())
}

fn unsupported_value(element: Element<'_>, attribute: &str, value: &str, context: &mut ParseContext<'_>) {
    context.push(
        Diagnostic::error(
            codes::ENDPOINT_NOT_SUPPORTED,
            format!("{attribute}=\"{value}\" is not supported yet"),
        )
        .at(element.attribute_location(attribute))
        .label("not supported yet"),
    );
}

fn ignored_value(element: Element<'_>, attribute: &str, expected: &str, context: &mut ParseContext<'_>) {
    context.push(
        Diagnostic::warning(codes::VALUE_IGNORED, format!("this {attribute} is unknown; it is ignored"))
            .at(element.attribute_location(attribute))
            .label(format!("expected {expected}")),
    );
}

/// `<timeout>`: a duration without an action only limits the wait like the transport's own; an action without a
/// duration waits 30 s (endpoints.md §2.2; `never` is accepted as no action, D11).
fn timeout(element: Element<'_>, definition: &mut SendingDefinition, context: &mut ParseContext<'_>) {
    let duration = element.child(NAMESPACE, "duration");
    let action = element.child(NAMESPACE, "responseAction").or_else(|| element.child(NAMESPACE, "action"));
    let milliseconds = duration.and_then(|child| number::<u64>(child, "a number of milliseconds", context));
    definition.timeout = milliseconds.map(Duration::from_millis);
    let Some(action) = action else { return };
    definition.response_action = match action.text().trim().to_ascii_lowercase().as_str() {
        "fault" => ResponseAction::Fault,
        "discard" => ResponseAction::Discard,
        "never" => ResponseAction::Never,
        _ => {
            invalid_text(action, "fault, discard or never", context);
            return;
        }
    };
    if duration.is_none() && definition.response_action != ResponseAction::Never {
        definition.timeout = Some(Duration::from_secs(30));
    }
}

fn mark_for_suspension(element: Element<'_>, context: &mut ParseContext<'_>) -> MarkForSuspension {
    let child = |name: &str| element.child(NAMESPACE, name);
    let retries = child("retriesBeforeSuspension").and_then(|c| number(c, "a number of failures", context));
    let delay = child("retryDelay").and_then(|c| number::<u64>(c, "a number of milliseconds", context));
    MarkForSuspension {
        codes: child("errorCodes").map(|list| error_codes(list, context)).unwrap_or_default(),
        retries: retries.unwrap_or(0),
        delay: Duration::from_millis(delay.unwrap_or(0)),
    }
}

fn suspend_on_failure(element: Element<'_>, context: &mut ParseContext<'_>) -> SuspendOnFailure {
    let child = |name: &str| element.child(NAMESPACE, name);
    let factor = child("progressionFactor").and_then(|c| number::<f32>(c, "a factor such as 2.0", context));
    let mut duration = |name: &str| {
        let milliseconds = number::<i64>(child(name)?, "a number of milliseconds", context)?;
        u64::try_from(milliseconds).ok().map(Duration::from_millis)
    };
    let initial = duration("initialDuration");
    let maximum = duration("maximumDuration");
    SuspendOnFailure {
        codes: child("errorCodes").map(|list| error_codes(list, context)).unwrap_or_default(),
        initial,
        factor: factor.filter(|factor| factor.is_finite()).unwrap_or(1.0),
        maximum,
    }
}

/// Codes separated by commas and blanks.
fn error_codes(element: Element<'_>, context: &mut ParseContext<'_>) -> ErrorCodes {
    let text = element.text();
    let words = text.split([',', ' ', '\n', '\t', '\r']).filter(|word| !word.is_empty());
    let codes: Option<Vec<u32>> = words.map(|word| word.parse().ok()).collect();
    codes.map(Into::into).unwrap_or_else(|| {
        invalid_text(element, "error codes such as 101504, separated by commas", context);
        ErrorCodes::default()
    })
}

fn number<T: FromStr>(element: Element<'_>, expected: &str, context: &mut ParseContext<'_>) -> Option<T> {
    let parsed = element.text().trim().parse().ok();
    if parsed.is_none() {
        invalid_text(element, expected, context);
    }
    parsed
}

fn invalid_text(element: Element<'_>, expected: &str, context: &mut ParseContext<'_>) {
    let name = element.local_name();
    context.push(
        Diagnostic::error(codes::ENDPOINT_VALUE_INVALID, format!("the content of <{name}> is not allowed"))
            .at(element.text_location())
            .label(format!("expected {expected}")),
    );
}

/// `<property>` children: name, exactly one of value and expression, scope (endpoints.md §1.2).
fn properties(element: Element<'_>, context: &mut ParseContext<'_>) -> Vec<EndpointProperty> {
    let children = element.children().filter(|child| child.is(NAMESPACE, "property"));
    children.filter_map(|child| property(child, context)).collect()
}

fn property(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<EndpointProperty> {
    let mut attributes = Attributes::of(element);
    let name = attributes.required("name", context);
    let value = attributes.optional("value");
    let expression = attributes.optional("expression").is_some();
    let target = match attributes.optional("scope") {
        None | Some("default") => PropertyTarget::Default,
        Some("axis2" | "axis2-client") => PropertyTarget::Axis2,
        Some("transport") => PropertyTarget::Transport,
        Some(_) => {
            let message = "endpoint properties have no such scope";
            attributes.invalid("scope", message, "default, axis2, axis2-client or transport", context);
            return None;
        }
    };
    attributes.finish(context);
    let value = match (value, expression) {
        (Some(value), false) => ValueSource::Literal(value.into()),
        (None, true) => ValueSource::Computed(context.expression(element, "expression")?),
        _ => {
            context.push(
                Diagnostic::error(
                    codes::ATTRIBUTES_CONFLICT,
                    "a property has either a value or an expression",
                )
                .at(element.name_location())
                .label("expected exactly one of \"value\" and \"expression\""),
            );
            return None;
        }
    };
    Some(EndpointProperty { name: name?.into(), value, target })
}
