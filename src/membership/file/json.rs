//! A list of members in JSON.

use std::num::NonZero;
use std::sync::Arc;

use serde::Deserialize;
use sinew_core::diagnostics::{Diagnostic, Diagnostics, Location, SourceFile, codes};

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
        let span = file.character(0, problem.line(), problem.column());
        let place = Location::new(Arc::clone(file), span);
        // The place is said by the diagnostic.
        let text = problem.to_string();
        let message = text.split(" at line ").next().unwrap_or(&text);
        Diagnostics::from(Diagnostic::error(codes::SETTINGS_INVALID, format!("JSON: {message}")).at(place))
    })?;
    Ok(document.members.into_iter().map(Entry::into_definition).collect())
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
