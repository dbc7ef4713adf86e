//! Pods of workloads of Kubernetes: a workload for each cluster, and as many replicas as instances are wanted.
//!
//! Who changes a number cannot see whether it was changed for him: so every change is first noted at the workload
//! ([`Book`]), then made through the sub-resource `scale`, both only if nobody changed the workload meanwhile. The pod that
//! comes of it gets annotations that say for whom and what it is.

mod api;
mod book;
mod pods;

#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::time::sleep;

use self::api::{Api, Place};
use self::book::{Book, Change, Launch};
use super::{
    Answer, Iaas, IaasError, Instance, InstanceId, InstanceState, LaunchSpec, Owner, Purpose, labels,
};
use crate::settings::{KubernetesProvider, WorkloadKind};

/// Launches pods by scaling workloads.
#[derive(Debug)]
pub struct Kubernetes {
    settings: KubernetesProvider,
    /// The workloads, each with its cluster.
    places: Vec<(Purpose, Place)>,
    /// Whoever has it changes workloads: changes at the same time would only disturb each other.
    alone: Mutex<()>,
}

/// How often a change is tried while others change the workload too.
const ATTEMPTS: usize = 10;

/// How often it is looked for the pod of a launch in one call.
const LOOKS: usize = 25;

/// The time between two looks.
const LOOK: Duration = Duration::from_millis(200);

impl Kubernetes {
    /// Nobody is asked anything.
    pub fn open(settings: &KubernetesProvider) -> Self {
        let places = settings.workloads.get().iter().map(|(cluster, workload)| {
            let (domain, sub_domain) = match cluster.split_once('/') {
                Some((domain, sub_domain)) => (domain, Some(sub_domain)),
                None => (cluster.as_str(), None),
            };
            (Purpose::new(domain, sub_domain), Place::new(workload))
        });
        Self { settings: settings.clone(), places: places.collect(), alone: Mutex::default() }
    }

    async fn launch_once(&self, spec: &LaunchSpec) -> Result<Instance, IaasError> {
        let _alone = self.alone.lock().await;
        let place = self.places.iter().find(|(purpose, _)| *purpose == spec.purpose);
        let Some((_, place)) = place else {
            return Err(IaasError::Refused(format!("there is no workload for {}", spec.purpose)));
        };
        let api = Api::open(&self.settings).await?;
        for _ in 0..LOOKS {
            let workload = api.workload(place).await?;
            let book = workload.book();
            let pods = api.pods(&workload).await?;
            let seen = pods::read(&pods, &workload, &book, &spec.purpose, &self.settings);
            let own =
                |one: &&Instance| one.token.as_ref() == Some(&spec.token) && pods::is_of(one, &spec.owner);
            match (seen.iter().find(own), book.launch(spec)) {
                (Some(instance), Some(launch)) if launch.pod.as_ref() != Some(&instance.id) => {
                    let mut book = book.clone();
                    book.came(spec, instance.id.clone());
                    // When others change it too, the pod itself says it.
                    let _ = api.note(place, &workload, &book, None).await?;
                    return Ok(instance.clone());
                }
                (Some(instance), _) => return Ok(instance.clone()),
                (None, Some(launch @ Launch { pod: Some(id), .. })) => return Ok(launch.gone(id, spec)),
                (None, Some(launch)) if workload.has_made(launch.change) => {
                    match pods::unclaimed(&pods).find(|pod| !launch.is_old(pod)) {
                        // Next time it is seen with its marks, or was changed by others meanwhile.
                        Some(pod) => {
                            api.mark(pod, &labels::of(spec)).await?;
                        }
                        None => sleep(LOOK).await,
                    }
                }
                _ => {
                    let old = pods::unclaimed(&pods).filter_map(|pod| pod.metadata.uid.clone()).collect();
                    let change = |book: &mut Book, change: Change| book.launching(spec, &old, change);
                    self.scale(&api, place, 1, Some(&spec.owner), change).await?;
                }
            }
        }
        Err(IaasError::Transient(format!("{place} has more replicas now, and no pod came yet")))
    }

    /// Notes a change at a workload and makes it, if nobody changes the workload in between; else all over again.
    async fn scale(
        &self,
        api: &Api,
        place: &Place,
        by: i32,
        owner: Option<&Owner>,
        note: impl Fn(&mut Book, Change),
    ) -> Result<(), IaasError> {
        for _ in 0..ATTEMPTS {
            let workload = api.workload(place).await?;
            let mut book = workload.book();
            book.disturb(&workload);
            note(&mut book, workload.next_change());
            let Some(noted) = api.note(place, &workload, &book, owner).await? else { continue };
            if api.scale(place, &noted, by).await? {
                return Ok(());
            }
        }
        Err(IaasError::Transient(format!("others change {place} all the time")))
    }

    async fn end(&self, id: &InstanceId) -> Result<(), IaasError> {
        let _alone = self.alone.lock().await;
        let api = Api::open(&self.settings).await?;
        let mut is_known = false;
        for (purpose, place) in &self.places {
            let workload = api.workload(place).await?;
            let book = workload.book();
            let pods = api.pods(&workload).await?;
            is_known |= book.knows(id);
            let seen = pods::read(&pods, &workload, &book, purpose, &self.settings);
            let Some(instance) = seen.iter().find(|one| one.id == *id) else { continue };
            if instance.state >= InstanceState::Stopping {
                return Ok(());
            }
            match place.kind() {
                WorkloadKind::StatefulSet => {
                    let last = seen.iter().max_by_key(|one| pods::number(&one.id));
                    if last.is_some_and(|last| last.id != *id) {
                        return Err(IaasError::Refused(format!(
                            "the pods of {place} end in the order of their numbers, and {id} is not the last"
                        )));
                    }
                }
                WorkloadKind::Deployment => {
                    let Some(pod) = pods.iter().find(|pod| pods::id(pod).as_ref() == Some(id)) else {
                        continue;
                    };
                    let cost = [(DELETION_COST.to_owned(), i32::MIN.to_string())].into();
                    if !api.mark(pod, &cost).await? {
                        return Err(IaasError::Transient(format!("{id} is changed by others")));
                    }
                }
            }
            let note = |book: &mut Book, change| book.ending(id, change);
            return self.scale(&api, place, -1, None, note).await;
        }
        match is_known {
            true => Ok(()),
            false => Err(IaasError::NotFound(format!("the pod {id}"))),
        }
    }

    async fn all(&self, owner: &Owner) -> Result<Vec<Instance>, IaasError> {
        let api = Api::open(&self.settings).await?;
        let mut all = Vec::new();
        for (purpose, place) in &self.places {
            let workload = api.workload(place).await?;
            let pods = api.pods(&workload).await?;
            let seen = pods::read(&pods, &workload, &workload.book(), purpose, &self.settings);
            all.extend(seen.into_iter().filter(|one| pods::is_of(one, owner)));
        }
        Ok(all)
    }
}

/// The annotation of a pod that says how much it costs to delete it: of pods that are equal otherwise, the lowest goes first.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// Now, in whole seconds as Kubernetes has them.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

impl Iaas for Kubernetes {
    fn launch<'a>(&'a self, spec: &'a LaunchSpec) -> Answer<'a, Instance> {
        Box::pin(self.launch_once(spec))
    }

    fn terminate<'a>(&'a self, id: &'a InstanceId) -> Answer<'a, ()> {
        Box::pin(self.end(id))
    }

    fn list<'a>(&'a self, owner: &'a Owner) -> Answer<'a, Vec<Instance>> {
        Box::pin(self.all(owner))
    }
}
