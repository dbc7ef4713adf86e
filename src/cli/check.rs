//! `sinew check`: everything that is wrong, in one run, without opening a socket.

use std::path::PathBuf;

use sinew_core::config::Configuration;
use sinew_core::diagnostics::{Diagnostic, Diagnostics, codes};

use super::folder::{BalancerArgument, load};
use super::{Color, DEFAULT_FOLDER, Exit, Format, output};
use crate::balancing::resolution::{MappingFile, TenantFile};

/// Report everything that is wrong in configuration folders or files, without serving them
#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Configuration folders, or single files: with <definitions>, or loadbalancer.conf and the XML before it
    #[arg(value_name = "PATH", default_value = DEFAULT_FOLDER)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    balancer: BalancerArgument,
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
            match load(self.balancer.folder(&path)) {
                Ok(deployer) => {
                    found.extend(deployer.status().load().diagnostics.iter().cloned());
                    found.extend(unused_lists(&deployer.deployed().load().configuration));
                }
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

/// What is wrong in lists of tenants and hosts that no balancer reads: its configuration is not there, or has errors itself.
fn unused_lists(configuration: &Configuration) -> Diagnostics {
    let mut found = Diagnostics::default();
    if configuration.balancer.as_ref().is_none_or(|balancer| balancer.services.is_empty()) {
        if let Some(file) = &configuration.tenants {
            TenantFile::parse(file, &mut found);
        }
        if let Some(file) = &configuration.url_mapping {
            MappingFile::parse(file, &mut found);
        }
    }
    found
}
