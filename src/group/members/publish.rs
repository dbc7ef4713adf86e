//! Telling the others of the members that are known here.

use std::collections::BTreeMap;

use super::SharedMember;
use crate::clusters::{Directory, Layer, Source, Spoken};
use crate::group::Shared;
use crate::group::board::LONGEST;
use crate::group::words::MEMBER;

/// Says which members this balancer learnt of by itself; of those beyond the most, none.
pub(in crate::group) fn publish(shared: &Shared, directory: &Directory) {
    let most = shared.options.most_members;
    let mut said = BTreeMap::new();
    let mut left_out = 0_usize;
    for Spoken { member, suspected } in directory.spoken_of(is_ours) {
        let key = format!("{MEMBER}{}/{}", member.cluster(), member.key());
        let value = serde_json::to_string(&SharedMember::of(&member, suspected)).unwrap_or_default();
        if said.len() < most && key.len() + value.len() <= LONGEST {
            said.insert(key, value);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        tracing::warn!(target: "group", left_out, most, "the other balancers are not told of some members");
    }
    let mut board = Shared::lock(&shared.board);
    let before: Vec<String> = board.under(MEMBER).map(|(key, _)| format!("{MEMBER}{key}")).collect();
    let mut is_new = false;
    for key in before.into_iter().filter(|key| !said.contains_key(key)) {
        is_new |= board.say(key, None);
    }
    for (key, value) in said {
        is_new |= board.say(key, Some(value));
    }
    if is_new {
        shared.news.notify_one();
    }
}

/// Whether a source is one of this balancer alone: files are the same elsewhere or are not meant to be, and what the others
/// say is theirs.
fn is_ours(source: &Source) -> bool {
    match source.layer {
        Layer::Static => false,
        Layer::RunTime => true,
        Layer::Topology => !matches!(&*source.name, super::scheme::NAME | "file"),
    }
}
