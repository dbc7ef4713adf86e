//! From the texts of a source to what is in service.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sinew_core::config::balancer::{Change, Tree, parse};
use sinew_core::diagnostics::{Diagnostic, SourceFile, codes, render_short};
use tokio::time::{sleep, timeout};

use super::{Backoff, SourceError, TopologySource};
use crate::deployment::{Changed, Changer, Refused};
use crate::telemetry::metrics::TopologyCounts;

/// Puts changes in service.
pub trait Deploys: Send + Sync + 'static {
    /// Makes a change, and waits until it is in service.
    fn make(&self, change: Change) -> impl Future<Output = Result<Changed, Refused>> + Send;
}

impl Deploys for Changer {
    fn make(&self, change: Change) -> impl Future<Output = Result<Changed, Refused>> + Send {
        Changer::make(self, change)
    }
}

/// After how long a text that was refused is tried again: what it contradicted may be gone.
const AGAIN: Duration = Duration::from_secs(60);

/// Follows a source until the future is dropped, or nobody deploys any more.
pub async fn follow(mut source: impl TopologySource, deployment: impl Deploys, counts: Arc<TopologyCounts>) {
    let mut follower =
        Follower { source: source.name(), deployment, counts, refused: None, said: Vec::new() };
    let (mut backoff, mut is_lost) = (Backoff::default(), false);
    loop {
        let next = match follower.refused.clone() {
            Some(text) => timeout(AGAIN, source.next()).await.unwrap_or(Ok(text)),
            None => source.next().await,
        };
        match next {
            Ok(text) => {
                if is_lost {
                    tracing::info!(target: "topology", source = follower.source, "the topology can be read again");
                }
                is_lost = false;
                backoff.reset();
                if !follower.take(text).await {
                    return;
                }
            }
            Err(error) => {
                follower.lost(&error, is_lost);
                is_lost = true;
                sleep(backoff.next_wait()).await;
            }
        }
    }
}

struct Follower<D> {
    source: &'static str,
    deployment: D,
    counts: Arc<TopologyCounts>,
    /// The text that is to be tried again.
    refused: Option<Arc<SourceFile>>,
    /// What is wrong with it, as the log has said.
    said: Vec<String>,
}

impl<D: Deploys> Follower<D> {
    /// Deploys a text, or says why not; false when nobody deploys any more.
    async fn take(&mut self, text: Arc<SourceFile>) -> bool {
        let made = match read(&text) {
            Ok(tree) => self.deployment.make(Change::Topology(tree)).await,
            Err(wrong) => Err(Refused::Wrong(wrong)),
        };
        match made {
            Ok(Changed { is_news, revision }) => {
                self.count(if is_news { "applied" } else { "unchanged" });
                if is_news {
                    tracing::info!(target: "topology", source = self.source, revision, "the topology is in service");
                }
                (self.refused, self.said) = (None, Vec::new());
                true
            }
            Err(Refused::Ending) => false,
            Err(refused) => {
                self.count("refused");
                let said = match &refused {
                    Refused::Wrong(wrong) => wrong.iter().map(render_short).collect(),
                    other => vec![other.to_string()],
                };
                if said != self.said {
                    for problem in &said {
                        let problem = problem.trim_end();
                        tracing::error!(
                            target: "topology", source = self.source, problem,
                            "the topology is refused; what it said before counts"
                        );
                    }
                }
                (self.refused, self.said) = (Some(text), said);
                true
            }
        }
    }

    fn lost(&self, error: &SourceError, was_lost: bool) {
        self.count("failed");
        if !was_lost {
            tracing::error!(
                target: "topology", source = self.source, %error,
                "the topology cannot be read; what it said before counts"
            );
        }
    }

    fn count(&self, outcome: &'static str) {
        self.counts.update(self.source, outcome);
    }
}

/// A text as a tree. One that breaks off inside of a block is wrong, other than a file that people write: it would remove what
/// the rest of it names.
fn read(text: &Arc<SourceFile>) -> Result<Arc<Tree>, Vec<Diagnostic>> {
    let (tree, found) = parse(text);
    let is_wrong = |found: &Diagnostic| found.severity.is_error() || found.code == codes::BLOCK_NOT_CLOSED;
    let wrong: Vec<Diagnostic> = found.into_iter().filter(is_wrong).collect();
    match tree {
        Some(tree) if wrong.is_empty() => Ok(Arc::new(tree)),
        _ => Err(wrong),
    }
}
