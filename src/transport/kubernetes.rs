//! How an API server of Kubernetes is reached.

use std::io;
use std::path::{Path, PathBuf};

use kube::Config;
use kube::config::{InferConfigError, KubeConfigOptions, Kubeconfig, KubeconfigError};

use crate::settings::{ApiUrl, ZoneName};

/// Why the API server cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
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

/// Finds the API server: at an address that needs no credentials, as a kubeconfig and a context of it say, or in the usual
/// places. Everything is read anew: files, tokens, certificates. Whoever asks has a pace of his own for trying again.
///
/// # Errors
/// Nothing leads to an API server.
pub async fn config(
    url: Option<&ApiUrl>,
    kubeconfig: Option<&Path>,
    context: Option<&ZoneName>,
) -> Result<Config, AccessError> {
    let context = context.map(|context| context.as_str().to_owned());
    let options = KubeConfigOptions { context, ..KubeConfigOptions::default() };
    let mut config = match (url, kubeconfig) {
        (Some(url), _) => Config::new(url.uri().clone()),
        (None, Some(path)) => Config::from_custom_kubeconfig(read(path).await?, &options).await?,
        (None, None) if options.context.is_some() => Config::from_kubeconfig(&options).await?,
        (None, None) => Config::infer().await?,
    };
    config.default_retry = false;
    Ok(config)
}

async fn read(path: &Path) -> Result<Kubeconfig, AccessError> {
    let path = PathBuf::from(path);
    // Reading may take long on a mounted folder.
    let read = tokio::task::spawn_blocking(move || Kubeconfig::read_from(path)).await;
    Ok(read.map_err(io::Error::other)??)
}
