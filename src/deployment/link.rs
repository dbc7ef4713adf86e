//! From what the files say, and what is said above them, to a deployment.

use std::collections::BTreeSet;

use sinew_core::config::MediatorRegistry;
use sinew_core::config::balancer::Changes;
use sinew_core::diagnostics::Diagnostics;

use super::Folder;
use crate::compiler::{CompileSettings, Deployed, compile};
use crate::endpoints::Client;

/// What compiling needs besides files.
pub struct Linker<C> {
    /// The mediators.
    pub registry: MediatorRegistry,
    /// What the settings say.
    pub settings: CompileSettings,
    /// What sends.
    pub client: C,
}

/// What came of it.
pub(super) struct Linked {
    pub(super) deployed: Deployed,
    /// Everything that is wrong, but for what is wrong inside of files.
    pub(super) diagnostics: Diagnostics,
    /// The part of it that is about what is said above the files. With an error among it, nothing of that is deployed.
    pub(super) layers: Diagnostics,
}

impl<C: Client> Linker<C> {
    /// Compiles what the files say together, those in `old` in the version that is in service, with the changes above them; what
    /// did not change since `before`, which this linked too, is taken from there. Everything wrong is reported; what is deployed is what is not broken.
    pub(super) fn link(
        &self,
        folder: &Folder,
        old: &BTreeSet<String>,
        changes: &Changes,
        before: Option<&Deployed>,
        revision: u64,
    ) -> Linked {
        let (mut everything, mut diagnostics) = folder.assemble(old, true);
        let (balancer, layers) = changes.over(everything.balancer.as_ref());
        everything.balancer.clone_from(&balancer);
        let compile = |configuration| {
            compile(configuration, before, revision, &self.settings, &self.registry, self.client.clone())
        };
        let (mut deployed, linked) = compile(everything);
        diagnostics.extend(layers.iter().cloned());
        diagnostics.extend(linked);
        if folder.has_broken() {
            let (mut healthy, _) = folder.assemble(old, false);
            healthy.balancer = changes.over(healthy.balancer.as_ref()).0;
            (deployed, _) = compile(healthy);
        }
        Linked { deployed, diagnostics, layers }
    }
}
