//! What is known of one instance.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A launch, by its number. Providers get it as idempotency token, so it must not come again after a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LaunchId(pub u64);

impl fmt::Display for LaunchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What an instance is called by those who run it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InstanceName {
    /// The provider.
    pub provider: Arc<str>,
    /// Its own name for the instance.
    pub id: Arc<str>,
}

/// Writes `provider/id`.
impl fmt::Display for InstanceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.provider, self.id)
    }
}

/// What an instance is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Asked for, or launched, and not yet a member.
    Pending,
    /// A member.
    Running,
    /// A member that was chosen to leave.
    Terminating,
    /// No member of use; it is being ended, and counts nowhere.
    Abandoned,
    /// It should not be there, and somebody has to look. It counts nowhere.
    Orphan,
}

/// One instance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// The launch that it comes from.
    pub launch: LaunchId,
    /// What it is called; `None` until the provider answers.
    pub instance: Option<InstanceName>,
    /// Where it is, as its provider knows: hosts, or host and port where instances share one.
    pub addresses: Vec<Arc<str>>,
    /// When it was launched.
    pub launched_at: Duration,
    /// What it is about.
    pub state: State,
    /// Since when.
    pub since: Duration,
    /// The member that it is, as the cluster knows it.
    pub member: Option<Arc<str>>,
    /// Never ended: a tag of its provider says so, or the member does (elastic-load-balancer.md §4.10).
    pub permanent: bool,
    /// The tags of its provider.
    pub tags: BTreeMap<Arc<str>, Arc<str>>,
    /// When its provider told its name; what was listed before cannot know it.
    pub(super) named_at: Duration,
    /// Found by a listing instead of launched by this process: it is not ended for joining late.
    pub(super) adopted: bool,
    /// Was chosen to leave: it serves nobody, even when it is still a member.
    pub(super) withdrawn: bool,
    /// How far its termination is.
    pub(super) ending: Ending,
    /// Somebody was told that it needs looking after.
    pub(super) alarmed: bool,
}

/// How far the termination of an instance is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Ending {
    /// How often its provider was asked.
    pub(super) tries: u32,
    /// When it was asked last, as long as it has not answered.
    pub(super) asked_at: Option<Duration>,
    /// Its provider said yes.
    pub(super) accepted: bool,
}

impl Record {
    /// A launch that nobody has answered yet.
    pub(super) fn new(launch: LaunchId, now: Duration) -> Record {
        Record {
            launch,
            instance: None,
            addresses: Vec::new(),
            launched_at: now,
            state: State::Pending,
            since: now,
            member: None,
            permanent: false,
            tags: BTreeMap::new(),
            named_at: now,
            adopted: false,
            withdrawn: false,
            ending: Ending::default(),
            alarmed: false,
        }
    }

    /// Moves to another state.
    pub(super) fn enter(&mut self, state: State, now: Duration) {
        self.state = state;
        self.since = now;
    }

    /// How long it has been in its state.
    pub(super) fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.since)
    }
}
