//! What was launched and ended a short while ago, which a platform may not show yet, or not any more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex as Plain, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{Instance, InstanceId, InstanceState, LaunchToken, Owner};

/// For how long what is not shown counts as pending.
const UNSEEN: Duration = Duration::from_secs(300);

/// For how long a token and what ended are remembered here; then what the platform keeps of them does.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// Whoever has it locked may launch with a token.
pub(super) type Gate = Arc<Mutex<()>>;

/// What this process launched and ended.
#[derive(Debug, Default)]
pub(super) struct Recent(Plain<State>);

#[derive(Debug, Default)]
struct State {
    gates: BTreeMap<LaunchToken, Gate>,
    launched: BTreeMap<LaunchToken, Launched>,
    ended: BTreeMap<InstanceId, Instant>,
}

#[derive(Debug)]
struct Launched {
    instance: Instance,
    owner: Owner,
    at: Instant,
}

impl Recent {
    /// The gate of a token.
    pub(super) fn gate(&self, token: &LaunchToken) -> Gate {
        let mut state = self.state();
        state.gates.retain(|_, gate| Arc::strong_count(gate) > 1);
        state.gates.entry(token.clone()).or_default().clone()
    }

    /// What a token launched.
    pub(super) fn launched_with(&self, token: &LaunchToken) -> Option<Instance> {
        self.state().launched.get(token).map(|one| one.instance.clone())
    }

    /// Something was launched.
    pub(super) fn add(&self, token: &LaunchToken, owner: &Owner, instance: Instance) {
        let mut state = self.state();
        state.launched.retain(|_, one| one.at.elapsed() < REMEMBERED);
        let launched = Launched { instance, owner: owner.clone(), at: Instant::now() };
        state.launched.insert(token.clone(), launched);
    }

    /// The instances of an owner that may not be shown yet.
    pub(super) fn of(&self, owner: &Owner) -> Vec<Instance> {
        let state = self.state();
        let new = state.launched.values().filter(|one| one.is_new() && one.owner == *owner);
        new.map(|one| one.instance.clone()).collect()
    }

    /// Whether an instance may not be known everywhere yet.
    pub(super) fn is_new(&self, id: &InstanceId) -> bool {
        self.state().launched.values().any(|one| one.instance.id == *id && one.is_new())
    }

    /// An instance was told to end.
    pub(super) fn ended(&self, id: &InstanceId) {
        let mut state = self.state();
        state.ended.retain(|_, at| at.elapsed() < REMEMBERED);
        state.ended.insert(id.clone(), Instant::now());
        for one in state.launched.values_mut().filter(|one| one.instance.id == *id) {
            one.instance.state = InstanceState::Stopping;
        }
    }

    /// Whether an instance was told to end.
    pub(super) fn has_ended(&self, id: &InstanceId) -> bool {
        self.state().ended.get(id).is_some_and(|at| at.elapsed() < REMEMBERED)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Launched {
    fn is_new(&self) -> bool {
        self.at.elapsed() < UNSEEN
    }
}
