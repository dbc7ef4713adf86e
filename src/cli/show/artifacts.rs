//! Artifacts: names, places and sources.

use std::collections::BTreeMap;

use serde_json::json;
use sinew_core::config::{Artifact, ArtifactKind, Configuration};

use super::{KINDS, ShowFormat};

/// Those of a kind and a name, or all.
///
/// # Errors
/// Nothing has the name.
pub(super) fn show(
    configuration: &Configuration,
    kind: Option<ArtifactKind>,
    name: Option<&str>,
    format: ShowFormat,
) -> Result<String, String> {
    let mut artifacts: Vec<&Artifact> = configuration.artifacts.iter().map(|artifact| &**artifact).collect();
    artifacts.retain(|artifact| kind.is_none_or(|kind| artifact.kind == kind));
    artifacts.retain(|artifact| name.is_none_or(|name| *artifact.name == *name));
    if artifacts.is_empty()
        && let Some(name) = name
    {
        return Err(format!("nothing is named \"{name}\""));
    }
    Ok(match format {
        ShowFormat::Json => json(&artifacts),
        ShowFormat::Xml => source(&artifacts),
        ShowFormat::Tree if name.is_some() => source(&artifacts),
        ShowFormat::Tree => tree(&artifacts),
    })
}

fn tree(artifacts: &[&Artifact]) -> String {
    let mut by_kind: BTreeMap<&str, Vec<&Artifact>> = BTreeMap::new();
    for artifact in artifacts {
        let word = KINDS.iter().find(|(_, kind)| *kind == artifact.kind).map_or("others", |(word, _)| *word);
        by_kind.entry(word).or_default().push(artifact);
    }
    let mut text = String::new();
    for (word, mut artifacts) in by_kind {
        artifacts.sort_by(|a, b| a.name.cmp(&b.name));
        text.push_str(&format!("{word}\n"));
        for artifact in artifacts {
            text.push_str(&format!("  {}  {}\n", artifact.name, artifact.location));
        }
    }
    text
}

/// Each source below its place, in a comment of its language.
fn source(artifacts: &[&Artifact]) -> String {
    let part = |artifact: &&Artifact| match is_xml(artifact) {
        true => format!("<!-- {} -->\n{}\n", artifact.location, artifact.xml),
        false => format!("# {}\n{}\n", artifact.location, artifact.xml.trim_end()),
    };
    artifacts.iter().map(part).collect()
}

fn json(artifacts: &[&Artifact]) -> String {
    let list: Vec<_> = artifacts
        .iter()
        .map(|artifact| {
            let position = artifact.location.position();
            let source = if is_xml(artifact) { "xml" } else { "text" };
            json!({
                "kind": artifact.kind.word(),
                "name": *artifact.name,
                "file": artifact.location.file.name(),
                "line": position.line,
                "column": position.column,
                source: *artifact.xml,
            })
        })
        .collect();
    format!("{:#}\n", json!({ "schema": 1, "artifacts": list }))
}

/// The balancer's files are none, but for those of 1.x.
fn is_xml(artifact: &Artifact) -> bool {
    !artifact.kind.element().is_empty() || artifact.xml.trim_start().starts_with('<')
}
