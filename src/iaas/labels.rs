//! What platforms whose names know no colon call tags: labels of containers and annotations of pods, `sinew.…`.

use std::collections::BTreeMap;

use super::{LaunchSpec, LaunchToken, Purpose, tags};

/// The owner.
pub(super) const OWNER: &str = "sinew.owner";

/// The token of the launch.
pub(super) const TOKEN: &str = "sinew.token";

/// Labels, each with the tag that it is.
const NAMES: [(&str, &str); 5] = [
    ("sinew.domain", tags::DOMAIN),
    ("sinew.sub_domain", tags::SUB_DOMAIN),
    (OWNER, tags::OWNER),
    (TOKEN, tags::TOKEN),
    ("sinew.permanent", tags::AVOID_TERMINATION),
];

/// The labels of an instance of a launch.
pub(super) fn of(spec: &LaunchSpec) -> BTreeMap<String, String> {
    let mut own = spec.tags();
    NAMES.iter().filter_map(|(label, tag)| Some(((*label).to_owned(), own.remove(*tag)?))).collect()
}

/// The tags that labels are; others are tags by their own names.
pub(super) fn tags(labels: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let tag = |label: String| match NAMES.iter().find(|(name, _)| *name == label) {
        Some((_, tag)) => (*tag).to_owned(),
        None => label,
    };
    labels.into_iter().map(|(label, value)| (tag(label), value)).collect()
}

/// The cluster and the token that tags name; the domain is empty when they name none.
pub(super) fn launch(tags: &BTreeMap<String, String>) -> (Purpose, Option<LaunchToken>) {
    let tag = |name: &str| tags.get(name).map(String::as_str);
    let purpose = Purpose::new(tag(tags::DOMAIN).unwrap_or_default(), tag(tags::SUB_DOMAIN));
    (purpose, tag(tags::TOKEN).and_then(|token| LaunchToken::new(token).ok()))
}
