//! Which providers there are.

use std::sync::Arc;

#[cfg(feature = "docker")]
use super::Docker;
#[cfg(feature = "ec2")]
use super::Ec2;
#[cfg(feature = "kubernetes")]
use super::Kubernetes;
use super::{DryRun, Iaas, IaasError, Patience, Patient, Process, Webhook};
use crate::settings::{Provider as ProviderSettings, ProviderKind};

/// A provider, and when it is used.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its name, unique.
    pub name: Arc<str>,
    /// The provider, with patience around it.
    pub iaas: Arc<dyn Iaas>,
    /// The lowest launches first; equals take turns (fix W54).
    pub scale_up_order: u32,
    /// The lowest ends its instances first.
    pub scale_down_order: u32,
    /// The most instances, if there is such a number (fix W28).
    pub max_instances: Option<u32>,
}

/// A provider that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the provider `{name}`: {error}")]
pub struct OpenError {
    /// Its name.
    pub name: String,
    /// Why.
    pub error: IaasError,
}

/// Makes the providers that the settings name usable. Must be called on a runtime, which they live on then. Files are
/// read, and nobody is asked anything.
///
/// # Errors
/// The first one that cannot be used.
pub fn open(settings: &[ProviderSettings]) -> Result<Vec<Provider>, OpenError> {
    settings.iter().map(one).collect()
}

fn one(settings: &ProviderSettings) -> Result<Provider, OpenError> {
    let iaas = provider(settings).map_err(|error| OpenError { name: settings.name.clone(), error })?;
    let patience = Patience {
        timeout: settings.call_timeout,
        attempts: settings.attempts,
        first_pause: settings.first_pause,
        longest_pause: settings.longest_pause,
    };
    Ok(Provider {
        name: settings.name.as_str().into(),
        iaas: Arc::new(Patient::new(settings.name.as_str(), iaas, patience)),
        scale_up_order: settings.scale_up_order,
        scale_down_order: settings.scale_down_order,
        max_instances: settings.max_instances,
    })
}

/// One line for each kind.
fn provider(settings: &ProviderSettings) -> Result<Arc<dyn Iaas>, IaasError> {
    Ok(match &settings.kind {
        ProviderKind::Process(process) => Arc::new(Process::open(process)?),
        ProviderKind::DryRun => Arc::new(DryRun::new(settings.name.as_str())),
        ProviderKind::Webhook(webhook) => Arc::new(Webhook::open(webhook)?),
        #[cfg(feature = "ec2")]
        ProviderKind::Ec2(ec2) => Arc::new(Ec2::open(ec2)?),
        #[cfg(not(feature = "ec2"))]
        ProviderKind::Ec2(_) => return Err(left_out("ec2")),
        #[cfg(feature = "docker")]
        ProviderKind::Docker(docker) => Arc::new(Docker::open(docker)),
        #[cfg(not(feature = "docker"))]
        ProviderKind::Docker(_) => return Err(left_out("docker")),
        #[cfg(feature = "kubernetes")]
        ProviderKind::Kubernetes(kubernetes) => Arc::new(Kubernetes::open(kubernetes)),
        #[cfg(not(feature = "kubernetes"))]
        ProviderKind::Kubernetes(_) => return Err(left_out("kubernetes")),
    })
}

#[cfg(not(all(feature = "docker", feature = "ec2", feature = "kubernetes")))]
fn left_out(feature: &str) -> IaasError {
    IaasError::Refused(format!("this program was built without the feature `{feature}`"))
}
