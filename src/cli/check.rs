//! `sinew check`: everything that is wrong, in one run, without opening a socket.

use std::path::PathBuf;

use sinew_core::diagnostics::{Diagnostic, codes};

use super::{Color, DEFAULT_FOLDER, Exit, Format, output};
use crate::compiler::CompileSettings;
use crate::deployment::{Deployer, Folder};
use crate::endpoints::Offline;

/// Report everything that is wrong in configuration folders or files, without serving them
#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Configuration folders, or single files with <definitions>
    #[arg(value_name = "PATH", default_value = DEFAULT_FOLDER)]
    paths: Vec<PathBuf>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Count warnings as errors
    #[arg(long)]
    deny_warnings: bool,
}

impl Check {
    pub(super) fn execute(self, color: Color) -> Exit {
        let mut found = Vec::new();
        let mut unreadable = false;
        for path in self.paths {
            match load(path.clone()) {
                Ok(deployer) => found.extend(deployer.status().load().diagnostics.iter().cloned()),
                Err(error) => {
                    unreadable = true;
                    let message = format!("cannot read {}: {error}", path.display());
                    found.push(Diagnostic::error(codes::DIRECTORY_MISSING, message));
                }
            }
        }
        let color = color.on(&std::io::stdout());
        output::print(&output::diagnostics(&found, self.format, color));
        let errors = found.iter().any(|diagnostic| diagnostic.severity.is_error());
        match () {
            () if unreadable => Exit::Files,
            () if errors || (self.deny_warnings && !found.is_empty()) => Exit::NotOk,
            () => Exit::Ok,
        }
    }
}

/// Compiles a folder whose endpoints lead nowhere.
pub(super) fn load(path: PathBuf) -> std::io::Result<Deployer<Offline>> {
    Deployer::start(Folder::new(path), sinew_mediators::registry(), CompileSettings::default(), Offline)
}
