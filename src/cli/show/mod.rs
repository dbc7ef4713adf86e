//! `sinew show`: what a configuration defines, with where it comes from.

mod artifacts;
mod clusters;

use sinew_core::config::ArtifactKind;
use sinew_core::diagnostics::nearest;

use super::folder::{FolderArguments, load};
use super::{Color, Exit, output, run};

/// Print what a configuration defines, or the settings and where each comes from
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sinew show
  sinew show sequences main
  sinew show clusters shop.a.domain --loadbalancer-conf /etc/sinew/loadbalancer.conf
  sinew show settings --set timeouts.response=5s")]
pub(super) struct Show {
    /// proxies, sequences, endpoints, templates, local-entries, tasks, balancer, tenants, url-mapping, clusters, or settings;
    /// every artifact when left out
    kind: Option<String>,
    /// The name of one artifact, or of one cluster: domain or domain/sub-domain
    name: Option<String>,
    #[command(flatten)]
    folder: FolderArguments,
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

/// What can be shown.
#[derive(Clone, Copy)]
enum Subject {
    Artifacts(Option<ArtifactKind>),
    Clusters,
    Settings,
}

/// The words for the kinds of artifacts that can be shown.
const KINDS: [(&str, ArtifactKind); 10] = [
    ("proxies", ArtifactKind::Proxy),
    ("sequences", ArtifactKind::Sequence),
    ("endpoints", ArtifactKind::Endpoint),
    ("templates", ArtifactKind::Template),
    ("local-entries", ArtifactKind::LocalEntry),
    ("tasks", ArtifactKind::Task),
    ("balancer", ArtifactKind::Balancer),
    ("loadbalancer", ArtifactKind::Balancer),
    ("tenants", ArtifactKind::Tenants),
    ("url-mapping", ArtifactKind::UrlMapping),
];

impl Show {
    pub(super) fn execute(self, _: Color) -> Exit {
        let word = self.kind.as_deref().unwrap_or_default();
        let Some(subject) = subject(self.kind.as_deref()) else {
            let known = KINDS.iter().map(|(word, _)| *word).chain(["clusters", "settings"]);
            let help =
                nearest(word, known).map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
            output::complain(&format!("error: there is no kind \"{word}\"{help}"));
            return Exit::Usage;
        };
        if let Subject::Settings = subject {
            return self.settings();
        }
        let deployer = match load(self.folder.folder()) {
            Ok(deployer) => deployer,
            Err(error) => {
                output::complain(&format!("error: cannot read {}: {error}", self.folder.dir.display()));
                return Exit::Files;
            }
        };
        let configuration = &deployer.deployed().load().configuration;
        let shown = match subject {
            Subject::Artifacts(kind) => {
                artifacts::show(configuration, kind, self.name.as_deref(), self.format)
            }
            Subject::Clusters | Subject::Settings => {
                clusters::show(configuration, self.name.as_deref(), self.format)
            }
        };
        match shown {
            Ok(text) => {
                output::print(&text);
                Exit::Ok
            }
            Err(complaint) => {
                output::complain(&format!("error: {complaint} in {}", self.folder.dir.display()));
                Exit::NotOk
            }
        }
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

fn subject(word: Option<&str>) -> Option<Subject> {
    let Some(word) = word else { return Some(Subject::Artifacts(None)) };
    match word {
        "clusters" => Some(Subject::Clusters),
        "settings" => Some(Subject::Settings),
        word => {
            let plural = KINDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind);
            plural.or_else(|| ArtifactKind::from_element(word)).map(|kind| Subject::Artifacts(Some(kind)))
        }
    }
}
