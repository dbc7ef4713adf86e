//! What the log, the metrics and the admin interface say about deployments.

use std::collections::BTreeMap;
use std::time::SystemTime;

use sinew_core::config::{ArtifactKind, SourceKind};

use crate::admin::{AdminState, ArtifactFault, LastReload};
use crate::deployment::{Deployer, Outcome, Status};
use crate::endpoints::Client;
use crate::telemetry::metrics::{ArtifactCount, Metrics, ReloadOutcome};
use crate::transport::tls::ServerCertificates;

/// The first deployment.
pub(super) fn started<C: Client>(admin: &AdminState, deployer: &Deployer<C>) {
    count(&admin.metrics, deployer);
    publish(admin, deployer, true, "deployed");
}

/// A look at the files that found changes, or could not be done.
pub(super) fn reloaded<C: Client>(
    admin: &AdminState,
    deployer: &Deployer<C>,
    outcome: &Result<Outcome, String>,
) {
    let revision = deployer.status().load().revision;
    let (success, message) = match outcome {
        Ok(Outcome::Deployed) => {
            tracing::info!(target: "deployment", revision, "deployed");
            (true, "deployed")
        }
        Ok(Outcome::Partly) => {
            tracing::warn!(target: "deployment", revision, "deployed, except files with errors");
            (true, "deployed, except files with errors")
        }
        Ok(Outcome::HeldBack) => {
            let message = "held back: the change would break files it did not touch";
            tracing::warn!(target: "deployment", revision, "{message}");
            (false, message)
        }
        Err(_) => (false, "the configuration folder cannot be read"),
    };
    match success {
        true => count(&admin.metrics, deployer),
        false => admin.metrics.reloaded(ReloadOutcome::Failure, SystemTime::now()),
    }
    publish(admin, deployer, success, message);
}

/// Shows the status to those who ask, and logs every problem.
fn publish<C: Client>(admin: &AdminState, deployer: &Deployer<C>, success: bool, message: &str) {
    let status = deployer.status().load();
    let folder = deployer.folder();
    let errors = status.diagnostics.iter().filter(|diagnostic| diagnostic.severity.is_error());
    let faults: Vec<ArtifactFault> = errors
        .filter_map(|diagnostic| {
            let file = diagnostic.location.as_ref()?.file.name();
            let file = folder.inside_name(file).unwrap_or(file);
            let kind = match folder.kind_of(file) {
                Some(SourceKind::Artifact(kind)) => kind.word(),
                _ => "definitions",
            };
            Some(ArtifactFault {
                kind: kind.to_owned(),
                name: None,
                file: file.to_owned(),
                code: diagnostic.code,
                message: diagnostic.message.clone(),
            })
        })
        .collect();
    admin.set_diagnostics(status.diagnostics.iter().cloned().collect());
    admin.update(|shown| {
        shown.revision = status.revision;
        shown.artifact_faults = faults.clone();
        let at = SystemTime::now();
        shown.last_reload = Some(LastReload { at, success, message: message.to_owned() });
    });
    problems(&status);
}

fn count<C: Client>(metrics: &Metrics, deployer: &Deployer<C>) {
    let deployed = deployer.deployed().load();
    let status = deployer.status().load();
    let mut kinds: BTreeMap<ArtifactKind, u64> = BTreeMap::new();
    for artifact in &deployed.configuration.artifacts {
        *kinds.entry(artifact.kind).or_default() += 1;
    }
    let faulty = status.faulty_files().len() as u64;
    let active =
        kinds.into_iter().map(|(kind, active)| ArtifactCount { kind: kind.word(), active, faulty: 0 });
    let files = ArtifactCount { kind: "file", active: 0, faulty };
    metrics.deployed(deployed.revision, active.chain([files]).collect());
    metrics.reloaded(ReloadOutcome::Success, SystemTime::now());
}

/// Shows in the metrics until when the certificates of the encrypted listener are valid.
pub(super) fn certificates(metrics: &Metrics, listener: &str, certificates: &ServerCertificates) {
    metrics.certificates(listener, certificates.validity_ends());
}

/// Logs every problem with its place.
fn problems(status: &Status) {
    for diagnostic in &status.diagnostics {
        let code = diagnostic.code.as_str();
        let place = diagnostic.location.as_ref().map(ToString::to_string).unwrap_or_default();
        let help = diagnostic.help.as_deref().unwrap_or_default();
        if diagnostic.severity.is_error() {
            tracing::error!(target: "deployment", code, place, help, "{}", diagnostic.message);
        } else {
            tracing::warn!(target: "deployment", code, place, help, "{}", diagnostic.message);
        }
    }
}
