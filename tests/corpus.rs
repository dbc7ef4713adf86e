//! Configurations written by others: how many of them check clean. The numbers may only rise.

#[path = "support/corpus.rs"]
mod corpus;

use std::path::{Path, PathBuf};

use corpus::{corpus, lay_out};
use sinew::compiler::CompileSettings;
use sinew::deployment::{Deployer, Folder};
use sinew::endpoints::Offline;
use sinew_core::diagnostics::{Diagnostic, render_short};
use tempfile::TempDir;

/// Samples without any error. Raise it when more become clean; it may never fall.
const CLEAN_SAMPLES: usize = 33;

fn check(path: &Path) -> Vec<Diagnostic> {
    let deployer =
        Deployer::start(Folder::new(path), sinew_mediators::registry(), CompileSettings::default(), Offline);
    deployer.expect("a readable configuration").status().load().diagnostics.clone()
}

fn errors(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity.is_error()).collect()
}

#[test]
fn apache_synapse_samples() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("apache-synapse-samples");
    let mut samples: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    samples.sort();
    let mut clean = Vec::new();
    for sample in &samples {
        let home = TempDir::new().expect("a folder");
        let found = check(&lay_out(sample, home.path(), &str::to_owned));
        let errors = errors(&found);
        let name = sample.file_name().expect("a name").to_string_lossy();
        match errors.first() {
            None => clean.push(name.into_owned()),
            Some(first) => eprintln!("{name}: {} errors, first: {}", errors.len(), render_short(first)),
        }
    }
    eprintln!("{} of {} samples check clean: {}", clean.len(), samples.len(), clean.join(" "));
    assert!(clean.len() >= CLEAN_SAMPLES, "{} of {CLEAN_SAMPLES} samples check clean", clean.len());
}

/// What is wrong in these is only what is not supported yet: the registry's class, about which keys are warnings, is
/// no error.
#[test]
fn shipped_configurations_of_others() {
    let Some(corpus) = corpus() else { return };
    let rows: [(&str, &[&str]); 2] =
        [("apache-synapse-default", &[]), ("wso2-elb-2.0.5/synapse-configs/default", &[])];
    for (folder, accepted) in rows {
        for error in errors(&check(&corpus.join(folder))) {
            assert!(accepted.contains(&&*error.message), "{folder}: {}", render_short(error));
        }
    }
}
