//! One file: its artifacts and what is wrong with them.

use std::sync::Arc;

use super::balancer::{self, BalancerConfiguration};
use super::endpoint::EndpointDefinition;
use super::resources::ProcessVariables;
use super::{
    BALANCER_FILES, LocalEntryDefinition, MediatorRegistry, NAMESPACE, NoResources, ParseContext,
    ProxyDefinition, Resources, SequenceDefinition, SourceKind, TaskDefinition, TemplateDefinition,
};
use crate::diagnostics::{Diagnostic, Diagnostics, Location, SourceFile, Span, codes, nearest};
use crate::xml::{Element, Limits, SourceDocument};

/// The kinds of artifacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArtifactKind {
    /// `api`.
    Api,
    /// `endpoint`.
    Endpoint,
    /// `eventSource`.
    EventSource,
    /// `import`.
    Import,
    /// `inboundEndpoint`.
    InboundEndpoint,
    /// `localEntry`.
    LocalEntry,
    /// `messageProcessor`.
    MessageProcessor,
    /// `messageStore`.
    MessageStore,
    /// `priorityExecutor`.
    PriorityExecutor,
    /// `proxy`.
    Proxy,
    /// `registry`.
    Registry,
    /// `sequence`.
    Sequence,
    /// `task`.
    Task,
    /// `template`.
    Template,
    /// `loadbalancer.conf`.
    Balancer,
    /// `tenants.conf`.
    Tenants,
    /// `url-mapping.conf`.
    UrlMapping,
}

/// Every kind of element with its element and the words people use for it.
const KINDS: [(ArtifactKind, &str, &str); 14] = [
    (ArtifactKind::Api, "api", "API"),
    (ArtifactKind::Endpoint, "endpoint", "endpoint"),
    (ArtifactKind::EventSource, "eventSource", "event source"),
    (ArtifactKind::Import, "import", "import"),
    (ArtifactKind::InboundEndpoint, "inboundEndpoint", "inbound endpoint"),
    (ArtifactKind::LocalEntry, "localEntry", "local entry"),
    (ArtifactKind::MessageProcessor, "messageProcessor", "message processor"),
    (ArtifactKind::MessageStore, "messageStore", "message store"),
    (ArtifactKind::PriorityExecutor, "priorityExecutor", "priority executor"),
    (ArtifactKind::Proxy, "proxy", "proxy service"),
    (ArtifactKind::Registry, "registry", "registry"),
    (ArtifactKind::Sequence, "sequence", "sequence"),
    (ArtifactKind::Task, "task", "task"),
    (ArtifactKind::Template, "template", "template"),
];

impl ArtifactKind {
    /// The local name of its element; empty for the files of the balancer, which have none.
    pub fn element(self) -> &'static str {
        KINDS.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, element, _)| element)
    }

    /// One word for programs: the element, or what the file of the balancer is for.
    pub fn word(self) -> &'static str {
        match self {
            ArtifactKind::Balancer => "balancer",
            ArtifactKind::Tenants => "tenants",
            ArtifactKind::UrlMapping => "url-mapping",
            element => element.element(),
        }
    }

    /// The words people use for it.
    pub fn words(self) -> &'static str {
        match self {
            ArtifactKind::Balancer => "balancer",
            ArtifactKind::Tenants => "list of tenants",
            ArtifactKind::UrlMapping => "list of host names",
            element => KINDS.iter().find(|(kind, ..)| *kind == element).map_or("", |(.., words)| words),
        }
    }

    /// The kind with this element.
    pub fn from_element(element: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known, _)| *known == element).map(|(kind, ..)| *kind)
    }
}

/// One artifact as written.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Its kind.
    pub kind: ArtifactKind,
    /// Its name; empty for the registry.
    pub name: Arc<str>,
    /// What it says.
    pub definition: Definition,
    /// Where its name stands, or its element.
    pub location: Location,
    /// The element as text, for people to look at.
    pub xml: Arc<str>,
    /// True when something in it is wrong. Such an artifact is looked at, so that everything wrong is reported in one run, and
    /// not deployed (configuration.md §2.6): a list that runs without the mediator that could not be read might let
    /// through what that mediator was there to stop.
    pub broken: bool,
}

/// What an artifact says.
#[derive(Clone, Debug)]
pub enum Definition {
    /// A sequence.
    Sequence(SequenceDefinition),
    /// An endpoint.
    Endpoint(EndpointDefinition),
    /// A proxy service.
    Proxy(Arc<ProxyDefinition>),
    /// A local entry.
    LocalEntry(LocalEntryDefinition),
    /// A task.
    Task(TaskDefinition),
    /// A template of a sequence or of an endpoint.
    Template(TemplateDefinition),
    /// The registry: kept, so that keys nothing else defines are known to be its business.
    Registry,
    /// The clusters and how requests reach them.
    Balancer(Arc<BalancerConfiguration>),
    /// The numbers of tenants, to be read by who resolves them.
    Tenants(Arc<SourceFile>),
    /// Other names of hosts, to be read by who resolves them.
    UrlMapping(Arc<SourceFile>),
}

/// Reads one file that names no others. A wrong artifact leaves its neighbours alone; everything wrong is reported.
pub fn parse_file(
    file: &Arc<SourceFile>,
    kind: SourceKind,
    registry: &MediatorRegistry,
) -> (Vec<Artifact>, Diagnostics) {
    parse_file_with(file, kind, registry, &NoResources)
}

/// Reads one file, and those that its artifacts name.
pub fn parse_file_with(
    file: &Arc<SourceFile>,
    kind: SourceKind,
    registry: &MediatorRegistry,
    resources: &dyn Resources,
) -> (Vec<Artifact>, Diagnostics) {
    if let SourceKind::Artifact(kind) = kind
        && BALANCER_FILES.iter().any(|(_, known)| *known == kind)
    {
        return balancer_file(file, kind, resources);
    }
    let mut diagnostics = Diagnostics::default();
    let document = match SourceDocument::parse(file.clone(), &Limits::default()) {
        Ok(document) => document,
        Err(diagnostic) => {
            diagnostics.push(*diagnostic);
            return (Vec::new(), diagnostics);
        }
    };
    let mut context = ParseContext::new(registry, &mut diagnostics).with_resources(resources);
    let root = document.root();
    let artifacts = match kind {
        SourceKind::Definitions => definitions(root, &mut context),
        SourceKind::Registry => expect_root(root, "registry", &mut context)
            .and_then(|root| artifact(root, ArtifactKind::Registry, &mut context))
            .into_iter()
            .collect(),
        SourceKind::Artifact(kind) => expect_root(root, kind.element(), &mut context)
            .and_then(|root| artifact(root, kind, &mut context))
            .into_iter()
            .collect(),
    };
    (artifacts, diagnostics)
}

/// One of the balancer's files, which are not XML. Each is an artifact named like the file.
fn balancer_file(
    file: &Arc<SourceFile>,
    kind: ArtifactKind,
    resources: &dyn Resources,
) -> (Vec<Artifact>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let definition = match kind {
        ArtifactKind::Balancer => {
            let (configuration, found) = balancer::read(file, &ProcessVariables(resources));
            diagnostics.extend(found.into_vec());
            let Some(configuration) = configuration else { return (Vec::new(), diagnostics) };
            Definition::Balancer(Arc::new(configuration))
        }
        ArtifactKind::Tenants => Definition::Tenants(file.clone()),
        ArtifactKind::UrlMapping => Definition::UrlMapping(file.clone()),
        _ => return (Vec::new(), diagnostics),
    };
    let location = Location { file: file.clone(), span: Span::point(0) };
    let name = BALANCER_FILES.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name);
    let artifact = Artifact {
        kind,
        name: name.into(),
        definition,
        location,
        xml: file.text().into(),
        broken: diagnostics.has_errors(),
    };
    (vec![artifact], diagnostics)
}

/// The root element must be the one that the folder is for, in the Synapse namespace.
fn expect_root<'e>(root: Element<'e>, expected: &str, context: &mut ParseContext<'_>) -> Option<Element<'e>> {
    let found = root.local_name();
    if found != expected {
        context.push(
            Diagnostic::error(
                codes::ROOT_ELEMENT,
                format!("expected <{expected}> in this file, found <{found}>"),
            )
            .at(root.name_location())
            .label(format!("expected <{expected}>")),
        );
        return None;
    }
    if root.namespace() != NAMESPACE {
        context.push(
            Diagnostic::error(codes::WRONG_NAMESPACE, format!("<{found}> is not in the Synapse namespace"))
                .at(root.name_location())
                .label("wrong namespace")
                .help(format!("write xmlns=\"{NAMESPACE}\"")),
        );
        return None;
    }
    Some(root)
}

/// `<definitions>`: any number of artifacts in any order (configuration.md §2.2).
fn definitions(root: Element<'_>, context: &mut ParseContext<'_>) -> Vec<Artifact> {
    let Some(root) = expect_root(root, "definitions", context) else {
        return Vec::new();
    };
    let mut artifacts = Vec::new();
    for child in root.children() {
        let name = child.local_name();
        if name == "description" {
            continue;
        }
        match ArtifactKind::from_element(name).filter(|_| child.namespace() == NAMESPACE) {
            Some(kind) => artifacts.extend(artifact(child, kind, context)),
            None => {
                let mut diagnostic =
                    Diagnostic::error(codes::UNKNOWN_ELEMENT, format!("<{name}> is no artifact"))
                        .at(child.name_location())
                        .label("unknown element");
                if let Some(near) = nearest(name, KINDS.iter().map(|(_, element, _)| *element)) {
                    diagnostic = diagnostic.help(format!("an artifact with a similar name exists: <{near}>"));
                }
                context.push(diagnostic);
            }
        }
    }
    artifacts
}

/// One artifact, marked as broken when there is an error anywhere in it.
fn artifact(element: Element<'_>, kind: ArtifactKind, context: &mut ParseContext<'_>) -> Option<Artifact> {
    let errors_before = context.error_count();
    let artifact = parse_artifact(element, kind, context)?;
    Some(Artifact { broken: context.error_count() > errors_before, ..artifact })
}

fn parse_artifact(
    element: Element<'_>,
    kind: ArtifactKind,
    context: &mut ParseContext<'_>,
) -> Option<Artifact> {
    let (name, definition) = match kind {
        ArtifactKind::Sequence => {
            let sequence = SequenceDefinition::parse_named(element, context)?;
            (sequence.name.clone()?, Definition::Sequence(sequence))
        }
        ArtifactKind::Endpoint => {
            let endpoint = context.endpoint(element);
            let name = named(element, "name", context)?;
            (name, Definition::Endpoint(endpoint?))
        }
        ArtifactKind::Proxy => {
            let proxy = ProxyDefinition::parse(element, context)?;
            (proxy.name.clone(), Definition::Proxy(Arc::new(proxy)))
        }
        ArtifactKind::LocalEntry => {
            let entry = LocalEntryDefinition::parse(element, context)?;
            (entry.key.clone(), Definition::LocalEntry(entry))
        }
        ArtifactKind::Task => {
            let task = TaskDefinition::parse(element, context)?;
            (task.name.clone(), Definition::Task(task))
        }
        ArtifactKind::Template => {
            let template = TemplateDefinition::parse(element, context)?;
            (template.name.clone(), Definition::Template(template))
        }
        ArtifactKind::Registry => ("".into(), Definition::Registry),
        other => {
            context.push(
                Diagnostic::error(
                    codes::ARTIFACT_NOT_SUPPORTED,
                    format!("artifacts of the kind <{}> are not supported yet", other.element()),
                )
                .at(element.name_location())
                .label("not supported yet"),
            );
            return None;
        }
    };
    let attribute = if kind == ArtifactKind::LocalEntry { "key" } else { "name" };
    let location = match element.attribute(attribute) {
        Some(_) => element.attribute_location(attribute),
        None => element.name_location(),
    };
    Some(Artifact { kind, name, definition, location, xml: element.to_xml().into(), broken: false })
}

fn named(element: Element<'_>, attribute: &str, context: &mut ParseContext<'_>) -> Option<Arc<str>> {
    let name = element.attribute(attribute).map(str::trim).filter(|name| !name.is_empty());
    if name.is_none() {
        context.push(
            Diagnostic::error(codes::NAME_MISSING, format!("this <{}> needs a name", element.local_name()))
                .at(element.name_location())
                .label("\"name\" is missing"),
        );
    }
    name.map(Arc::from)
}
