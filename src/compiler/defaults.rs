//! The sequences that exist when nobody defined them (configuration.md §2.1).

use std::sync::Arc;

use sinew_core::config::{
    Artifact, ArtifactKind, Configuration, Definition, MediatorRegistry, SourceKind, parse_file,
};
use sinew_core::diagnostics::SourceFile;

/// Logs and drops, so that the client gets 202.
const MAIN: &str = r#"<sequence xmlns="http://ws.apache.org/ns/synapse" name="main">
  <log/>
  <drop/>
</sequence>"#;

/// Leaves everything to the balancer, as the main sequence that WSO2 ELB ships: members see the host that the client named.
const BALANCING_MAIN: &str = r#"<sequence xmlns="http://ws.apache.org/ns/synapse" name="main" onError="fault">
  <in>
    <property name="REQUEST_HOST_HEADER" expression="$trp:host" scope="axis2"/>
    <send/>
  </in>
  <out>
    <send/>
  </out>
</sequence>"#;

/// Logs what went wrong and drops; the transport answers with the status that fits the fault.
const FAULT: &str = r#"<sequence xmlns="http://ws.apache.org/ns/synapse" name="fault">
  <log level="simple" category="WARN">
    <property name="MESSAGE" value="Executing default &quot;fault&quot; sequence"/>
    <property name="ERROR_CODE" expression="get-property('ERROR_CODE')"/>
    <property name="ERROR_MESSAGE" expression="get-property('ERROR_MESSAGE')"/>
    <property name="ERROR_DETAIL" expression="get-property('ERROR_DETAIL')"/>
  </log>
  <drop/>
</sequence>"#;

/// Adds `main` and `fault` where they are missing. Where there are services to balance, `main` balances them.
pub(super) fn complete(configuration: &mut Configuration, registry: &MediatorRegistry) {
    let balances = configuration.balancer.as_ref().is_some_and(|balancer| !balancer.services.is_empty());
    let main = if balances { BALANCING_MAIN } else { MAIN };
    for (name, text) in [("main", main), ("fault", FAULT)] {
        if configuration.sequence(name).is_some() {
            continue;
        }
        let file = SourceFile::new(format!("<default {name} sequence>"), text);
        let (artifacts, _) = parse_file(&file, SourceKind::Artifact(ArtifactKind::Sequence), registry);
        for Artifact { name, definition, .. } in artifacts {
            if let Definition::Sequence(sequence) = definition {
                configuration.sequences.insert(Arc::clone(&name), sequence);
            }
        }
    }
}
