//! Proxy services that need not be compiled again.
//!
//! Of thousands of services a new deployment changes one. As long as nothing but services changed, what the others were compiled to
//! would come out the same again: they go on as they are.

use std::sync::Arc;

use sinew_core::config::{Artifact, ArtifactKind, Configuration, ProxyDefinition};

use super::{Deployed, ProxyService};

/// A proxy service with what it was compiled from.
#[derive(Clone)]
pub(super) struct Compiled {
    pub(super) definition: Arc<ProxyDefinition>,
    pub(super) service: Arc<ProxyService>,
    /// The names that its endpoints got among all others. Nothing when it must be compiled each time: something was wrong with it, it
    /// has members that others see, or its endpoints could have other names.
    pub(super) endpoints: Option<Box<[Arc<str>]>>,
}

/// The services of the last deployment that may go on as they are, in the order of their names.
pub(super) struct Reusable<'a>(&'a [Compiled]);

impl<'a> Reusable<'a> {
    /// Those of the deployment before, unless something else than services is different now.
    pub(super) fn of(before: Option<&'a Deployed>, now: &Configuration) -> Self {
        let before = before.filter(|before| are_same_but_for_services(&before.configuration, now));
        Self(before.map_or(&[], |before| &before.compiled))
    }

    /// What a definition was compiled to. Definitions are asked for in the order of their names.
    pub(super) fn find(&mut self, definition: &Arc<ProxyDefinition>) -> Option<&'a Compiled> {
        let at = self.0.iter().position(|compiled| compiled.definition.name >= definition.name)?;
        self.0 = self.0.get(at..)?;
        self.0.first().filter(|compiled| Arc::ptr_eq(&compiled.definition, definition))
    }
}

/// Whether both have the same artifacts besides services: the same reads of the same files.
fn are_same_but_for_services(before: &Configuration, now: &Configuration) -> bool {
    let same_balancer = match (&before.balancer, &now.balancer) {
        (None, None) => true,
        (Some(before), Some(now)) => Arc::ptr_eq(before, now),
        _ => false,
    };
    let is_other = |artifact: &&Arc<Artifact>| artifact.kind != ArtifactKind::Proxy;
    let is_same = |one: &Artifact, other: &Artifact| {
        let (one, other) = (&one.location, &other.location);
        Arc::ptr_eq(&one.file, &other.file) && one.span == other.span
    };
    let mut before = before.artifacts.iter().filter(is_other);
    let mut now = now.artifacts.iter().filter(is_other);
    let pairs_are_same = before.all(|one| now.next().is_some_and(|other| is_same(one, other)));
    same_balancer && pairs_are_same && now.next().is_none()
}
