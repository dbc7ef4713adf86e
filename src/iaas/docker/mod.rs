//! Containers of a Docker Engine, over its interface at a Unix socket.
//!
//! The name of a container is made of owner and token, and the engine lets two never have the same; so a launch happens once,
//! whoever asks. Labels say for whom and what a container is, so that it is found again.

mod containers;
mod failure;
mod launch;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bollard::query_parameters::{
    CreateContainerOptions, ListContainersOptions, RemoveContainerOptions, StartContainerOptions,
    StopContainerOptions,
};
use bollard::{API_DEFAULT_VERSION, Docker as Engine};

use self::failure::Status;
use super::recent::Recent;
use super::{Answer, Iaas, IaasError, Instance, InstanceId, InstanceState, LaunchSpec, Owner, labels};
use crate::settings::DockerProvider;

/// Launches containers of one engine.
#[derive(Clone, Debug)]
pub struct Docker(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: DockerProvider,
    recent: Recent,
    /// Who is being stopped.
    stopping: Mutex<BTreeSet<InstanceId>>,
}

/// What a call gets beside the time that it takes by its nature. Whoever waits limits the time of the others.
const ANSWER: Duration = Duration::from_secs(60);

impl Docker {
    /// Nobody is asked anything.
    pub fn open(settings: &DockerProvider) -> Self {
        let (recent, stopping) = Default::default();
        Self(Arc::new(Shared { settings: settings.clone(), recent, stopping }))
    }
}

impl Shared {
    /// The engine; each call has a connection of its own. It is asked without a version, which it takes for its newest.
    fn engine(&self) -> Result<Engine, IaasError> {
        let socket = &self.settings.socket;
        let path = socket.to_str();
        let path = path.ok_or_else(|| IaasError::Refused(format!("{} is no text", socket.display())))?;
        let limit = self.settings.stop_timeout.get().saturating_add(ANSWER);
        Engine::connect_with_unix(path, limit.as_secs(), API_DEFAULT_VERSION).map_err(failure::read)
    }

    /// Every container with these labels, `name` or `name=value`.
    async fn labelled(&self, labels: Vec<String>) -> Result<Vec<Instance>, IaasError> {
        let filters = HashMap::from([("label".to_owned(), labels)]);
        let options = ListContainersOptions { all: true, filters: Some(filters), ..Default::default() };
        let containers = self.engine()?.list_containers(Some(options)).await.map_err(failure::read)?;
        let read = containers.into_iter().map(|one| containers::read(one, &self.settings));
        let mut instances: Vec<Instance> = read.collect::<Result<_, _>>().map_err(failure::odd)?;
        // Somebody labelled it with the owner only: it is none of ours.
        instances.retain(|instance| !instance.purpose.domain.is_empty());
        let stopping = self.stopping();
        for instance in instances.iter_mut().filter(|instance| stopping.contains(&instance.id)) {
            instance.state = instance.state.max(InstanceState::Stopping);
        }
        Ok(instances)
    }

    async fn launched_with(&self, spec: &LaunchSpec) -> Result<Option<Instance>, IaasError> {
        let (token, owner) = (labels::TOKEN, labels::OWNER);
        let filters = vec![format!("{token}={}", spec.token), format!("{owner}={}", spec.owner)];
        Ok(self.labelled(filters).await?.pop())
    }

    /// Creates and starts. What was created and not started, because the answer was lost or the balancer ended, is started now.
    async fn launch_once(&self, spec: &LaunchSpec) -> Result<Instance, IaasError> {
        let gate = self.recent.gate(&spec.token);
        let _alone = gate.lock().await;
        if let Some(known) = self.recent.launched_with(&spec.token) {
            return spec.again(known);
        }
        let id = match self.launched_with(spec).await? {
            Some(known) => {
                let known = spec.again(known)?;
                if known.state != InstanceState::Pending {
                    return Ok(known);
                }
                known.id
            }
            None => self.create(spec).await?,
        };
        self.start(&id).await?;
        let launched = self.launched_with(spec).await?;
        let launched = launched.ok_or_else(|| IaasError::Transient(format!("{id} went as it came")))?;
        self.recent.add(&spec.token, &spec.owner, launched.clone());
        Ok(launched)
    }

    async fn create(&self, spec: &LaunchSpec) -> Result<InstanceId, IaasError> {
        let id = launch::name(spec)?;
        let options = CreateContainerOptions { name: Some(id.to_string()), ..Default::default() };
        let container = launch::container(&self.settings, spec, &id)?;
        let created = self.engine()?.create_container(Some(options), container).await;
        let created = created.map_err(|error| match Status::of(&error) {
            // Another balancer was faster. Next time its container is found.
            Some(Status::CONFLICT) => IaasError::Transient(failure::reason(&error)),
            // The image, or the network.
            Some(Status::NOT_FOUND) => IaasError::Refused(failure::reason(&error)),
            _ => failure::read(error),
        })?;
        for warning in created.warnings {
            tracing::warn!(target: "iaas", instance = %id, warning, "created");
        }
        Ok(id)
    }

    /// Starts a container; one that cannot be started is of no use.
    async fn start(&self, id: &InstanceId) -> Result<(), IaasError> {
        let started = self.engine()?.start_container(id.as_str(), None::<StartContainerOptions>).await;
        let error = match started {
            Ok(()) => return Ok(()),
            Err(error) => match failure::read(error) {
                IaasError::NotFound(reason) => IaasError::Refused(reason),
                other => other,
            },
        };
        if !error.may_pass()
            && let Err(problem) = self.remove(id).await
        {
            tracing::warn!(target: "iaas", instance = %id, error = %problem, "was not started, and stays");
        }
        Err(error)
    }

    /// Removes a container, running or not, with its volumes that have no name.
    async fn remove(&self, id: &InstanceId) -> Result<(), IaasError> {
        let options = RemoveContainerOptions { v: true, force: true, ..Default::default() };
        match self.engine()?.remove_container(id.as_str(), Some(options)).await {
            Ok(()) => Ok(()),
            // It went by itself, or is about to.
            Err(error) if matches!(Status::of(&error), Some(Status::NOT_FOUND | Status::CONFLICT)) => Ok(()),
            Err(error) => Err(failure::read(error)),
        }
    }

    async fn end(self: &Arc<Self>, id: &InstanceId) -> Result<(), IaasError> {
        // Not by its name alone: the engine has containers that are none of ours.
        let owned = self.labelled(vec![labels::OWNER.to_owned()]).await?;
        match owned.into_iter().find(|one| one.id == *id) {
            None if self.recent.has_ended(id) => return Ok(()),
            None => return Err(IaasError::NotFound(format!("the container {id}"))),
            Some(_) => {}
        }
        if self.stopping().insert(id.clone()) {
            let (shared, id) = (self.clone(), id.clone());
            // It takes longer than anybody waits for an answer.
            tokio::spawn(async move {
                match shared.stop(&id).await {
                    Ok(()) => shared.recent.ended(&id),
                    Err(error) => {
                        tracing::warn!(target: "iaas", instance = %id, %error, "cannot be stopped")
                    }
                }
                shared.stopping().remove(&id);
            });
        }
        Ok(())
    }

    async fn stop(&self, id: &InstanceId) -> Result<(), IaasError> {
        let seconds = i32::try_from(self.settings.stop_timeout.get().as_secs()).ok();
        let options = StopContainerOptions { t: seconds, ..Default::default() };
        let stopped = self.engine()?.stop_container(id.as_str(), Some(options)).await;
        match stopped {
            Err(error) if Status::of(&error) != Some(Status::NOT_FOUND) => Err(failure::read(error)),
            _ => self.remove(id).await,
        }
    }

    fn stopping(&self) -> MutexGuard<'_, BTreeSet<InstanceId>> {
        self.stopping.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Iaas for Docker {
    fn launch<'a>(&'a self, spec: &'a LaunchSpec) -> Answer<'a, Instance> {
        Box::pin(self.0.launch_once(spec))
    }

    fn terminate<'a>(&'a self, id: &'a InstanceId) -> Answer<'a, ()> {
        Box::pin(self.0.end(id))
    }

    fn list<'a>(&'a self, owner: &'a Owner) -> Answer<'a, Vec<Instance>> {
        Box::pin(self.0.labelled(vec![format!("{}={owner}", labels::OWNER)]))
    }
}
