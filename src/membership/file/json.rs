//! A list of members in JSON.

use std::num::NonZero;
use std::sync::Arc;

use serde::Deserialize;
use sinew_core::diagnostics::{Diagnostic, Diagnostics, Location, SourceFile, Span, codes};

use crate::clusters::{ClusterKey, MemberDefinition};
use crate::membership::values::{Parsed, Unique, Weight};
use crate::settings::{ClusterName, HostName, ZoneName};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `members`")]
struct Document {
    members: Vec<Entry>,
}

/// The keys of `[[member]]` (docs/settings.md).
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object that describes a member")]
struct Entry {
    cluster: Parsed<ClusterName>,
    host: Parsed<HostName>,
    #[serde(default)]
    http_port: Option<NonZero<u16>>,
    #[serde(default)]
    https_port: Option<NonZero<u16>>,
    #[serde(default)]
    remote_host: Option<Parsed<HostName>>,
    #[serde(default)]
    port_mappings: Unique<NonZero<u16>, NonZero<u16>>,
    #[serde(default)]
    weight: Weight,
    #[serde(default)]
    permanent: bool,
    #[serde(default = "usually_active")]
    active: bool,
    #[serde(default)]
    zone: Option<Parsed<ZoneName>>,
}

fn usually_active() -> bool {
    true
}

/// The members of a file.
pub(super) fn read(file: &Arc<SourceFile>) -> Result<Vec<(ClusterKey, MemberDefinition)>, Diagnostics> {
    let document: Document = serde_json::from_str(file.text()).map_err(|problem| {
        let place = location(file, problem.line(), problem.column());
        // The place is said by the diagnostic.
        let text = problem.to_string();
        let message = text.split(" at line ").next().unwrap_or(&text);
        Diagnostics::from(Diagnostic::error(codes::SETTINGS_INVALID, format!("JSON: {message}")).at(place))
    })?;
    Ok(document.members.into_iter().map(Entry::into_definition).collect())
}

/// The place of a line and a column, which serde_json counts in bytes from 1.
fn location(file: &Arc<SourceFile>, line: usize, column: usize) -> Location {
    let before: usize = file.text().split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut start = before.saturating_add(column.saturating_sub(1)).min(file.text().len());
    while !file.text().is_char_boundary(start) {
        start = start.saturating_sub(1);
    }
    let length = file.text().get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Location::new(Arc::clone(file), Span::new(offset(start), offset(start.saturating_add(length))))
}

impl Entry {
    fn into_definition(self) -> (ClusterKey, MemberDefinition) {
        let mappings = self.port_mappings.0.into_iter().map(|(from, to)| (from.get(), to.get()));
        let definition = MemberDefinition {
            remote_host: self.remote_host.map(|Parsed(host)| host.as_str().into()),
            port_mappings: mappings.collect(),
            weight: self.weight.get(),
            permanent: self.permanent,
            active: self.active,
            zone: self.zone.map(|Parsed(zone)| zone.as_str().into()),
            ..MemberDefinition::new(
                self.host.0.as_str(),
                self.http_port.map(NonZero::get),
                self.https_port.map(NonZero::get),
            )
        };
        (ClusterKey::parse(self.cluster.0.as_str()), definition)
    }
}
