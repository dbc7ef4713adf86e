//! From changed files to a new deployment, or to the knowledge why not.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use arc_swap::ArcSwap;
use sinew_core::config::MediatorRegistry;
use sinew_core::config::balancer::{Change, Changes};
use sinew_core::diagnostics::{Diagnostic, Diagnostics};

use super::folder::file_of;
use super::link::{Linked, Linker};
use super::run_time::{StateFile, is_strange, naming_its_key};
use super::suspects::Suspects;
use super::{Changed, Folder, Refused};
use crate::compiler::{CompileSettings, Deployed};
use crate::endpoints::Client;

/// Keeps a folder deployed.
pub struct Deployer<C> {
    folder: Folder,
    linker: Linker<C>,
    /// What operators and the topology say above the files.
    changes: Changes,
    /// Where that is kept for the next start, as far as operators said it.
    state: Option<StateFile>,
    deployed: Arc<ArcSwap<Deployed>>,
    status: Arc<ArcSwap<Status>>,
    link_errors: BTreeSet<String>,
    /// Why the newest versions of some files are not in service.
    reported: Diagnostics,
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
        folder: Folder,
        registry: MediatorRegistry,
        settings: CompileSettings,
        client: C,
    ) -> io::Result<Self> {
        Self::start_with(folder, Changes::default(), None, Linker { registry, settings, client })
    }

    /// The same with what operators said in an earlier life of the process, and where it is kept from now on.
    ///
    /// # Errors
    /// As [`Deployer::start`].
    pub fn start_with(
        mut folder: Folder,
        changes: Changes,
        state: Option<StateFile>,
        linker: Linker<C>,
    ) -> io::Result<Self> {
        folder.refresh(&linker.registry)?;
        let Linked { deployed, diagnostics, .. } = linker.link(&folder, &BTreeSet::new(), &changes, None, 1);
        let mut deployer = Self {
            folder,
            linker,
            changes,
            state,
            deployed: Arc::new(ArcSwap::from_pointee(deployed)),
            status: Arc::default(),
            link_errors: errors(&diagnostics),
            reported: Diagnostics::default(),
        };
        deployer.folder.deployed(&BTreeSet::new());
        deployer.linker.settings.lasting.settle(&deployer.deployed.load().members);
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
        let changed = self.folder.refresh(&self.linker.registry)?;
        Ok(self.deploy(&changed))
    }

    /// The same, but looks only at files that may have changed, where that can be said.
    ///
    /// # Errors
    /// As [`Deployer::reload`].
    pub(super) fn reload_suspects(&mut self, suspects: &Suspects) -> io::Result<Option<Outcome>> {
        let changed = self.folder.refresh_suspects(suspects, &self.linker.registry)?;
        Ok(self.deploy(&changed))
    }

    /// Deploys the files as they are now, when any of them changed.
    fn deploy(&mut self, changed: &BTreeSet<String>) -> Option<Outcome> {
        if changed.is_empty() {
            return None;
        }
        let before = self.deployed.load_full();
        let revision = before.revision + 1;
        let mut old = BTreeSet::new();
        let mut reported = Diagnostics::default();
        loop {
            let linked = self.linker.link(&self.folder, &old, &self.changes, Some(&before), revision);
            let Linked { deployed, mut diagnostics, .. } = linked;
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
                self.abandon(deployed);
                old.extend(step_back);
                continue;
            }
            let new_errors = errors(&diagnostics);
            let untouched_broke = diagnostics.iter().filter(|d| d.severity.is_error()).any(|d| {
                // What stands in no file is above them, and nobody touched it.
                let is_current = |name| self.folder.is_current(name);
                let untouched =
                    file_of(d).is_some_and(|file| self.folder.inside_name(file).is_none_or(is_current));
                untouched && !self.link_errors.contains(&identity(d))
            });
            let failed =
                !old.is_empty() || diagnostics.has_errors() || self.folder.diagnostics().has_errors();
            diagnostics.extend(reported.iter().cloned());
            if untouched_broke {
                self.abandon(deployed);
                self.reported = diagnostics.iter().cloned().collect();
                self.publish(revision - 1, Outcome::HeldBack, diagnostics);
                return Some(Outcome::HeldBack);
            }
            // Clusters that only it names go with it.
            drop(before);
            self.put_in_service(deployed);
            self.link_errors = new_errors;
            self.folder.deployed(&old);
            self.reported = reported;
            let outcome = if failed { Outcome::Partly } else { Outcome::Deployed };
            self.publish(revision, outcome, diagnostics);
            return Some(outcome);
        }
    }

    /// Makes a change above the files as they are in service. What they have to do with it is not looked at again.
    ///
    /// # Errors
    /// It cannot be made, does not fit together with what is there, or could not be kept for the next start. Nothing is changed.
    pub fn change(&mut self, change: Change) -> Result<Changed, Refused> {
        let is_topology = matches!(change, Change::Topology(_));
        let definition = match &change {
            Change::PutCluster { definition, .. } => Some(definition.clone()),
            _ => None,
        };
        let before = self.deployed.load_full();
        let revision = before.revision;
        let mut changes = self.changes.clone();
        changes.apply(change, before.configuration.balancer.as_deref())?;
        if changes == self.changes {
            return Ok(Changed { revision, is_news: false });
        }
        let old = self.folder.not_in_service();
        let linked = self.linker.link(&self.folder, &old, &changes, Some(&before), revision + 1);
        let Linked { deployed, diagnostics, layers } = linked;
        let is_wrong = |found: &&Diagnostic| found.severity.is_error();
        let is_new = |found: &&Diagnostic| is_wrong(found) && !self.link_errors.contains(&identity(found));
        let is_strange =
            |found: &&Diagnostic| definition.as_ref().is_some_and(|own| is_strange(found, &own.file));
        let wrong: Vec<Diagnostic> = match layers.has_errors() {
            true => layers.iter().filter(is_wrong).cloned().collect(),
            false => {
                let strange = layers.iter().filter(is_strange);
                strange.chain(diagnostics.iter().filter(is_new)).cloned().collect()
            }
        };
        if !wrong.is_empty() {
            self.abandon(deployed);
            let named = |found| match &definition {
                Some(definition) => naming_its_key(found, definition),
                None => found,
            };
            return Err(Refused::Wrong(wrong.into_iter().map(named).collect()));
        }
        let kept = match self.state.as_ref().filter(|_| !is_topology) {
            Some(state) => state.write(&changes),
            None => Ok(()),
        };
        if let Err(error) = kept {
            self.abandon(deployed);
            return Err(Refused::NotKept(error.to_string()));
        }
        drop(before);
        self.put_in_service(deployed);
        self.link_errors = errors(&diagnostics);
        self.changes = changes;
        let outcome = match self.status.load().outcome {
            _ if !diagnostics.has_errors() && self.folder.not_in_service().is_empty() => Outcome::Deployed,
            Outcome::HeldBack => Outcome::HeldBack,
            _ => Outcome::Partly,
        };
        let known: Diagnostics = diagnostics.into_iter().chain(self.reported.iter().cloned()).collect();
        self.publish(revision + 1, outcome, known);
        Ok(Changed { revision: revision + 1, is_news: true })
    }

    /// Leaves no trace of what is not put in service.
    fn abandon(&self, deployed: Deployed) {
        let members = deployed.members.clone();
        drop(deployed);
        self.linker.settings.lasting.abandon(members);
    }

    /// Members are there before requests ask for them, and leave when none does any more.
    fn put_in_service(&self, deployed: Deployed) {
        let lasting = &self.linker.settings.lasting;
        let deployed = Arc::new(deployed);
        lasting.announce(&deployed.members);
        self.deployed.store(deployed.clone());
        lasting.settle(&deployed.members);
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
        let mut diagnostics = diagnostics.into_vec();
        diagnostics.dedup();
        let at = jiff::Timestamp::now();
        self.status.store(Arc::new(Status { revision, outcome, at, diagnostics }));
    }
}

/// What makes an error of linking the same as before: its code, file and words, not its line.
fn identity(diagnostic: &Diagnostic) -> String {
    format!("{} {} {}", diagnostic.code, file_of(diagnostic).unwrap_or_default(), diagnostic.message)
}

fn errors(diagnostics: &Diagnostics) -> BTreeSet<String> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity.is_error());
    errors.map(identity).collect()
}
