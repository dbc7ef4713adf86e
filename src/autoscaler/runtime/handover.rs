//! What the next balancer that acts gets from the one before: what was measured (elastic-load-balancer.md §4.8).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::history::History;
use super::shared::Shared;
use crate::clusters::ClusterKey;

/// What was measured, and in which epoch.
#[derive(Serialize, Deserialize)]
struct Handover {
    epoch: u64,
    clusters: BTreeMap<String, History>,
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
        drop(books);
        let text = serde_json::to_string(&Handover { epoch: acting.epoch, clusters });
        match text {
            Ok(text) if text.len() <= LONGEST => self.peers.tell(text),
            _ => {}
        }
    }

    /// Goes on with what the last one who acted measured.
    pub(super) fn take_over(&self) {
        let told = self.peers.told();
        let told = told.iter().filter_map(|text| serde_json::from_str::<Handover>(text).ok());
        let Some(last) = told.max_by_key(|handover| handover.epoch) else { return };
        let mut books = self.books();
        for (key, history) in last.clusters {
            let book = books.clusters.get_mut(&ClusterKey::parse(&key));
            if let Some(book) = book.filter(|book| book.state.history.is_empty()) {
                book.state.history = history;
            }
        }
    }
}
