//! The sequences that exist when nobody defined them (configuration.md §2.1).

use std::sync::Arc;

use sinew_core::config::{
    Artifact, ArtifactKind, Configuration, Definition, MediatorList, MediatorRegistry, ParsedMediator,
    SequenceDefinition, SourceKind, parse_file,
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

/// What requests and their answers pass first where instances follow the load.
const COUNTING: &str = r#"<sequence xmlns="http://ws.apache.org/ns/synapse" name="counting">
  <autoscaleIn/>
  <autoscaleOut/>
</sequence>"#;

/// Adds `main` and `fault` where they are missing. Where there are services to balance, `main` balances them.
pub(super) fn complete(configuration: &mut Configuration, registry: &MediatorRegistry) {
    let balances = configuration.balancer.as_ref().is_some_and(|balancer| !balancer.services.is_empty());
    let main = if balances { BALANCING_MAIN } else { MAIN };
    for (name, text) in [("main", main), ("fault", FAULT)] {
        if configuration.sequence(name).is_none()
            && let Some((name, sequence)) = sequence(name, text, registry)
        {
            configuration.sequences.insert(name, sequence);
        }
    }
    let scales = configuration.balancer.as_ref().is_some_and(|one| one.balancer.process.enable_autoscaler);
    if scales && let Some(main) = configuration.sequence("main") {
        let counting = sequence("counting", COUNTING, registry);
        let counting = counting.map(|(_, counting)| counting.mediators).unwrap_or_default();
        let main = counted(main, &counting);
        configuration.sequences.insert("main".into(), main);
    }
}

fn sequence(name: &str, text: &str, registry: &MediatorRegistry) -> Option<(Arc<str>, SequenceDefinition)> {
    let file = SourceFile::new(format!("<default {name} sequence>"), text);
    let (artifacts, _) = parse_file(&file, SourceKind::Artifact(ArtifactKind::Sequence), registry);
    artifacts.into_iter().find_map(|Artifact { name, definition, .. }| match definition {
        Definition::Sequence(sequence) => Some((name, sequence)),
        _ => None,
    })
}

/// The main sequence with `autoscaleIn` first in each `<in>` and `autoscaleOut` first in each `<out>` that stands directly in it,
/// unless it is first already (mediators.md §11, case 240). Without any `<in>`, the sequence itself begins with `autoscaleIn`,
/// and the request counts until its exchange ends.
fn counted(main: &SequenceDefinition, counting: &MediatorList) -> SequenceDefinition {
    let first = |of: &str| counting.0.iter().find(|one| one.type_name == of);
    let (arrival, end) = (first("AutoscaleIn"), first("AutoscaleOut"));
    let mut main = main.clone();
    let mut found = false;
    for mediator in &mut main.mediators.0 {
        let first = match mediator.type_name {
            "In" => arrival,
            "Out" => end,
            _ => continue,
        };
        found |= mediator.type_name == "In";
        let list = mediator.config.list().zip(first).and_then(|(list, first)| beginning(list, first));
        if let Some(config) = list.and_then(|list| mediator.config.with_list(list)) {
            mediator.config = config;
        }
    }
    let list = arrival.filter(|_| !found).and_then(|first| beginning(&main.mediators, first));
    SequenceDefinition { mediators: list.unwrap_or(main.mediators), ..main }
}

/// The list with a mediator in front; nothing when it begins with one of that type.
fn beginning(list: &MediatorList, first: &ParsedMediator) -> Option<MediatorList> {
    let there = list.0.first().is_some_and(|one| one.type_name == first.type_name);
    (!there).then(|| MediatorList([first].into_iter().chain(&list.0).cloned().collect()))
}
