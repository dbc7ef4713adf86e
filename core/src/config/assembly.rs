//! All files together: one name, one artifact.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::balancer::BalancerConfiguration;
use super::endpoint::EndpointDefinition;
use super::{
    Artifact, ArtifactKind, Definition, EntryArtifact, LocalEntryDefinition, ProxyDefinition,
    SequenceDefinition, TaskDefinition, TemplateDefinition,
};
use crate::diagnostics::{Diagnostic, Diagnostics, SourceFile, codes};

/// Everything that the files define, by name.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// Proxy services.
    pub proxies: BTreeMap<Arc<str>, Arc<ProxyDefinition>>,
    /// Named sequences.
    pub sequences: BTreeMap<Arc<str>, SequenceDefinition>,
    /// Named endpoints.
    pub endpoints: BTreeMap<Arc<str>, EndpointDefinition>,
    /// Tasks.
    pub tasks: BTreeMap<Arc<str>, TaskDefinition>,
    /// Templates of sequences and of endpoints.
    pub templates: BTreeMap<Arc<str>, TemplateDefinition>,
    /// Local entries.
    pub local_entries: BTreeMap<Arc<str>, LocalEntryDefinition>,
    /// The clusters and how requests reach them.
    pub balancer: Option<Arc<BalancerConfiguration>>,
    /// The numbers of tenants, as a file to be read.
    pub tenants: Option<Arc<SourceFile>>,
    /// Other names of hosts, as a file to be read.
    pub url_mapping: Option<Arc<SourceFile>>,
    /// True when a registry could resolve keys that nothing here defines.
    pub has_registry: bool,
    /// Every artifact that counts, in the order in which it was loaded.
    pub artifacts: Vec<Arc<Artifact>>,
}

/// Finds what a key stands for: the artifact of that name, else one in the local entry with that key
/// (configuration.md §5, steps 2 and 3).
impl Configuration {
    /// The sequence with a key.
    pub fn sequence(&self, key: &str) -> Option<&SequenceDefinition> {
        self.sequences.get(key).or_else(|| match self.in_entry(key)? {
            EntryArtifact::Sequence(sequence) => Some(sequence),
            _ => None,
        })
    }

    /// The endpoint with a key.
    pub fn endpoint(&self, key: &str) -> Option<&EndpointDefinition> {
        self.endpoints.get(key).or_else(|| match self.in_entry(key)? {
            EntryArtifact::Endpoint(endpoint) => Some(endpoint),
            _ => None,
        })
    }

    /// The template with a key, of a sequence or of an endpoint.
    pub fn template(&self, key: &str) -> Option<&TemplateDefinition> {
        self.templates.get(key).or_else(|| match self.in_entry(key)? {
            EntryArtifact::Template(template) => Some(template),
            _ => None,
        })
    }

    /// Every key that local entries, endpoints, sequences and templates have: one space of names.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<str>> {
        let named = self.sequences.keys().chain(self.endpoints.keys()).chain(self.templates.keys());
        named.chain(self.local_entries.keys())
    }

    fn in_entry(&self, key: &str) -> Option<&EntryArtifact> {
        self.local_entries.get(key)?.artifact.as_ref()
    }
}

/// Puts artifacts together in their order. Local entries, endpoints, sequences and templates share one space of names; a second
/// artifact of a name is left out and reported, whatever its kind (configuration.md §2.5, R4).
pub fn assemble(artifacts: impl IntoIterator<Item = Arc<Artifact>>) -> (Configuration, Diagnostics) {
    let mut configuration = Configuration::default();
    let mut diagnostics = Diagnostics::default();
    let mut names: HashMap<(Space, Arc<str>), Arc<Artifact>, RandomState> = HashMap::default();
    // Nearly in the order of their names already, so that a map of all at once is cheaper than one by one.
    let mut proxies = Vec::new();
    for artifact in artifacts {
        match names.entry((Space::of(artifact.kind), artifact.name.clone())) {
            Entry::Occupied(first) => {
                diagnostics.push(duplicate(&artifact, first.get()));
                continue;
            }
            Entry::Vacant(free) => drop(free.insert(artifact.clone())),
        }
        let name = artifact.name.clone();
        match artifact.definition.clone() {
            Definition::Sequence(sequence) => drop(configuration.sequences.insert(name, sequence)),
            Definition::Endpoint(endpoint) => drop(configuration.endpoints.insert(name, endpoint)),
            Definition::Proxy(proxy) => proxies.push((name, proxy)),
            Definition::LocalEntry(entry) => drop(configuration.local_entries.insert(name, entry)),
            Definition::Task(task) => drop(configuration.tasks.insert(name, task)),
            Definition::Template(template) => drop(configuration.templates.insert(name, template)),
            Definition::Registry => configuration.has_registry = true,
            Definition::Balancer(balancer) => configuration.balancer = Some(balancer),
            Definition::Tenants(file) => configuration.tenants = Some(file),
            Definition::UrlMapping(file) => configuration.url_mapping = Some(file),
        }
        configuration.artifacts.push(artifact);
    }
    configuration.proxies = proxies.into_iter().collect();
    (configuration, diagnostics)
}

/// The spaces in which names are unique.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Space {
    LocalRegistry,
    Kind(ArtifactKind),
}

impl Space {
    fn of(kind: ArtifactKind) -> Self {
        match kind {
            ArtifactKind::Sequence
            | ArtifactKind::Endpoint
            | ArtifactKind::LocalEntry
            | ArtifactKind::Template => Space::LocalRegistry,
            other => Space::Kind(other),
        }
    }
}

fn duplicate(artifact: &Artifact, first: &Artifact) -> Diagnostic {
    let what = artifact.kind.words();
    let message = match artifact.kind {
        ArtifactKind::Registry => "there is a registry already; this one is left out".to_owned(),
        _ => format!("{what} \"{}\": the name is taken; this one is left out", artifact.name),
    };
    Diagnostic::error(codes::DUPLICATE_NAME, message)
        .at(artifact.location.clone())
        .label("second of its name")
        .related(first.location.clone(), format!("the {} that counts", first.kind.words()))
}
