//! Instances of Amazon EC2, over its Query interface (elastic-load-balancer.md §4.10).
//!
//! Every instance is launched with tags that say for whom and what it is; so it is found again, whoever asks. EC2 shows
//! what was launched a while later only: until then it is [`Pending`](super::InstanceState::Pending) here, and not gone.

mod addresses;
mod answer;
mod api;
mod base64;
mod credentials;
mod instances;
mod run;

#[cfg(test)]
mod tests;

use self::api::{Api, Parameters};
use super::recent::Recent;
use super::{
    AddressState, Answer, Iaas, IaasError, Instance, InstanceId, InstanceState, LaunchSpec, LaunchToken,
    Owner, tags,
};
use crate::settings::Ec2Provider;

/// Launches instances of EC2, in one region.
#[derive(Debug)]
pub struct Ec2 {
    settings: Ec2Provider,
    api: Api,
    recent: Recent,
}

impl Ec2 {
    /// Reads secrets and certificates; nobody is asked anything.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn open(settings: &Ec2Provider) -> Result<Self, IaasError> {
        Ok(Self { settings: settings.clone(), api: Api::new(settings)?, recent: Recent::default() })
    }

    /// Looks for what the token launched before it launches anything: EC2 remembers its own tokens for some time only.
    async fn launch_once(&self, spec: &LaunchSpec) -> Result<Instance, IaasError> {
        let gate = self.recent.gate(&spec.token);
        let _alone = gate.lock().await;
        let known = match self.recent.launched_with(&spec.token) {
            Some(known) => Some(known),
            None => self.launched_with(&spec.token, &spec.owner).await?,
        };
        if let Some(known) = known {
            return spec.again(known);
        }
        let parameters = run::parameters(&self.settings, spec).await?;
        let answer = self.api.call("RunInstances", &parameters).await?;
        let items = answer.root().child("instancesSet").into_iter().flat_map(|set| set.items());
        let mut launched: Vec<Instance> = items
            .map(|item| instances::read(&item, &self.settings, Some(spec)))
            .collect::<Result<_, _>>()
            .map_err(api::nonsense)?;
        let instance = match (launched.pop(), launched.is_empty()) {
            (Some(instance), true) => instance,
            _ => return Err(api::nonsense("it did not launch one instance")),
        };
        self.recent.add(&spec.token, &spec.owner, instance.clone());
        self.tag(&instance, spec).await;
        Ok(instance)
    }

    /// Tags an instance whose launch did not: not every platform that speaks this interface knows tags of launches.
    async fn tag(&self, instance: &Instance, spec: &LaunchSpec) {
        let wanted = run::tags(&self.settings, spec);
        if instance.tags == wanted {
            return;
        }
        let mut parameters = Parameters::new([("ResourceId.1", instance.id.as_str())]);
        parameters.tags("Tag", &wanted);
        if let Err(error) = self.api.call("CreateTags", &parameters).await {
            tracing::warn!(target: "iaas", instance = %instance.id, %error, "has no tags");
        }
    }

    async fn launched_with(&self, token: &LaunchToken, owner: &Owner) -> Result<Option<Instance>, IaasError> {
        let filters = [(tags::TOKEN, token.as_str()), (tags::OWNER, owner.as_str())];
        Ok(self.describe(&filters).await?.pop())
    }

    /// Every instance with these tags, page by page.
    async fn describe(&self, filters: &[(&str, &str)]) -> Result<Vec<Instance>, IaasError> {
        let (mut found, mut next) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let mut parameters = Parameters::new([("MaxResults", PAGE)]);
            parameters.tag_filters(filters);
            parameters.extend(next.take().map(|token: String| ("NextToken".to_owned(), token)));
            let answer = self.api.call("DescribeInstances", &parameters).await?;
            let root = answer.root();
            let reservations = root.child("reservationSet").ok_or_else(|| api::nonsense("it has no list"))?;
            for item in reservations.items() {
                for item in item.child("instancesSet").into_iter().flat_map(|set| set.items()) {
                    let instance = instances::read(&item, &self.settings, None).map_err(api::nonsense)?;
                    // Somebody tagged it with the owner only: it is none of ours.
                    if !instance.purpose.domain.is_empty() {
                        found.push(instance);
                    }
                }
            }
            match root.text("nextToken") {
                Some(token) => next = Some(token),
                None => return Ok(found),
            }
        }
        Err(api::nonsense("its list has no end"))
    }

    async fn end(&self, id: &InstanceId) -> Result<(), IaasError> {
        if self.settings.termination_protection {
            // Case 213.
            let parameters =
                Parameters::new([("InstanceId", id.as_str()), ("DisableApiTermination.Value", "false")]);
            self.api
                .call("ModifyInstanceAttribute", &parameters)
                .await
                .map_err(|error| self.missing(id, error))?;
        }
        let parameters = Parameters::new([("InstanceId.1", id.as_str())]);
        self.api.call("TerminateInstances", &parameters).await.map_err(|error| self.missing(id, error))?;
        self.recent.ended(id);
        Ok(())
    }

    /// What was launched a moment ago may not be known everywhere yet.
    fn missing(&self, id: &InstanceId, error: IaasError) -> IaasError {
        match error {
            IaasError::NotFound(what) if self.recent.is_new(id) => {
                IaasError::Transient(format!("{what} is not known yet"))
            }
            other => other,
        }
    }
}

/// How many instances one page has at most.
const PAGE: &str = "500";

/// The most pages of a list.
const MOST_PAGES: usize = 1000;

impl Iaas for Ec2 {
    fn launch<'a>(&'a self, spec: &'a LaunchSpec) -> Answer<'a, Instance> {
        Box::pin(self.launch_once(spec))
    }

    fn terminate<'a>(&'a self, id: &'a InstanceId) -> Answer<'a, ()> {
        Box::pin(self.end(id))
    }

    fn list<'a>(&'a self, owner: &'a Owner) -> Answer<'a, Vec<Instance>> {
        Box::pin(async move {
            let mut listed = self.describe(&[(tags::OWNER, owner.as_str())]).await?;
            for instance in self.recent.of(owner) {
                match listed.iter_mut().find(|one| one.id == instance.id) {
                    None => listed.push(instance),
                    // What was told to end does not go back to running when an old answer says so.
                    Some(known)
                        if instance.state == InstanceState::Stopping
                            && known.state < InstanceState::Stopping =>
                    {
                        known.state = InstanceState::Stopping;
                    }
                    Some(_) => {}
                }
            }
            Ok(listed)
        })
    }

    fn address<'a>(&'a self, ip: &'a str) -> Answer<'a, AddressState> {
        Box::pin(addresses::state(&self.api, ip))
    }

    fn associate<'a>(&'a self, ip: &'a str, id: &'a InstanceId) -> Answer<'a, ()> {
        Box::pin(async move {
            addresses::associate(&self.api, ip, id).await.map_err(|error| self.missing(id, error))
        })
    }

    fn release<'a>(&'a self, ip: &'a str) -> Answer<'a, ()> {
        Box::pin(addresses::release(&self.api, ip))
    }

    fn allocate<'a>(&'a self, owner: &'a Owner) -> Answer<'a, String> {
        Box::pin(addresses::allocate(&self.api, owner))
    }

    fn ensure_key_pair<'a>(&'a self, name: &'a str, public_key: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let material = base64::encode(public_key.as_bytes());
            let parameters = Parameters::new([("KeyName", name), ("PublicKeyMaterial", material.as_str())]);
            match self.api.try_call("ImportKeyPair", &parameters).await {
                Err(api::Failure::Said { code, .. }) if code == "InvalidKeyPair.Duplicate" => Ok(()),
                other => other.map(drop).map_err(api::Failure::into_error),
            }
        })
    }
}
