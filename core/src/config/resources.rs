//! The files that artifacts name: what `src` of a local entry leads to.

use std::sync::Arc;

use crate::diagnostics::SourceFile;

/// Reads files for the parser, which does no input of its own.
pub trait Resources {
    /// The file at a path as it was written: absolute, or relative to the home of the configuration.
    ///
    /// # Errors
    /// Why it cannot be read, in one sentence for people.
    fn read(&self, path: &str) -> Result<Arc<SourceFile>, String>;
}

/// No files at all, for texts that stand alone.
pub struct NoResources;

impl Resources for NoResources {
    fn read(&self, _: &str) -> Result<Arc<SourceFile>, String> {
        Err("no files can be read here".to_owned())
    }
}
