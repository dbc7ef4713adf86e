//! From changed files to a new deployment, or to the knowledge why not.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use arc_swap::ArcSwap;
use sinew_core::config::MediatorRegistry;
use sinew_core::diagnostics::{Diagnostic, Diagnostics};

use super::Folder;
use super::folder::file_of;
use crate::compiler::{CompileSettings, Deployed, compile};
use crate::endpoints::Client;

/// Keeps a folder deployed.
pub struct Deployer<C> {
    folder: Folder,
    registry: MediatorRegistry,
    settings: CompileSettings,
    client: C,
    deployed: Arc<ArcSwap<Deployed>>,
    status: Arc<ArcSwap<Status>>,
    link_errors: BTreeSet<String>,
}

/// What is deployed and what is wrong.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// The revision in service.
    pub revision: u64,
    /// What the last look at the files led to.
    pub outcome: Outcome,
    /// When that was.
    pub at: jiff::Timestamp,
    /// Every problem of the files as they are now.
    pub diagnostics: Vec<Diagnostic>,
}

impl Status {
    /// The names of the files that have errors.
    pub fn faulty_files(&self) -> BTreeSet<&str> {
        let errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.severity.is_error());
        errors.filter_map(file_of).collect()
    }
}

/// What a look at the files led to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Everything in the folder is in service.
    #[default]
    Deployed,
    /// What changed is in service, except files with mistakes: their last good versions are.
    Partly,
    /// Nothing changed in service: the change would break files that it did not touch.
    HeldBack,
}

impl<C: Client> Deployer<C> {
    /// Deploys a folder for the first time.
    ///
    /// # Errors
    /// The folder cannot be read at all; mistakes in its files are in the [`Status`].
    pub fn start(
        mut folder: Folder,
        registry: MediatorRegistry,
        settings: CompileSettings,
        client: C,
    ) -> io::Result<Self> {
        folder.refresh(&registry)?;
        let (deployed, diagnostics) = link(&folder, &BTreeSet::new(), 1, &settings, &registry, &client);
        let mut deployer = Self {
            folder,
            registry,
            settings,
            client,
            deployed: Arc::new(ArcSwap::from_pointee(deployed)),
            status: Arc::default(),
            link_errors: errors(&diagnostics),
        };
        deployer.folder.deployed(&BTreeSet::new());
        deployer.settings.lasting.settle(&deployer.deployed.load().members);
        let outcome = if diagnostics.has_errors() { Outcome::Partly } else { Outcome::Deployed };
        deployer.publish(1, outcome, diagnostics);
        Ok(deployer)
    }

    /// The configuration in service.
    pub fn deployed(&self) -> &Arc<ArcSwap<Deployed>> {
        &self.deployed
    }

    /// What is deployed and what is wrong.
    pub fn status(&self) -> &Arc<ArcSwap<Status>> {
        &self.status
    }

    /// The folder that is deployed.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Looks at the files and deploys what changed; `None` when nothing did.
    ///
    /// Files with mistakes take part with their last good version. When files that nobody touched would lose what they
    /// refer to, nothing is deployed.
    ///
    /// # Errors
    /// The folder cannot be read; everything stays as it is.
    pub fn reload(&mut self) -> io::Result<Option<Outcome>> {
        let changed = self.folder.refresh(&self.registry)?;
        if changed.is_empty() {
            return Ok(None);
        }
        let revision = self.deployed.load().revision + 1;
        let mut old = BTreeSet::new();
        let mut reported = Diagnostics::default();
        loop {
            let (deployed, mut diagnostics) =
                link(&self.folder, &old, revision, &self.settings, &self.registry, &self.client);
            let wrong = self.wrong_files(&diagnostics);
            let step_back: BTreeSet<String> = wrong
                .iter()
                .filter(|name| !old.contains(*name) && self.folder.can_step_back(name))
                .cloned()
                .collect();
            if !step_back.is_empty() {
                let about = |d: &&Diagnostic| {
                    file_of(d).and_then(|f| self.folder.inside_name(f)).is_some_and(|f| step_back.contains(f))
                };
                reported.extend(diagnostics.iter().filter(about).cloned().collect::<Vec<_>>());
                old.extend(step_back);
                continue;
            }
            let new_errors = errors(&diagnostics);
            let untouched_broke = diagnostics.iter().filter(|d| d.severity.is_error()).any(|d| {
                let name = file_of(d).and_then(|file| self.folder.inside_name(file));
                let untouched = name.is_some_and(|name| self.folder.is_current(name));
                untouched && !self.link_errors.contains(&identity(d))
            });
            let failed =
                !old.is_empty() || diagnostics.has_errors() || self.folder.diagnostics().has_errors();
            diagnostics.extend(reported.into_vec());
            if untouched_broke {
                self.publish(revision - 1, Outcome::HeldBack, diagnostics);
                return Ok(Some(Outcome::HeldBack));
            }
            // Members are there before requests ask for them, and leave when none does any more.
            let deployed = Arc::new(deployed);
            self.settings.lasting.announce(&deployed.members);
            self.deployed.store(deployed.clone());
            self.settings.lasting.settle(&deployed.members);
            self.link_errors = new_errors;
            self.folder.deployed(&old);
            let outcome = if failed { Outcome::Partly } else { Outcome::Deployed };
            self.publish(revision, outcome, diagnostics);
            return Ok(Some(outcome));
        }
    }

    fn wrong_files(&self, diagnostics: &Diagnostics) -> BTreeSet<String> {
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity.is_error());
        let names = errors.filter_map(|diagnostic| self.folder.inside_name(file_of(diagnostic)?));
        names.map(str::to_owned).collect()
    }

    fn publish(&self, revision: u64, outcome: Outcome, linked: Diagnostics) {
        let mut diagnostics = self.folder.diagnostics();
        diagnostics.extend(linked.into_vec());
        diagnostics.sort();
        let at = jiff::Timestamp::now();
        self.status.store(Arc::new(Status { revision, outcome, at, diagnostics: diagnostics.into_vec() }));
    }
}

/// Compiles what the files say together. Everything wrong is reported; what is deployed is what is not broken.
fn link<C: Client>(
    folder: &Folder,
    old: &BTreeSet<String>,
    revision: u64,
    settings: &CompileSettings,
    registry: &MediatorRegistry,
    client: &C,
) -> (Deployed, Diagnostics) {
    let (everything, mut diagnostics) = folder.assemble(old, true);
    let (deployed, linked) = compile(everything, revision, settings, registry, client.clone());
    diagnostics.extend(linked.into_vec());
    if !folder.has_broken() {
        return (deployed, diagnostics);
    }
    let (healthy, _) = folder.assemble(old, false);
    let (deployed, _) = compile(healthy, revision, settings, registry, client.clone());
    (deployed, diagnostics)
}

/// What makes an error of linking the same as before: its code, file and words, not its line.
fn identity(diagnostic: &Diagnostic) -> String {
    format!("{} {} {}", diagnostic.code, file_of(diagnostic).unwrap_or_default(), diagnostic.message)
}

fn errors(diagnostics: &Diagnostics) -> BTreeSet<String> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity.is_error());
    errors.map(identity).collect()
}
