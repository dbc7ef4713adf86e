//! The attributes and children that every endpoint has that sends itself (endpoints.md §2).

use std::sync::Arc;
use std::time::Duration;

use super::values::{
    error_codes, ignored_child, ignored_value, invalid_text, milliseconds, not_supported, number,
};
use crate::config::endpoint::{
    Format, MarkForSuspension, ResponseAction, RetryConfig, SendingDefinition, SuspendOnFailure,
};
use crate::config::{Attributes, NAMESPACE, ParseContext, Switch};
use crate::diagnostics::{Diagnostic, codes};
use crate::message::{SoapVersion, formats};
use crate::xml::Element;

/// Reads them, and reports what else there is; `known` names further children that the kind reads itself.
pub(super) fn parse(
    element: Element<'_>,
    mut attributes: Attributes<'_>,
    known: &[&str],
    context: &mut ParseContext<'_>,
) -> Option<SendingDefinition> {
    let mut supported = true;
    let mut definition = SendingDefinition {
        trace: Switch::parse(attributes.optional("trace")),
        statistics: Switch::parse(attributes.optional("statistics")),
        ..SendingDefinition::default()
    };
    definition.format = format(element, &mut attributes, context);
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
            "retryConfig" => definition.retry = retry_config(child, context),
            "enableSec" => {
                not_supported(child, "endpoints with <enableSec>", context);
                supported = false;
            }
            "enableAddressing" => addressing(child, context),
            "enableRM" => without_effect(child, context),
            "description" | "property" => {}
            other if known.contains(&other) => {}
            _ => ignored_child(child, context),
        }
    }
    supported.then_some(definition)
}

fn format(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Format> {
    match attributes.optional("format")?.to_ascii_lowercase().as_str() {
        "rest" => Some(Format::Rest),
        "pox" => Some(Format::Pox),
        "get" => Some(Format::Get),
        "soap11" => Some(Format::Soap(SoapVersion::Soap11)),
        "soap12" => Some(Format::Soap(SoapVersion::Soap12)),
        _ => {
            ignored_value(element, "format", "rest, soap11, soap12, pox or get", context);
            None
        }
    }
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

/// `<enableAddressing>`: what the original writes into the envelope is not written, which services rarely miss.
fn addressing(element: Element<'_>, context: &mut ParseContext<'_>) {
    let mut attributes = Attributes::of(element);
    if let Some(version) = attributes.optional("version")
        && !matches!(version.trim(), "final" | "submission")
    {
        let message = format!("there is no version \"{version}\" of WS-Addressing");
        attributes.invalid("version", message, "final or submission", context);
    }
    attributes.optional("separateListener");
    attributes.finish(context);
    without_effect(element, context);
}

fn without_effect(element: Element<'_>, context: &mut ParseContext<'_>) {
    let message = format!("<{}> of endpoints has no effect yet", element.local_name());
    context.push(
        Diagnostic::warning(codes::IGNORED_ELEMENT, message)
            .at(element.name_location())
            .label("not supported yet"),
    );
}

/// `<timeout>`: a duration without an action only limits the wait like the transport's own; an action without a
/// duration waits 30 s (endpoints.md §2.2; `never` is accepted as no action, D11).
fn timeout(element: Element<'_>, definition: &mut SendingDefinition, context: &mut ParseContext<'_>) {
    let duration = element.child(NAMESPACE, "duration");
    let action = element.child(NAMESPACE, "responseAction").or_else(|| element.child(NAMESPACE, "action"));
    definition.timeout = duration.and_then(|child| milliseconds(child, context));
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
    let delay = child("retryDelay").and_then(|c| milliseconds(c, context));
    MarkForSuspension {
        codes: child("errorCodes").map(|list| error_codes(list, context)).unwrap_or_default(),
        retries: retries.unwrap_or(0),
        delay: delay.unwrap_or_default(),
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

/// `<retryConfig>`. Naming both kinds of codes leaves those that are enabled and not disabled.
fn retry_config(element: Element<'_>, context: &mut ParseContext<'_>) -> RetryConfig {
    let mut codes = |name: &str| {
        element.child(NAMESPACE, name).map(|list| error_codes(list, context)).unwrap_or_default()
    };
    RetryConfig { disabled: codes("disabledErrorCodes"), enabled: codes("enabledErrorCodes") }
}
