//! Proxy services (configuration.md §6.1).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::endpoint::EndpointDefinition;
use super::{Attributes, NAMESPACE, ParseContext, ResourceKey, SequenceDefinition, Switch};
use crate::diagnostics::{Diagnostic, Location, codes};
use crate::xml::Element;

/// A proxy service: a place in the URL space with its flows and its endpoint.
#[derive(Clone, Debug)]
pub struct ProxyDefinition {
    /// The name, and with it the path `/services/<name>`.
    pub name: Arc<str>,
    /// Which listeners it answers on.
    pub transports: Transports,
    /// False: loaded, but requests are answered with a fault until it is started.
    pub start_on_load: bool,
    /// When not empty, the server names it is created on.
    pub pinned_servers: Vec<Arc<str>>,
    /// `trace`.
    pub trace: Switch,
    /// `statistics`.
    pub statistics: Switch,
    /// Its flows and endpoint.
    pub target: ProxyTarget,
    /// `<parameter>` children by name.
    pub parameters: BTreeMap<Arc<str>, Arc<str>>,
    /// Where the element starts.
    pub location: Location,
}

/// Which listeners a proxy service answers on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transports {
    /// Plain HTTP.
    pub http: bool,
    /// HTTP over TLS.
    pub https: bool,
}

/// The `<target>` of a proxy service.
#[derive(Clone, Debug, Default)]
pub struct ProxyTarget {
    /// Runs on requests.
    pub in_sequence: Option<SequenceSlot>,
    /// Runs on responses; without it they go back unchanged.
    pub out_sequence: Option<SequenceSlot>,
    /// Runs on faults; without it the default fault sequence does.
    pub fault_sequence: Option<SequenceSlot>,
    /// Where requests go after the in-sequence.
    pub endpoint: Option<EndpointSlot>,
}

/// A sequence by key or written in place.
#[derive(Clone, Debug)]
pub enum SequenceSlot {
    /// By key.
    Key(ResourceKey),
    /// In place.
    Inline(SequenceDefinition),
}

/// An endpoint by key or written in place.
#[derive(Clone, Debug)]
pub enum EndpointSlot {
    /// By key.
    Key(ResourceKey),
    /// In place.
    Inline(Box<EndpointDefinition>),
}

impl ProxyDefinition {
    /// Reads `<proxy>`.
    pub fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let name = attributes.required("name", context);
        let transports = Transports::parse(attributes.optional("transports"));
        let start_on_load =
            attributes.optional("startOnLoad").is_none_or(|text| text.eq_ignore_ascii_case("true"));
        let pinned_servers = words(attributes.optional("pinnedServers")).map(Arc::from).collect();
        attributes.optional("serviceGroup");
        let trace = Switch::parse(attributes.optional("trace"));
        let statistics = Switch::parse(attributes.optional("statistics"));
        attributes.finish(context);
        let target = target(element, context);
        let (parameters, is_served) = children(element, context);
        let transports = transports.or_else(|| {
            let location = element.attribute_location("transports");
            context.push(
                Diagnostic::error(
                    codes::ATTRIBUTE_INVALID,
                    "this proxy service is on no transport of this server",
                )
                .at(location)
                .label("expected http, https or both"),
            );
            None
        })?;
        // What it asks for may be security: then it must not answer without.
        if !is_served {
            return None;
        }
        Some(Self {
            name: name?.trim().into(),
            transports,
            start_on_load,
            pinned_servers,
            trace,
            statistics,
            target: target?,
            parameters,
            location: element.location(),
        })
    }
}

impl Transports {
    /// Absent or `all` means every transport; names of transports this server does not have are skipped. `None` when
    /// nothing is left.
    fn parse(text: Option<&str>) -> Option<Self> {
        let mut words = words(text).peekable();
        if words.peek().is_none() {
            return Some(Self { http: true, https: true });
        }
        let found = words.fold(Self { http: false, https: false }, |found, word| Self {
            http: found.http || matches!(word, "http" | "all"),
            https: found.https || matches!(word, "https" | "all"),
        });
        (found.http || found.https).then_some(found)
    }
}

/// Words separated by blanks and commas.
pub(super) fn words(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split([' ', ',', '\t', '\n', '\r']).filter(|word| !word.is_empty())
}

/// `<target>`: for each slot the attribute wins over the child; an in-sequence or an endpoint is needed.
fn target(proxy: Element<'_>, context: &mut ParseContext<'_>) -> Option<ProxyTarget> {
    let Some(element) = proxy.child(NAMESPACE, "target") else {
        context.push(
            Diagnostic::error(codes::CHILD_MISSING, "a proxy service needs a <target>")
                .at(proxy.name_location())
                .label("<target> is missing"),
        );
        return None;
    };
    let mut attributes = Attributes::of(element);
    let keys = ["inSequence", "outSequence", "faultSequence"].map(|name| attributes.key(name));
    let endpoint_key = attributes.key("endpoint");
    attributes.finish(context);
    for child in element.children() {
        let name = child.local_name();
        if !matches!(name, "inSequence" | "outSequence" | "faultSequence" | "endpoint" | "description") {
            let message =
                format!("<{name}> means nothing in a <target>; mediators stand in its <inSequence>");
            context.push(
                Diagnostic::warning(codes::IGNORED_ELEMENT, message)
                    .at(child.name_location())
                    .label("ignored"),
            );
        }
    }
    let [in_key, out_key, fault_key] = keys;
    let target = ProxyTarget {
        in_sequence: slot(element, "inSequence", in_key, context),
        out_sequence: slot(element, "outSequence", out_key, context),
        fault_sequence: slot(element, "faultSequence", fault_key, context),
        endpoint: endpoint(element, endpoint_key, context)?,
    };
    if target.in_sequence.is_none() && target.endpoint.is_none() {
        context.push(
            Diagnostic::error(codes::CHILD_MISSING, "a proxy service needs an in-sequence or an endpoint")
                .at(element.name_location())
                .label("neither <inSequence> nor <endpoint>"),
        );
        return None;
    }
    Some(target)
}

fn slot(
    target: Element<'_>,
    name: &str,
    key: Option<ResourceKey>,
    context: &mut ParseContext<'_>,
) -> Option<SequenceSlot> {
    let inline = target.child(NAMESPACE, name);
    match (key, inline) {
        (Some(key), inline) => {
            warn_unused(inline, name, context);
            Some(SequenceSlot::Key(key))
        }
        (None, Some(element)) if element.attribute("key").is_some() => {
            context.push(
                Diagnostic::error(codes::ATTRIBUTES_CONFLICT, format!("<{name}> has no key"))
                    .at(element.attribute_name_location("key"))
                    .label("not allowed here")
                    .help(format!("name the sequence in <target {name}=\"…\">")),
            );
            None
        }
        (None, Some(element)) => {
            Some(SequenceSlot::Inline(SequenceDefinition::parse_anonymous(element, context)))
        }
        (None, None) => None,
    }
}

/// The endpoint slot; the outer `None` means it was there and wrong.
fn endpoint(
    target: Element<'_>,
    key: Option<ResourceKey>,
    context: &mut ParseContext<'_>,
) -> Option<Option<EndpointSlot>> {
    let inline = target.child(NAMESPACE, "endpoint");
    match (key, inline) {
        (Some(key), inline) => {
            warn_unused(inline, "endpoint", context);
            Some(Some(EndpointSlot::Key(key)))
        }
        (None, Some(element)) => {
            let definition = context.endpoint(element)?;
            Some(Some(EndpointSlot::Inline(Box::new(definition))))
        }
        (None, None) => Some(None),
    }
}

fn warn_unused(inline: Option<Element<'_>>, name: &str, context: &mut ParseContext<'_>) {
    if let Some(element) = inline {
        context.push(
            Diagnostic::warning(
                codes::IGNORED_ELEMENT,
                format!("this <{name}> is ignored: the attribute \"{name}\" of <target> wins"),
            )
            .at(element.name_location())
            .label("ignored"),
        );
    }
}

/// The children besides `<target>`: the parameters, and whether nothing is asked for that would be missed.
fn children(proxy: Element<'_>, context: &mut ParseContext<'_>) -> (BTreeMap<Arc<str>, Arc<str>>, bool) {
    let (mut parameters, mut is_served) = (BTreeMap::new(), true);
    for child in proxy.children() {
        match child.local_name() {
            "target" | "description" => {}
            "parameter" => {
                let mut attributes = Attributes::of(child);
                if let Some(name) = attributes.required("name", context) {
                    let value = match child.children().next() {
                        Some(element) => element.to_xml(),
                        None => child.text().trim().to_owned(),
                    };
                    parameters.insert(name.into(), value.into());
                }
            }
            "enableAddressing" if !has_separate_listener(child) => context.push(
                Diagnostic::warning(codes::IGNORED_ELEMENT, "addressing headers are read without this, too")
                    .at(child.name_location())
                    .label("has no effect"),
            ),
            name @ ("policy" | "enableSec" | "enableRM" | "enableAddressing") => {
                let (what, missed) = match name {
                    "enableAddressing" => {
                        (" with a separate listener", "answers go to the client that asked")
                    }
                    "enableRM" => ("", "messages would not be acknowledged"),
                    _ => ("", "the service would be open to everybody"),
                };
                context.push(
                    Diagnostic::error(
                        codes::ARTIFACT_NOT_SUPPORTED,
                        format!("proxy services with <{name}>{what} are not supported yet"),
                    )
                    .at(child.name_location())
                    .label(missed),
                );
                is_served = false;
            }
            "publishWSDL" => context.push(
                Diagnostic::warning(
                    codes::IGNORED_ELEMENT,
                    "<publishWSDL> of proxy services has no effect yet",
                )
                .at(child.name_location())
                .label("not supported yet"),
            ),
            name => context.push(
                Diagnostic::warning(codes::IGNORED_ELEMENT, format!("<{name}> means nothing in a <proxy>"))
                    .at(child.name_location())
                    .label("ignored"),
            ),
        }
    }
    (parameters, is_served)
}

/// Where answers would go to an address that the client named.
fn has_separate_listener(addressing: Element<'_>) -> bool {
    addressing.attribute("separateListener").is_some_and(|word| word.trim().eq_ignore_ascii_case("true"))
}
