//! What the next balancer that acts gets from the one before: what was measured, and who was about to leave
//! (elastic-load-balancer.md §4.8).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::history::History;
use super::super::instances::State;
use super::Subject;
use super::books::ClusterBook;
use super::shared::Shared;
use crate::clusters::ClusterKey;

/// What was measured, and in which epoch.
#[derive(Serialize, Deserialize)]
struct Handover {
    epoch: u64,
    clusters: BTreeMap<String, History>,
    /// Members that were being drained, because load asked for fewer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    leaving: BTreeMap<String, Vec<Arc<str>>>,
}

/// How long it may be as a text, in bytes; longer ones stay untold, and the next one measures anew.
const LONGEST: usize = 7 * 1024;

impl Shared {
    /// Tells the others what was measured.
    pub(super) fn hand_over(&self) {
        let Some(acting) = self.acting() else { return };
        let books = self.books();
        let clusters = books.clusters.iter();
        let clusters = clusters.map(|(key, book)| (key.to_string(), book.state.history.clone())).collect();
        let leaving = books.clusters.iter().map(|(key, book)| (key.to_string(), leaving(book)));
        let leaving = leaving.filter(|(_, members)| !members.is_empty()).collect();
        drop(books);
        let text = serde_json::to_string(&Handover { epoch: acting.epoch, clusters, leaving });
        match text {
            Ok(text) if text.len() <= LONGEST => self.peers.tell(Subject::Handover, text),
            _ => {}
        }
    }

    /// Goes on with what the last one who acted measured. Whom it drained gets requests again: who leaves is decided anew, and
    /// nobody else would end it.
    pub(super) fn take_over(&self) {
        let told = self.peers.told(Subject::Handover);
        let told = told.iter().filter_map(|told| serde_json::from_str::<Handover>(&told.text).ok());
        let Some(last) = told.max_by_key(|handover| handover.epoch) else { return };
        for (cluster, members) in last.leaving {
            for member in members {
                // It may have left.
                let _ = self.directory.resume(&ClusterKey::parse(&cluster), &member);
            }
        }
        let mut books = self.books();
        for (key, history) in last.clusters {
            let book = books.clusters.get_mut(&ClusterKey::parse(&key));
            if let Some(book) = book.filter(|book| book.state.history.is_empty()) {
                book.state.history = history;
            }
        }
    }
}

/// The members of a cluster that are about to be ended.
fn leaving(book: &ClusterBook) -> Vec<Arc<str>> {
    let records = book.state.instances.records();
    let leaving = records.filter(|record| record.state == State::Terminating);
    leaving.filter_map(|record| record.member.clone()).collect()
}
