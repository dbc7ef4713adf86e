//! The second runtime: what happens beside requests, on a thread of its own.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::Instant;

use crate::clusters::ClusterKey;
use crate::clusters::health::{Checker, HealthCheck, HealthChecks, NetworkProbe};
use crate::endpoints::Lasting;

/// How often sessions that are over make room (endpoints.md §6.2).
const SWEEP: Duration = Duration::from_secs(15);

/// What runs beside requests. It ends when this is dropped.
pub(super) struct Background {
    checker: Checker<NetworkProbe>,
    checks: Mutex<BTreeMap<ClusterKey, HealthChecks>>,
    /// Last, so that the checks end before their runtime does.
    _runtime: Runtime,
}

impl Background {
    /// Starts the thread.
    pub(super) fn start(lasting: &Arc<Lasting>, probe: NetworkProbe) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("background")
            .enable_all()
            .build()?;
        runtime.spawn(sweep(lasting.clone()));
        let checker = Checker::new(runtime.handle().clone(), lasting.directory.clone(), probe);
        Ok(Self { checker, checks: Mutex::default(), _runtime: runtime })
    }

    /// Checks the clusters of the configuration in service, and no others. Checks that stay the same go on.
    pub(super) fn check(&self, wanted: &BTreeMap<ClusterKey, HealthCheck>) {
        let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        checks.retain(|cluster, running| wanted.get(cluster) == Some(running.check()));
        for (cluster, check) in wanted {
            checks.entry(cluster.clone()).or_insert_with(|| self.checker.watch(cluster, check.clone()));
        }
    }
}

async fn sweep(lasting: Arc<Lasting>) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        lasting.sessions().sweep(Instant::now()).await;
    }
}
