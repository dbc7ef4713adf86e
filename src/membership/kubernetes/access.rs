//! How the API server is reached.

use std::io;
use std::path::{Path, PathBuf};

use http::Uri;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::config::{InferConfigError, KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Api, Client, Config};

use crate::settings::KubernetesService;

/// Why the API server cannot be asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum AccessError {
    /// The file cannot be read, or makes no sense.
    #[error("the kubeconfig cannot be used: {0}")]
    Kubeconfig(#[from] KubeconfigError),
    /// There is neither a file nor an account of a pod.
    #[error("{0}")]
    Nowhere(#[from] InferConfigError),
    /// What the file says cannot be used.
    #[error("the API server cannot be reached as configured: {0}")]
    Client(#[from] kube::Error),
    /// Reading was interrupted.
    #[error("the kubeconfig cannot be read: {0}")]
    Read(#[from] io::Error),
}

/// The EndpointSlices of the namespace of a service, and the server that has them.
#[derive(Clone)]
pub(super) struct Access {
    pub(super) server: Uri,
    pub(super) slices: Api<EndpointSlice>,
}

/// Finds the API server. Everything is read anew: files, tokens, certificates.
pub(super) async fn access(service: &KubernetesService) -> Result<Access, AccessError> {
    let mut config = config(service).await?;
    // Retries have a pace of their own here.
    config.default_retry = false;
    let named = service.namespace.as_ref().map(|namespace| namespace.as_str().to_owned());
    let namespace = named.unwrap_or_else(|| config.default_namespace.clone());
    let server = config.cluster_url.clone();
    Ok(Access { server, slices: Api::namespaced(Client::try_from(config)?, &namespace) })
}

async fn config(service: &KubernetesService) -> Result<Config, AccessError> {
    if let Some(url) = &service.url {
        return Ok(Config::new(url.uri().clone()));
    }
    let context = service.context.as_ref().map(|context| context.as_str().to_owned());
    let options = KubeConfigOptions { context, ..KubeConfigOptions::default() };
    match &service.kubeconfig {
        Some(path) => Ok(Config::from_custom_kubeconfig(read(path).await?, &options).await?),
        None if options.context.is_some() => Ok(Config::from_kubeconfig(&options).await?),
        None => Ok(Config::infer().await?),
    }
}

async fn read(path: &Path) -> Result<Kubeconfig, AccessError> {
    let path = PathBuf::from(path);
    // Reading may take long on a mounted folder.
    let read = tokio::task::spawn_blocking(move || Kubeconfig::read_from(path)).await;
    Ok(read.map_err(io::Error::other)??)
}
