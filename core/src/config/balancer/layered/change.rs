//! One change, and why it cannot be made.

use std::sync::Arc;

use super::super::tree::{Block, Property, Tree};
use super::super::{ClusterKey, DEFAULT_SUB_DOMAIN, Layer, Place};
use crate::diagnostics::{Location, SourceFile, Span};

/// What is to change. Each is whole: it is made, or nothing is.
#[derive(Clone, Debug)]
pub enum Change {
    /// Defines a cluster, or defines it anew.
    PutCluster {
        /// The cluster.
        cluster: ClusterKey,
        /// What is said of it.
        definition: ClusterChange,
        /// The hosts that lead to it from this layer, all of them; `None` leaves them as they are, and a cluster that nobody
        /// else defines needs them (case 229).
        hosts: Option<Vec<Arc<str>>>,
    },
    /// Takes back what operators said of a cluster: its definition and its hosts.
    RemoveCluster(ClusterKey),
    /// Lets a host lead to a cluster. The name is exact: one below a host that is known is a host of its own (W35).
    PutHost {
        /// The host in lower case, without a final dot.
        host: Arc<str>,
        /// The cluster, which must be there.
        cluster: ClusterKey,
        /// Where it is said.
        place: Place,
    },
    /// Takes back that a host leads to a cluster. The others that share it keep it (W36, case 232).
    RemoveHost {
        /// The host.
        host: Arc<str>,
        /// The cluster; `None` stands for every one that operators gave the host.
        cluster: Option<ClusterKey>,
    },
    /// Takes a cluster out of service, or brings it back (elastic-load-balancer.md §5.8).
    Maintenance {
        /// The cluster, which must be there.
        cluster: ClusterKey,
        /// Whether it is out of service.
        on: bool,
    },
    /// Replaces what the topology says, all of it (elastic-load-balancer.md §6.3).
    Topology(Arc<Tree>),
}

/// What operators say of a cluster: the keys of its domain's block.
#[derive(Clone, Debug)]
pub struct ClusterChange {
    /// The text it was read from, which the properties have their places in.
    pub file: Arc<SourceFile>,
    /// The stretch that speaks of the cluster.
    pub span: Span,
    /// The service it is of (`serviceName`). Without it, it is that of its hosts, or one that is called like the domain.
    pub service: Option<Arc<str>>,
    /// The other keys, but for those that [`Change::PutCluster`] has: `domain`, `sub_domain`, `hosts`.
    pub properties: Vec<Property>,
}

/// Two are equal when they say the same, wherever it stands.
impl PartialEq for ClusterChange {
    fn eq(&self, other: &ClusterChange) -> bool {
        let said = |change: &ClusterChange| {
            let mut said: Vec<(String, String)> =
                change.properties.iter().map(|one| (one.key.clone(), one.value.clone())).collect();
            said.sort();
            said
        };
        self.service == other.service && said(self) == said(other)
    }
}

/// Why a change cannot be made; nothing is changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPossible {
    /// There is no such cluster in any layer.
    #[error("there is no cluster {0} in loadbalancer.conf, and none was added")]
    UnknownCluster(ClusterKey),
    /// Operators said nothing of this host.
    #[error("the host {host} was not added here{}", .cluster.as_ref().map(|key| format!(" for {key}")).unwrap_or_default())]
    UnknownHost {
        /// The host.
        host: Arc<str>,
        /// The cluster, if one was named.
        cluster: Option<ClusterKey>,
    },
    /// Another layer said it, and only that can take it back.
    #[error("{what} was not added here but comes from {}: remove it there", describe(*.layer))]
    Elsewhere {
        /// The cluster or the host.
        what: String,
        /// Who said it.
        layer: Layer,
    },
    /// A new cluster without a list of hosts (case 229).
    #[error("`hosts` is missing: the cluster {0} is new and needs the list of its hosts, which may be empty")]
    HostsMissing(ClusterKey),
}

fn describe(layer: Layer) -> &'static str {
    match layer {
        Layer::Static => "loadbalancer.conf",
        Layer::RunTime => "the admin interface",
        Layer::Topology => "the topology",
    }
}

impl ClusterChange {
    /// Where it is said.
    pub(super) fn place(&self) -> Place {
        Place(Location::new(Arc::clone(&self.file), self.span))
    }

    /// Whether it says which tenants the cluster serves, rightly or not.
    pub(super) fn names_tenants(&self) -> bool {
        self.properties.iter().any(|property| property.key == "tenant_range")
    }

    /// As a file would say it.
    pub(super) fn tree(&self, cluster: &ClusterKey, service: &str) -> Tree {
        let block = |name: &str, properties, blocks| Block {
            name: name.to_owned(),
            name_span: self.span,
            properties,
            blocks,
        };
        let sub_domain = Property {
            key: "sub_domain".to_owned(),
            key_span: self.span,
            value: cluster.sub_domain.as_deref().unwrap_or(DEFAULT_SUB_DOMAIN).to_owned(),
            value_span: self.span,
        };
        let properties = self.properties.iter().cloned().chain([sub_domain]).collect();
        let domain = block(&cluster.domain, properties, Vec::new());
        let domains = block("domains", Vec::new(), vec![domain]);
        let service = block(service, Vec::new(), vec![domains]);
        let services = block("services", Vec::new(), vec![service]);
        Tree { file: Arc::clone(&self.file), root: block("", Vec::new(), vec![services]) }
    }
}
