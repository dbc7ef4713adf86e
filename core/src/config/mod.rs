//! Typed configuration: what the XML artifacts say, with every mistake reported where it stands.
//!
//! Parsing never fails as a whole: it returns what could be understood *and* diagnostics.

mod artifact;
mod assembly;
mod attributes;
pub mod balancer;
mod context;
pub mod endpoint;
mod folder;
mod local_entry;
mod mediator;
mod proxy;
mod resources;
mod sequence;
mod task;
mod template;
mod vocabulary;

pub use artifact::{Artifact, ArtifactKind, Definition, parse_file, parse_file_with};
pub use assembly::{Configuration, assemble};
pub use attributes::Attributes;
pub use context::ParseContext;
pub use folder::{BALANCER_FILES, SourceKind, source_kind};
pub use local_entry::{EntryArtifact, LocalEntryContent, LocalEntryDefinition};
pub use mediator::{
    AnyMediator, BuildContext, MediatorConfig, MediatorList, MediatorRegistry, ParsedMediator,
};
pub use proxy::{EndpointSlot, ProxyDefinition, ProxyTarget, SequenceSlot, Transports};
pub use resources::{NoResources, Resources};
pub use sequence::SequenceDefinition;
pub use task::{DEFAULT_GROUP, TaskDefinition, TaskProperty, TaskText, TaskTrigger, TaskValue};
pub use template::TemplateDefinition;
pub use vocabulary::{NAMESPACE, ResourceKey, Switch};
