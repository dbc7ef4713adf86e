//! The scheme `file`: members in a file that is read again when it changes.
//!
//! TOML with one `[[member]]` for each, with the keys of the same table in `sinew.toml`; or JSON, `{"members": […]}`, with the
//! same keys. The file is looked at again and again, because shared and mounted folders tell nobody of changes. While it has
//! mistakes or cannot be read, its last good version counts.

mod json;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sinew_core::diagnostics::{Diagnostic, Diagnostics, SourceFile, codes, render_short};
use tokio::time::{MissedTickBehavior, interval};

use super::values::{check_host, stated};
use super::{Departure, Event, Feed, Scheme};
use crate::clusters::{ClusterKey, MemberDefinition};
use crate::settings::{read_file, read_members};

/// A file that is watched.
#[derive(Clone, Debug)]
pub struct MemberFile {
    /// The file, of at most 1 MiB.
    path: PathBuf,
    /// How often it is looked at.
    rescan: Duration,
}

/// Members by cluster and key.
type Members = BTreeMap<(ClusterKey, Arc<str>), MemberDefinition>;

impl MemberFile {
    /// Looks at a file so often.
    pub fn new(path: PathBuf, rescan: Duration) -> Self {
        Self { path, rescan }
    }
}

impl Scheme for MemberFile {
    fn name(&self) -> &'static str {
        "file"
    }

    async fn run(self, feed: Arc<Feed>) {
        let mut ticks = interval(self.rescan);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen: Option<Result<Arc<SourceFile>, Diagnostics>> = None;
        let mut known = Members::new();
        loop {
            ticks.tick().await;
            let path = self.path.clone();
            // Reading may take long on a mounted folder.
            let Ok(file) = tokio::task::spawn_blocking(move || read_file(&path)).await else { continue };
            if seen.as_ref().is_some_and(|seen| is_same(seen, &file)) {
                continue;
            }
            match file.clone().and_then(|file| read(&self.path, &file)) {
                Ok(members) => known = tell(&feed, known, members),
                Err(problems) => complain(&feed, &problems),
            }
            seen = Some(file);
        }
    }
}

/// Whether a look at the file found what the one before found.
fn is_same(one: &Result<Arc<SourceFile>, Diagnostics>, other: &Result<Arc<SourceFile>, Diagnostics>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => one.text() == other.text(),
        (Err(_), Err(_)) => true,
        _ => false,
    }
}

/// The members of a file.
fn read(path: &Path, file: &Arc<SourceFile>) -> Result<Members, Diagnostics> {
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let listed: Vec<(ClusterKey, MemberDefinition)> = match is_json {
        true => json::read(file)?,
        false => read_members(file)?.iter().map(stated).collect(),
    };
    let (mut members, mut problems) = (Members::new(), Diagnostics::new());
    for (cluster, definition) in listed {
        let (name, key) = (cluster.to_string(), definition.key());
        let mut wrong = |message: String| {
            let message = format!("{}: {message}", file.name());
            problems.push(Diagnostic::error(codes::SETTINGS_INVALID, message));
        };
        let hosts = definition.remote_host.iter().chain([&definition.host]);
        if let Some(problem) = hosts.map(|host| check_host(host)).find_map(Result::err) {
            wrong(problem);
        } else if members.insert((cluster, key.clone()), definition).is_some() {
            wrong(format!("the cluster {name} has a member {key} already"));
        }
    }
    if problems.is_empty() { Ok(members) } else { Err(problems) }
}

/// Tells what is different; what the file does not name any more leaves.
fn tell(feed: &Feed, mut before: Members, now: Members) -> Members {
    for ((cluster, member), definition) in &now {
        let same = before.remove(&(cluster.clone(), member.clone())).is_some_and(|old| old == *definition);
        if same {
            continue;
        }
        let event = Event::Update { cluster: cluster.clone(), definition: definition.clone() };
        if let Err(error) = feed.report(event) {
            feed.refused("member");
            tracing::error!(target: "membership", %cluster, %member, %error, "a member of the file is left out");
        }
    }
    for (cluster, member) in before.into_keys() {
        // One that was left out is not known.
        let _ = feed.report(Event::Leave { cluster, member, departure: Departure::Announced });
    }
    now
}

fn complain(feed: &Feed, problems: &Diagnostics) {
    feed.refused("file");
    for problem in problems.iter() {
        let problem = render_short(problem);
        tracing::error!(target: "membership", problem = problem.trim_end(), "the file of members is wrong; what it said before counts");
    }
}
