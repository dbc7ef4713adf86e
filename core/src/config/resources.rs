//! What artifacts name outside themselves: files, as `src` of a local entry, and variables of the process.

use std::borrow::Cow;
use std::sync::Arc;

use super::balancer::Variables;
use crate::diagnostics::SourceFile;

/// Reads files and variables for the parser, which does no input of its own.
pub trait Resources {
    /// The file at a path as it was written: absolute, or relative to the home of the configuration.
    ///
    /// # Errors
    /// Why it cannot be read, in one sentence for people.
    fn read(&self, path: &str) -> Result<Arc<SourceFile>, String>;

    /// A variable of the process, for `${NAME}` in the balancer's configuration and `$system:NAME`.
    fn variable(&self, _name: &str) -> Option<String> {
        None
    }
}

/// No files at all, for texts that stand alone.
pub struct NoResources;

impl Resources for NoResources {
    fn read(&self, _: &str) -> Result<Arc<SourceFile>, String> {
        Err("no files can be read here".to_owned())
    }
}

/// The variables of the process, as the resources know them.
pub(super) struct ProcessVariables<'a>(pub(super) &'a dyn Resources);

impl Variables for ProcessVariables<'_> {
    fn property(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.variable(name).map(Cow::Owned)
    }

    fn environment(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.variable(name).map(Cow::Owned)
    }
}
