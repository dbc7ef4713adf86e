//! `sinew show`: what a configuration defines, with where it comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::json;
use sinew_core::config::{Artifact, ArtifactKind};
use sinew_core::diagnostics::nearest;

use super::{Color, DEFAULT_FOLDER, Exit, check, output, run};

/// Print what a configuration defines, or the settings and where each comes from
#[derive(Debug, clap::Args)]
pub(super) struct Show {
    /// proxies, sequences, endpoints, templates, local-entries, or settings; everything when left out
    kind: Option<String>,
    /// The name of one artifact
    name: Option<String>,
    /// The configuration folder
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    dir: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: ShowFormat,
    #[command(flatten)]
    settings: run::SettingsArguments,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum ShowFormat {
    /// Names and places; the source of a single artifact.
    #[default]
    Tree,
    /// The source.
    Xml,
    /// For programs.
    Json,
}

/// The words for the kinds that can be shown.
const KINDS: [(&str, ArtifactKind); 5] = [
    ("proxies", ArtifactKind::Proxy),
    ("sequences", ArtifactKind::Sequence),
    ("endpoints", ArtifactKind::Endpoint),
    ("templates", ArtifactKind::Template),
    ("local-entries", ArtifactKind::LocalEntry),
];

impl Show {
    pub(super) fn execute(self, _: Color) -> Exit {
        if self.kind.as_deref() == Some("settings") {
            return self.settings();
        }
        let kind = match self.kind.as_deref().map(kind) {
            None => None,
            Some(Some(kind)) => Some(kind),
            Some(None) => {
                let word = self.kind.unwrap_or_default();
                let near = nearest(&word, KINDS.iter().map(|(word, _)| *word).chain(["settings"]));
                let help = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
                output::complain(&format!("error: there is no kind \"{word}\"{help}"));
                return Exit::Usage;
            }
        };
        let deployer = match check::load(self.dir.clone()) {
            Ok(deployer) => deployer,
            Err(error) => {
                output::complain(&format!("error: cannot read {}: {error}", self.dir.display()));
                return Exit::Files;
            }
        };
        let deployed = deployer.deployed().load();
        let mut artifacts: Vec<&Artifact> = deployed.configuration.artifacts.iter().collect();
        artifacts.retain(|artifact| kind.is_none_or(|kind| artifact.kind == kind));
        artifacts.retain(|artifact| self.name.as_deref().is_none_or(|name| *artifact.name == *name));
        if artifacts.is_empty()
            && let Some(name) = &self.name
        {
            output::complain(&format!("error: nothing is named \"{name}\" in {}", self.dir.display()));
            return Exit::NotOk;
        }
        output::print(&match self.format {
            ShowFormat::Json => json(&artifacts),
            ShowFormat::Xml => xml(&artifacts),
            ShowFormat::Tree if self.name.is_some() => xml(&artifacts),
            ShowFormat::Tree => tree(&artifacts),
        });
        Exit::Ok
    }

    fn settings(&self) -> Exit {
        let settings = match self.settings.load() {
            Ok(settings) => settings,
            Err(exit) => return exit,
        };
        let lines = settings
            .explain()
            .into_iter()
            .map(|explained| format!("{} = {}    # {}\n", explained.key, explained.value, explained.origin));
        output::print(&lines.collect::<String>());
        Exit::Ok
    }
}

fn kind(word: &str) -> Option<ArtifactKind> {
    let plural = KINDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind);
    plural.or_else(|| ArtifactKind::from_element(word))
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

fn xml(artifacts: &[&Artifact]) -> String {
    let parts =
        artifacts.iter().map(|artifact| format!("<!-- {} -->\n{}\n", artifact.location, artifact.xml));
    parts.collect()
}

fn json(artifacts: &[&Artifact]) -> String {
    let list: Vec<_> = artifacts
        .iter()
        .map(|artifact| {
            let position = artifact.location.position();
            json!({
                "kind": artifact.kind.element(),
                "name": *artifact.name,
                "file": artifact.location.file.name(),
                "line": position.line,
                "column": position.column,
                "xml": *artifact.xml,
            })
        })
        .collect();
    format!("{:#}\n", json!({ "schema": 1, "artifacts": list }))
}
