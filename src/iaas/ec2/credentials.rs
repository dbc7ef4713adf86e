//! Who asks, and where: keys and region, from the settings or from where AWS programs usually have them.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials as Keys;
use aws_credential_types::provider::ProvideCredentials;
use tokio::sync::{Mutex, OnceCell};

use crate::iaas::IaasError;
use crate::settings::{Ec2Provider, SecretReference};

/// Keys and region of one provider.
#[derive(Debug)]
pub(super) struct Credentials {
    region: Option<String>,
    profile: Option<String>,
    given: Option<Keys>,
    usual: OnceCell<Arc<SdkConfig>>,
    kept: Mutex<Option<(Keys, SystemTime)>>,
}

/// How long before their end keys are got anew, and for how long those without an end are kept.
const MARGIN: Duration = Duration::from_secs(300);

impl Credentials {
    /// Reads the secrets that the settings name.
    pub(super) fn new(settings: &Ec2Provider) -> Result<Self, IaasError> {
        let given = match (&settings.access_key_id, &settings.secret_access_key) {
            (Some(id), Some(secret)) => {
                let token = settings.session_token.as_ref().map(resolve).transpose()?;
                Some(Keys::new(id.as_str(), resolve(secret)?, token, None, "sinew.toml"))
            }
            _ => None,
        };
        Ok(Self {
            region: settings.region.as_ref().map(|region| region.as_str().to_owned()),
            profile: settings.profile.as_ref().map(|profile| profile.as_str().to_owned()),
            given,
            usual: OnceCell::new(),
            kept: Mutex::new(None),
        })
    }

    /// The region.
    ///
    /// # Errors
    /// Nobody says which.
    pub(super) async fn region(&self) -> Result<String, IaasError> {
        if let Some(region) = &self.region {
            return Ok(region.clone());
        }
        let usual = self.usual().await;
        let region = usual.region().map(|region| region.as_ref().to_owned());
        region.ok_or_else(|| IaasError::Refused("no region: set `region` in `[iaas.ec2]`".to_owned()))
    }

    /// The keys, as long as they are good for some minutes.
    ///
    /// # Errors
    /// There are none. They may be there later: a service of the machine gives them.
    pub(super) async fn get(&self) -> Result<Keys, IaasError> {
        if let Some(keys) = &self.given {
            return Ok(keys.clone());
        }
        let mut kept = self.kept.lock().await;
        let now = SystemTime::now();
        if let Some((keys, _)) = kept.as_ref().filter(|(_, until)| *until > now) {
            return Ok(keys.clone());
        }
        let usual = self.usual().await;
        let provider = usual.credentials_provider();
        let provider = provider.ok_or_else(|| IaasError::Refused("there are no credentials".to_owned()))?;
        let keys = provider.provide_credentials().await;
        let keys = keys.map_err(|error| IaasError::Transient(format!("no credentials: {error}")))?;
        let end = keys.expiry().unwrap_or(now + MARGIN + MARGIN);
        *kept = Some((keys.clone(), end.checked_sub(MARGIN).unwrap_or(now)));
        Ok(keys)
    }

    /// What environment, profile and instance say.
    async fn usual(&self) -> Arc<SdkConfig> {
        let load = || async {
            let mut loader = aws_config::defaults(BehaviorVersion::latest());
            if let Some(profile) = &self.profile {
                loader = loader.profile_name(profile);
            }
            Arc::new(loader.load().await)
        };
        self.usual.get_or_init(load).await.clone()
    }
}

fn resolve(secret: &SecretReference) -> Result<String, IaasError> {
    let secret = secret.resolve().map_err(|error| IaasError::Refused(error.to_string()))?;
    Ok(String::from_utf8_lossy(secret.expose()).into_owned())
}
