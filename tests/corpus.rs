//! Configurations written by others: how many of them check clean. The numbers may only rise.

#[path = "support/corpus.rs"]
mod corpus;

use std::path::{Path, PathBuf};

use corpus::{corpus, lay_out};
use sinew::compiler::CompileSettings;
use sinew::deployment::{Deployer, Folder};
use sinew::endpoints::Offline;
use sinew_core::config::balancer::{NoVariables, parse, read};
use sinew_core::diagnostics::{Diagnostic, SourceFile, codes, render_short};
use tempfile::TempDir;

/// Samples without any error. Raise it when more become clean; it may never fall. Sample 200 asks for security, which
/// is an error as long as there is none.
const CLEAN_SAMPLES: usize = 42;

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

/// The load-balancer configurations of each release: how many clusters they define, and what is suspicious in them.
/// What they are brought into says the same, and stays as it is.
#[test]
fn load_balancer_configurations() {
    let Some(corpus) = corpus() else { return };
    let rows: [(&str, usize, &[&str]); 9] = [
        // The shipped files lack their last brace.
        ("wso2-elb-2.0.5/loadbalancer.conf", 10, &["W0901"]),
        ("wso2-elb-2.0.5/loadbalancer.stratos.conf", 1, &["W0901"]),
        ("wso2-elb-2.0.5/loadbalancer.test.conf", 3, &[]),
        ("wso2-elb-2.0.5/loadbalancer.test1.conf", 3, &[]),
        ("wso2-elb-2.0.5/loadbalancer.test2.conf", 3, &[]),
        ("wso2-elb-2.0.5/loadbalancer.test3.conf", 6, &[]),
        // Credentials and the like have no keys, and the address comes from a variable.
        ("wso2-elb-1.x/synapse-load-average.xml", 1, &["W0903", "W0905"]),
        ("wso2-elb-1.x/synapse-messages-in-flight.xml", 1, &["W0903", "W0905"]),
        ("wso2-elb-1.x/synapse-service-messages-in-flight.xml", 3, &["W0903", "W0905"]),
    ];
    for (name, clusters, accepted) in rows {
        let text = std::fs::read_to_string(corpus.join(name)).expect("a text");
        let file = SourceFile::new(name, text);
        let (configuration, found) = read(&file, &NoVariables);
        // Keys that have no effect yet are no mistake of theirs.
        for diagnostic in found.iter().filter(|diagnostic| diagnostic.code != codes::NO_EFFECT_YET) {
            assert!(accepted.contains(&diagnostic.code.as_str()), "{}", render_short(diagnostic));
        }
        let configuration = configuration.expect("a configuration");
        assert_eq!(configuration.clusters().len(), clusters, "{name}");
        let written = parse(&file).0.expect("a tree").to_string();
        let again = SourceFile::new("loadbalancer.conf", written.clone());
        assert_eq!(read(&again, &NoVariables).0, Some(configuration), "{name}");
        assert_eq!(parse(&again).0.expect("a tree").to_string(), written, "{name}");
    }
}
