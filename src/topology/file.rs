//! A file that is looked at again and again.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sinew_core::diagnostics::{SourceFile, render_short};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{SourceError, TopologySource};
use crate::settings::read_file;

/// A file, of at most 1 MiB. Shared and mounted folders tell nobody of changes, so that it is looked at.
#[derive(Debug)]
pub struct TopologyFile {
    path: PathBuf,
    rescan: Duration,
    ticks: Option<Interval>,
    seen: Option<Arc<SourceFile>>,
}

impl TopologyFile {
    /// Looks at a file so often.
    pub fn new(path: PathBuf, rescan: Duration) -> Self {
        Self { path, rescan, ticks: None, seen: None }
    }
}

impl TopologySource for TopologyFile {
    fn name(&self) -> &'static str {
        "file"
    }

    async fn next(&mut self) -> Result<Arc<SourceFile>, SourceError> {
        let rescan = self.rescan;
        let ticks = self.ticks.get_or_insert_with(|| {
            let mut ticks = interval(rescan);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        });
        loop {
            ticks.tick().await;
            let path = self.path.clone();
            // Reading may take long on a mounted folder.
            let read = tokio::task::spawn_blocking(move || read_file(&path)).await;
            let unreadable = |reason: String| SourceError::Unreadable(reason);
            let file = read.map_err(|error| unreadable(error.to_string()))?.map_err(|problems| {
                let texts: Vec<String> = problems.iter().map(render_short).collect();
                unreadable(texts.concat().trim_end().to_owned())
            })?;
            if self.seen.as_ref().is_none_or(|seen| seen.text() != file.text()) {
                self.seen = Some(file.clone());
                return Ok(file);
            }
        }
    }
}
