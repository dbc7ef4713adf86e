//! Asking the deployment thread for a change.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use sinew_core::config::balancer::{Change, ClusterChange, NotPossible, Property};
use sinew_core::diagnostics::{Diagnostic, SourceFile, codes};
use tokio::sync::oneshot;

use crate::deployment::Command;

/// What came of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The revision in service.
    pub revision: u64,
    /// False when everything had been said before, so that nothing was deployed.
    pub is_news: bool,
}

/// Why nothing changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refused {
    /// It makes no sense as things stand.
    #[error(transparent)]
    NotPossible(#[from] NotPossible),
    /// What it says is wrong, or contradicts something else.
    #[error("{}", summary(.0))]
    Wrong(Vec<Diagnostic>),
    /// It could not be written down for the next start.
    #[error("the change cannot be kept: {0}")]
    NotKept(String),
    /// Nobody deploys any more.
    #[error("the process is not serving")]
    Ending,
}

/// A change that is asked for, and where the answer goes.
pub(in super::super) type ChangeRequest = (Change, oneshot::Sender<Result<Changed, Refused>>);

/// Asks the deployment thread for changes.
#[derive(Clone)]
pub struct Changer(Sender<Command>);

impl Changer {
    pub(in super::super) fn new(commands: Sender<Command>) -> Self {
        Self(commands)
    }

    /// Makes a change, and waits until it is in service.
    ///
    /// # Errors
    /// Why it is not; nothing changed.
    pub async fn make(&self, change: Change) -> Result<Changed, Refused> {
        let (answer, answered) = oneshot::channel();
        self.0.send(Command::Change(Box::new((change, answer)))).map_err(|_| Refused::Ending)?;
        answered.await.unwrap_or(Err(Refused::Ending))
    }
}

impl fmt::Debug for Changer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changer").finish_non_exhaustive()
    }
}

/// Whether something that a file would only be warned of is refused because operators say it in this text: their attention is here
/// now. That a key has no effect yet is not their mistake.
pub(in super::super) fn is_strange(found: &Diagnostic, text: &Arc<SourceFile>) -> bool {
    found.code != codes::NO_EFFECT_YET
        && found.location.as_ref().is_some_and(|place| Arc::ptr_eq(&place.file, text))
}

/// What is found at the value of a key that operators give, in words that name the key.
pub(in super::super) fn naming_its_key(mut found: Diagnostic, definition: &ClusterChange) -> Diagnostic {
    let place = found.location.as_ref().filter(|place| Arc::ptr_eq(&place.file, &definition.file));
    let is_here = |property: &&Property| place.is_some_and(|place| place.span == property.value_span);
    if let Some(property) = definition.properties.iter().find(is_here)
        && !found.message.contains(&property.key)
    {
        found.message = format!("{}: {}", property.key, found.message);
    }
    found
}

fn summary(wrong: &[Diagnostic]) -> String {
    let texts: Vec<&str> = wrong.iter().map(|found| found.message.as_str()).collect();
    texts.join("; ")
}
