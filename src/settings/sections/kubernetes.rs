//! Services of Kubernetes whose endpoints are members.

use std::path::PathBuf;

use crate::settings::key::section;
use crate::settings::value::{ApiUrl, ClusterName, LabelName, ServicePort, ZoneName};

section! {
    /// Members that are the endpoints of a service of Kubernetes: one `[[membership.kubernetes]]` for each service. Its
    /// EndpointSlices are watched, for which the account needs the verbs `list` and `watch` on them. A member may be of several
    /// services. Needs the feature `kubernetes`.
    pub(in crate::settings) struct KubernetesTable {
        /// The cluster that the members belong to. It must be given.
        pub cluster: Option<ClusterName> = "",
        /// The namespace of the service. Without it that of the context is meant, or inside Kubernetes that of the pod.
        pub namespace: Option<LabelName> = "",
        /// The name of the service. It must be given.
        pub service: Option<LabelName> = "",
        /// The port for HTTP: the name of a port of the service, which the EndpointSlices translate, or the number of the port of
        /// the pods. This or the next must be given, or both.
        pub http_port: Option<ServicePort> = "",
        /// The port for HTTPS, in the same way.
        pub https_port: Option<ServicePort> = "",
        /// The file that says how to reach the API server and who we are. Without it that is found as other programs find it: in
        /// the files that `KUBECONFIG` names, in `~/.kube/config`, and inside Kubernetes by the account of the pod. It is read
        /// again when the API server refuses what it says.
        pub kubeconfig: Option<PathBuf> = "",
        /// The context of that file. Without it its current context counts.
        pub context: Option<ZoneName> = "",
        /// The URL of an API server that asks for no credentials, such as `http://127.0.0.1:8001` of `kubectl proxy`, instead of
        /// a file and a context.
        pub url: Option<ApiUrl> = "",
    }
}

/// A service whose endpoints are members.
#[derive(Debug, Clone, PartialEq)]
pub struct KubernetesService {
    /// The cluster of the members.
    pub cluster: ClusterName,
    /// The namespace; none for that of the context.
    pub namespace: Option<LabelName>,
    /// The name of the service.
    pub service: LabelName,
    /// The port for HTTP. There is this or the next, or both.
    pub http_port: Option<ServicePort>,
    /// The port for HTTPS.
    pub https_port: Option<ServicePort>,
    /// The file that leads to the API server; none for the usual places.
    pub kubeconfig: Option<PathBuf>,
    /// The context of that file; none for its current one.
    pub context: Option<ZoneName>,
    /// An API server without credentials. When there is one there is neither file nor context.
    pub url: Option<ApiUrl>,
}

impl KubernetesTable {
    /// The service that the table describes.
    ///
    /// # Errors
    /// What is missing or does not fit together.
    pub(in crate::settings) fn into_service(self) -> Result<KubernetesService, &'static str> {
        if self.http_port.is_none() && self.https_port.is_none() {
            return Err("members behind a service need `http_port` or `https_port`");
        }
        if self.url.is_some() && (self.kubeconfig.is_some() || self.context.is_some()) {
            return Err("`url` is for API servers without credentials: leave out `kubeconfig` and `context`");
        }
        Ok(KubernetesService {
            cluster: self.cluster.ok_or("members behind a service need `cluster`")?,
            namespace: self.namespace,
            service: self.service.ok_or("`service` is missing, whose endpoints are members")?,
            http_port: self.http_port,
            https_port: self.https_port,
            kubeconfig: self.kubeconfig,
            context: self.context,
            url: self.url,
        })
    }
}
