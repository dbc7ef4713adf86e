//! What was changed at a workload, and why: an annotation of the workload itself, so that it survives everything.
//!
//! A change is noted before it is made. The API server counts how often what a workload shall be was changed, its
//! generation: as long as it is the one that was noted, the change was not made.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::Pod;
use serde::{Deserialize, Serialize};

use super::api::WorkloadObject;
use crate::iaas::{Addresses, Instance, InstanceId, InstanceState, LaunchSpec, LaunchToken, Owner};

/// The annotation.
pub(super) const BOOK: &str = "sinew.book";

/// For how long launches and ends are remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

/// For how long a pod counts as stopping after it was told to. When it is still there then, another one went instead.
const STOPPING: SignedDuration = SignedDuration::from_mins(5);

/// The most launches, and the most ends, that are remembered: annotations have a limit of 256 KiB altogether.
const MOST: usize = 200;

/// The generation before a change; none when somebody came in between, and the change was not made.
pub(super) type Change = Option<i64>;

/// Launches and ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Book {
    launches: BTreeMap<LaunchToken, Launch>,
    ends: BTreeMap<InstanceId, End>,
}

/// A launch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Launch {
    owner: Owner,
    at: Timestamp,
    pub(super) change: Change,
    /// The uids of the pods that were there, and nobody's.
    old: BTreeSet<String>,
    /// The pod that came of it.
    pub(super) pod: Option<InstanceId>,
}

/// An end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    at: Timestamp,
    change: Change,
}

impl Book {
    /// The launch of a token.
    pub(super) fn launch(&self, spec: &LaunchSpec) -> Option<&Launch> {
        self.launches.get(&spec.token).filter(|launch| launch.owner == spec.owner)
    }

    /// A launch is about to be made.
    pub(super) fn launching(&mut self, spec: &LaunchSpec, old: &BTreeSet<String>, change: Change) {
        self.forget();
        let (owner, at, old) = (spec.owner.clone(), super::now(), old.clone());
        self.launches.insert(spec.token.clone(), Launch { owner, at, change, old, pod: None });
    }

    /// The pod of a launch came.
    pub(super) fn came(&mut self, spec: &LaunchSpec, pod: InstanceId) {
        if let Some(launch) = self.launches.get_mut(&spec.token) {
            launch.pod = Some(pod);
            launch.old.clear();
        }
    }

    /// An end is about to be made.
    pub(super) fn ending(&mut self, id: &InstanceId, change: Change) {
        self.forget();
        self.ends.insert(id.clone(), End { at: super::now(), change });
    }

    /// Whether there was an instance.
    pub(super) fn knows(&self, id: &InstanceId) -> bool {
        self.ends.contains_key(id) || self.launches.values().any(|launch| launch.pod.as_ref() == Some(id))
    }

    /// Whether a pod was told to end a short while ago.
    pub(super) fn is_ending(&self, id: &InstanceId, workload: &WorkloadObject) -> bool {
        let end = self.ends.get(id);
        end.is_some_and(|end| workload.has_made(end.change) && age(end.at) < STOPPING)
    }

    /// Whether a pod without marks may be that of a launch that goes on.
    pub(super) fn awaits(&self, pod: &Pod) -> bool {
        self.launches.values().any(|launch| launch.pod.is_none() && !launch.is_old(pod))
    }

    /// Somebody else changes the workload: what was noted and not made has to be noted again.
    pub(super) fn disturb(&mut self, workload: &WorkloadObject) {
        let launches = self.launches.values_mut().map(|launch| &mut launch.change);
        let ends = self.ends.values_mut().map(|end| &mut end.change);
        for change in launches.chain(ends).filter(|change| !workload.has_made(**change)) {
            *change = None;
        }
    }

    fn forget(&mut self) {
        self.launches.retain(|_, launch| age(launch.at) < REMEMBERED);
        self.ends.retain(|_, end| age(end.at) < REMEMBERED);
        while self.launches.len() >= MOST
            && let Some(oldest) = self.launches.iter().min_by_key(|(_, launch)| launch.at)
        {
            let oldest = oldest.0.clone();
            self.launches.remove(&oldest);
        }
        while self.ends.len() >= MOST
            && let Some(oldest) = self.ends.iter().min_by_key(|(_, end)| end.at)
        {
            let oldest = oldest.0.clone();
            self.ends.remove(&oldest);
        }
    }
}

impl Launch {
    /// Whether a pod was there before.
    pub(super) fn is_old(&self, pod: &Pod) -> bool {
        pod.metadata.uid.as_ref().is_some_and(|uid| self.old.contains(uid))
    }

    /// The instance, whose pod is not there any more.
    pub(super) fn gone(&self, id: &InstanceId, spec: &LaunchSpec) -> Instance {
        Instance {
            id: id.clone(),
            state: InstanceState::Gone,
            purpose: spec.purpose.clone(),
            token: Some(spec.token.clone()),
            addresses: Addresses::default(),
            member: None,
            launched_at: Some(self.at),
            zone: None,
            permanent: false,
            tags: spec.tags(),
        }
    }
}

fn age(at: Timestamp) -> SignedDuration {
    Timestamp::now().duration_since(at)
}
