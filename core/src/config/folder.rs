//! The folder layout `synapse-configs/<name>/` (configuration.md §2.3).

use super::ArtifactKind;

/// What a file of the folder is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    /// `synapse.xml`, or a single file that holds everything.
    Definitions,
    /// `registry.xml`.
    Registry,
    /// One artifact of the folder's kind.
    Artifact(ArtifactKind),
}

/// The folders and what stands in them, in the order in which they are loaded: on a clash the earlier one wins.
const FOLDERS: [(&str, ArtifactKind); 13] = [
    ("imports", ArtifactKind::Import),
    ("local-entries", ArtifactKind::LocalEntry),
    ("endpoints", ArtifactKind::Endpoint),
    ("sequences", ArtifactKind::Sequence),
    ("templates", ArtifactKind::Template),
    ("proxy-services", ArtifactKind::Proxy),
    ("tasks", ArtifactKind::Task),
    ("event-sources", ArtifactKind::EventSource),
    ("priority-executors", ArtifactKind::PriorityExecutor),
    ("message-stores", ArtifactKind::MessageStore),
    ("message-processors", ArtifactKind::MessageProcessor),
    ("api", ArtifactKind::Api),
    ("inbound-endpoints", ArtifactKind::InboundEndpoint),
];

/// The files of the balancer, which are not XML.
pub const BALANCER_FILES: [(&str, ArtifactKind); 3] = [
    ("loadbalancer.conf", ArtifactKind::Balancer),
    ("tenants.conf", ArtifactKind::Tenants),
    ("url-mapping.conf", ArtifactKind::UrlMapping),
];

/// What a file is for, by its path inside the folder with `/` between the parts; `None` for files that are not read:
/// those in other folders or deeper, without the ending `.xml` but for those of the balancer, and editors' left-overs
/// (operations.md §6.1).
pub fn source_kind(path: &str) -> Option<SourceKind> {
    if let Some((_, kind)) = BALANCER_FILES.iter().find(|(name, _)| *name == path) {
        return Some(SourceKind::Artifact(*kind));
    }
    let (folder, file) = path.split_once('/').map_or((None, path), |(folder, file)| (Some(folder), file));
    if file.contains('/') || file.starts_with('.') || !file.ends_with(".xml") {
        return None;
    }
    match (folder, file) {
        (None, "synapse.xml") => Some(SourceKind::Definitions),
        (None, "registry.xml") => Some(SourceKind::Registry),
        (None, _) => None,
        (Some(folder), _) => {
            FOLDERS.iter().find(|(name, _)| *name == folder).map(|(_, kind)| SourceKind::Artifact(*kind))
        }
    }
}

impl SourceKind {
    /// The place in the loading order.
    pub fn rank(self) -> usize {
        match self {
            SourceKind::Definitions => 0,
            SourceKind::Registry => 1,
            SourceKind::Artifact(kind) => {
                let files = BALANCER_FILES.iter().map(|(_, kind)| *kind);
                let order = files.chain(FOLDERS.iter().map(|(_, kind)| *kind));
                2 + order.take_while(|known| *known != kind).count()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_folder() {
        for (path, kind) in [
            ("synapse.xml", Some(SourceKind::Definitions)),
            ("registry.xml", Some(SourceKind::Registry)),
            ("proxy-services/Echo.xml", Some(SourceKind::Artifact(ArtifactKind::Proxy))),
            ("api/a.xml", Some(SourceKind::Artifact(ArtifactKind::Api))),
            ("sequence/a.xml", None),
            ("sequences/sub/a.xml", None),
            ("sequences/a.xml.back", None),
            ("sequences/a.xml~", None),
            ("sequences/.a.xml", None),
            ("other.xml", None),
            ("loadbalancer.conf", Some(SourceKind::Artifact(ArtifactKind::Balancer))),
            ("tenants.conf", Some(SourceKind::Artifact(ArtifactKind::Tenants))),
            ("url-mapping.conf", Some(SourceKind::Artifact(ArtifactKind::UrlMapping))),
            ("sequences/loadbalancer.conf", None),
        ] {
            assert_eq!(source_kind(path), kind, "{path}");
        }
    }
}
