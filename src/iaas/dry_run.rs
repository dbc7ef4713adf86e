//! Launches nothing, and says so: to see what the autoscaler would do before it does.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::{
    AddressState, Addresses, Answer, Iaas, IaasError, Instance, InstanceId, InstanceState, LaunchSpec, Owner,
};

/// Records what would be launched. Instances stay pending until they are ended, and are forgotten with the process.
#[derive(Debug)]
pub struct DryRun {
    /// The name of the provider, in logs.
    name: String,
    instances: Mutex<Vec<Recorded>>,
}

#[derive(Debug)]
struct Recorded {
    owner: Owner,
    instance: Instance,
}

/// The most instances that are remembered.
const MOST: usize = 10_000;

impl DryRun {
    /// A provider of a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), instances: Mutex::default() }
    }

    fn instances(&self) -> MutexGuard<'_, Vec<Recorded>> {
        self.instances.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, spec: &LaunchSpec) -> Result<Instance, IaasError> {
        let mut instances = self.instances();
        let same =
            |one: &&Recorded| one.owner == spec.owner && one.instance.token.as_ref() == Some(&spec.token);
        if let Some(known) = instances.iter().find(same) {
            return spec.again(known.instance.clone());
        }
        let ended = instances.iter().position(|one| one.instance.state == InstanceState::Gone);
        match (instances.len() >= MOST, ended) {
            (true, None) => return Err(IaasError::Refused(format!("there are {MOST} instances already"))),
            (true, Some(oldest)) => drop(instances.remove(oldest)),
            (false, _) => {}
        }
        let number = uuid::Uuid::new_v4().simple().to_string();
        let instance = Instance {
            id: InstanceId::new(format!("dry-{number}")).map_err(IaasError::Refused)?,
            state: InstanceState::Pending,
            purpose: spec.purpose.clone(),
            token: Some(spec.token.clone()),
            addresses: Addresses::default(),
            member: None,
            launched_at: Some(Timestamp::now()),
            zone: spec.template.zone.clone(),
            permanent: false,
            tags: spec.tags(),
        };
        tracing::info!(
            target: "iaas", provider = %self.name, instance = %instance.id, cluster = %spec.purpose,
            "would launch"
        );
        instances.push(Recorded { owner: spec.owner.clone(), instance: instance.clone() });
        Ok(instance)
    }

    fn end(&self, id: &InstanceId) -> Result<(), IaasError> {
        let mut instances = self.instances();
        let known = instances.iter_mut().find(|one| one.instance.id == *id);
        let known = known.ok_or_else(|| IaasError::NotFound(format!("the instance {id}")))?;
        if known.instance.state != InstanceState::Gone {
            tracing::info!(target: "iaas", provider = %self.name, instance = %id, "would terminate");
            known.instance.state = InstanceState::Gone;
        }
        Ok(())
    }
}

impl Iaas for DryRun {
    fn launch<'a>(&'a self, spec: &'a LaunchSpec) -> Answer<'a, Instance> {
        Box::pin(async move { self.record(spec) })
    }

    fn terminate<'a>(&'a self, id: &'a InstanceId) -> Answer<'a, ()> {
        Box::pin(async move { self.end(id) })
    }

    fn list<'a>(&'a self, owner: &'a Owner) -> Answer<'a, Vec<Instance>> {
        Box::pin(async move {
            let instances = self.instances();
            let owned = instances.iter().filter(|one| one.owner == *owner);
            Ok(owned.map(|one| one.instance.clone()).collect())
        })
    }

    fn address<'a>(&'a self, _: &'a str) -> Answer<'a, AddressState> {
        Box::pin(async { Ok(AddressState::Free) })
    }

    fn associate<'a>(&'a self, ip: &'a str, id: &'a InstanceId) -> Answer<'a, ()> {
        Box::pin(async move {
            tracing::info!(target: "iaas", provider = %self.name, ip, instance = %id, "would associate");
            Ok(())
        })
    }

    fn release<'a>(&'a self, ip: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            tracing::info!(target: "iaas", provider = %self.name, ip, "would release");
            Ok(())
        })
    }

    fn ensure_key_pair<'a>(&'a self, name: &'a str, _: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            tracing::info!(target: "iaas", provider = %self.name, key_pair = name, "would import a key pair");
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::iaas::contract::{self, Platform};

    struct Nowhere(Arc<DryRun>);

    impl Platform for Nowhere {
        const RUNS: bool = false;
        const ADOPTS: bool = false;

        async fn provider(&self) -> Arc<dyn Iaas> {
            self.0.clone()
        }
    }

    #[tokio::test]
    async fn it_keeps_the_contract() {
        contract::check(&Nowhere(Arc::new(DryRun::new("trial")))).await;
    }
}
