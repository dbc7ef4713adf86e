//! Starting and ending checks.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use super::rounds::Rounds;
use super::{HealthCheck, Probe};
use crate::clusters::{ClusterKey, Directory};

/// Checks clusters on one runtime, with one bound on the questions that are open at a time.
#[derive(Debug)]
pub struct Checker<P> {
    runtime: Handle,
    directory: Arc<Directory>,
    probe: Arc<P>,
    questions: Arc<Semaphore>,
}

/// Questions that are open at a time, over all clusters.
const QUESTIONS: usize = 64;

/// The checks of one cluster. Dropping it ends them; members that they found unhealthy are taken to be healthy again.
#[derive(Debug)]
pub struct HealthChecks {
    check: HealthCheck,
    task: AbortHandle,
}

impl<P: Probe> Checker<P> {
    /// Checks on a runtime, which should not be one that serves requests.
    pub fn new(runtime: Handle, directory: Arc<Directory>, probe: P) -> Self {
        let questions = Arc::new(Semaphore::new(QUESTIONS));
        Self { runtime, directory, probe: Arc::new(probe), questions }
    }

    /// Checks the members of a cluster, those that come later as well, until the handle is dropped.
    pub fn watch(&self, cluster: &ClusterKey, check: HealthCheck) -> HealthChecks {
        let rounds = Rounds {
            changes: self.directory.changes(),
            cluster: self.directory.cluster(cluster),
            check: Arc::new(check.clone()),
            probe: self.probe.clone(),
            questions: self.questions.clone(),
        };
        HealthChecks { check, task: self.runtime.spawn(rounds.run()).abort_handle() }
    }
}

impl HealthChecks {
    /// How the members are checked.
    pub fn check(&self) -> &HealthCheck {
        &self.check
    }
}

impl Drop for HealthChecks {
    fn drop(&mut self) {
        self.task.abort();
    }
}
