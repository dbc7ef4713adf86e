//! Pods as instances.

use k8s_openapi::api::core::v1::Pod;

use super::api::WorkloadObject;
use super::book::Book;
use crate::iaas::{
    Addresses, Instance, InstanceId, InstanceState, MemberPlace, Owner, Purpose, is_permanent, labels, port,
    tags,
};
use crate::settings::KubernetesProvider;

/// The instances of a workload, whoever owns them. A pod without marks, which a controller made anew or a person wanted, is
/// of the owner of the workload, unless a launch waits for it.
pub(super) fn read(
    pods: &[Pod],
    workload: &WorkloadObject,
    book: &Book,
    purpose: &Purpose,
    settings: &KubernetesProvider,
) -> Vec<Instance> {
    let one = |pod: &Pod| {
        let id = id(pod)?;
        let mut tags = labels::tags(pod.metadata.annotations.clone().unwrap_or_default());
        if !tags.contains_key(tags::OWNER) {
            let owner = workload.owner().filter(|_| !book.awaits(pod))?;
            tags.insert(tags::OWNER.to_owned(), owner.to_owned());
        }
        let (_, token) = labels::launch(&tags);
        let status = pod.status.as_ref();
        let addresses = Addresses {
            private: status.and_then(|status| status.pod_ip.as_ref()?.parse().ok()),
            public: None,
        };
        let (http_port, https_port) = (port(settings.http_port), port(settings.https_port));
        Some(Instance {
            state: match state(pod) {
                InstanceState::Gone => InstanceState::Gone,
                state if book.is_ending(&id, workload) => state.max(InstanceState::Stopping),
                state => state,
            },
            id,
            purpose: purpose.clone(),
            token,
            member: addresses.private.and_then(|ip| MemberPlace::new(ip.to_string(), http_port, https_port)),
            addresses,
            launched_at: pod.metadata.creation_timestamp.as_ref().map(|time| time.0),
            zone: None,
            permanent: is_permanent(&tags),
            tags,
        })
    };
    pods.iter().filter_map(one).collect()
}

/// What a pod is called: name and uid, because pods of a stateful set have their names again and again.
pub(super) fn id(pod: &Pod) -> Option<InstanceId> {
    InstanceId::new(format!("{}/{}", pod.metadata.name.as_ref()?, pod.metadata.uid.as_ref()?)).ok()
}

/// The number of a pod of a stateful set.
pub(super) fn number(id: &InstanceId) -> Option<u32> {
    let (name, _) = id.as_str().split_once('/')?;
    name.rsplit_once('-')?.1.parse().ok()
}

/// Whether an instance is somebody's.
pub(super) fn is_of(instance: &Instance, owner: &Owner) -> bool {
    instance.tags.get(tags::OWNER).map(String::as_str) == Some(owner.as_str())
}

/// The pods that live and have no marks, the newest first.
pub(super) fn unclaimed(pods: &[Pod]) -> impl Iterator<Item = &Pod> {
    let marked = |pod: &Pod| {
        pod.metadata.annotations.as_ref().is_some_and(|annotations| annotations.contains_key(labels::OWNER))
    };
    let mut pods: Vec<&Pod> =
        pods.iter().filter(|pod| !marked(pod) && state(pod) < InstanceState::Stopping).collect();
    pods.sort_by(|left, right| right.metadata.creation_timestamp.cmp(&left.metadata.creation_timestamp));
    pods.into_iter()
}

/// How far a pod is, by its phase. `Unknown` is a node that does not answer; its pod has its place still.
fn state(pod: &Pod) -> InstanceState {
    if pod.metadata.deletion_timestamp.is_some() {
        return InstanceState::Stopping;
    }
    match pod.status.as_ref().and_then(|status| status.phase.as_deref()) {
        Some("Running" | "Unknown") => InstanceState::Running,
        Some("Succeeded" | "Failed") => InstanceState::Gone,
        _ => InstanceState::Pending,
    }
}
