//! The EndpointSlices of a service, where the API server has them.

use http::Uri;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::{Api, Client};

use crate::settings::KubernetesService;
pub(super) use crate::transport::kubernetes::AccessError;
use crate::transport::kubernetes::config;

/// The EndpointSlices of the namespace of a service, and the server that has them.
#[derive(Clone)]
pub(super) struct Access {
    pub(super) server: Uri,
    pub(super) slices: Api<EndpointSlice>,
}

/// Finds the API server.
pub(super) async fn access(service: &KubernetesService) -> Result<Access, AccessError> {
    let (url, context) = (service.url.as_ref(), service.context.as_ref());
    let config = config(url, service.kubeconfig.as_deref(), context).await?;
    let named = service.namespace.as_ref().map(|namespace| namespace.as_str().to_owned());
    let namespace = named.unwrap_or_else(|| config.default_namespace.clone());
    let server = config.cluster_url.clone();
    Ok(Access { server, slices: Api::namespaced(Client::try_from(config)?, &namespace) })
}
