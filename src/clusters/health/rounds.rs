//! The task that asks the members of a cluster again and again.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::{Failure, HealthCheck, Probe, Thresholds};
use crate::clusters::{Cluster, Live, Member};

/// The checks of one cluster.
pub(super) struct Rounds<P> {
    pub(super) changes: watch::Receiver<u64>,
    pub(super) cluster: Arc<Cluster>,
    pub(super) check: Arc<HealthCheck>,
    pub(super) probe: Arc<P>,
    pub(super) questions: Arc<Semaphore>,
}

/// The shortest time between two questions to one member, whatever is configured.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);

impl<P: Probe> Rounds<P> {
    /// Follows the members of the cluster; each has a task that asks it. Dropping the future ends all of them.
    pub(super) async fn run(mut self) {
        let mut tasks = JoinSet::new();
        let mut asked: Vec<(Arc<Live>, AbortHandle)> = Vec::new();
        loop {
            // Before looking, so that no change is missed.
            self.changes.mark_unchanged();
            let members = self.cluster.snapshot();
            asked.retain(|(live, task)| {
                let stays = members.iter().any(|member| Arc::ptr_eq(member.live(), live));
                if !stays {
                    task.abort();
                }
                stays
            });
            for member in members.iter() {
                if !asked.iter().any(|(live, _)| Arc::ptr_eq(member.live(), live)) {
                    asked.push((member.live().clone(), tasks.spawn(self.of(member).run())));
                }
            }
            // Those that were ended.
            while tasks.try_join_next().is_some() {}
            if self.changes.changed().await.is_err() {
                return;
            }
        }
    }

    fn of(&self, member: &Member) -> Questions<P> {
        Questions {
            cluster: self.cluster.clone(),
            check: self.check.clone(),
            probe: self.probe.clone(),
            permits: self.questions.clone(),
            key: member.key().clone(),
            verdict: Verdict { live: member.live().clone(), thresholds: Thresholds::default() },
        }
    }
}

/// The checks of one member: never more than one question at a time.
struct Questions<P> {
    cluster: Arc<Cluster>,
    check: Arc<HealthCheck>,
    probe: Arc<P>,
    permits: Arc<Semaphore>,
    key: Arc<str>,
    verdict: Verdict,
}

impl<P: Probe> Questions<P> {
    async fn run(mut self) {
        let mut pause = self.interval().mul_f64(random() * 0.1);
        loop {
            sleep(pause).await;
            // As it is defined now.
            let Some(member) = self.cluster.member(&self.key) else { return };
            if self.check.revives {
                self.revive(&member).await;
            } else {
                let answer = self.ask(&member).await;
                self.take_note(&answer);
            }
            pause = self.interval().mul_f64(0.9 + random() * 0.2);
        }
    }

    fn interval(&self) -> Duration {
        self.check.interval.max(SHORTEST_INTERVAL)
    }

    async fn ask(&self, member: &Member) -> Result<(), Failure> {
        // Nobody closes the semaphore; if it were closed the question would go out without a permit.
        let _permit = self.permits.acquire().await;
        let limit = self.check.timeout;
        timeout(limit, self.probe.ask(member, &self.check)).await.unwrap_or(Err(Failure::TimedOut(limit)))
    }

    /// Asks a member that failures keep away, and lets it have requests again when it answers.
    async fn revive(&self, member: &Member) {
        let availability = &member.live().availability;
        // One that works has no next try, and one that is switched off neither.
        if availability.next_retry().is_none() {
            return;
        }
        let (cluster, key) = (self.cluster.key(), &self.key);
        match self.ask(member).await {
            Ok(()) => {
                availability.succeeded();
                tracing::info!(%cluster, member = %key, "the member can be connected to again");
            }
            Err(error) => tracing::debug!(%cluster, member = %key, %error, "the member is still away"),
        }
    }

    fn take_note(&mut self, answer: &Result<(), Failure>) {
        // Nobody speaks of a member that is healthy as ever.
        let before = self.verdict.thresholds.is_healthy().unwrap_or(true);
        let now = self.verdict.thresholds.record(answer.is_ok(), self.check.healthy, self.check.unhealthy);
        // Also without a change: checks that were ended may have said something else since.
        self.verdict.live.set_healthy(now);
        let (cluster, member) = (self.cluster.key(), &self.key);
        match answer {
            _ if now && !before => {
                tracing::info!(%cluster, %member, "the member passes its health checks again")
            }
            Err(error) if before && !now => {
                tracing::warn!(%cluster, %member, %error, "the member fails its health checks");
            }
            Err(error) => tracing::debug!(%cluster, %member, %error, "a health check failed"),
            Ok(()) => {}
        }
    }
}

/// What the checks say of a member, as long as there are any.
struct Verdict {
    live: Arc<Live>,
    thresholds: Thresholds,
}

impl Drop for Verdict {
    fn drop(&mut self) {
        if self.thresholds.is_healthy() == Some(false) {
            self.live.set_healthy(true);
        }
    }
}

/// A number from 0 to 1, good enough to spread questions over time.
fn random() -> f64 {
    RandomState::new().hash_one(0) as f64 / u64::MAX as f64
}
