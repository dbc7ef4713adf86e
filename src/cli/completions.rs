//! `sinew completions`.

use clap::CommandFactory;

use super::{Arguments, Exit, output};

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// The shell
    shell: clap_complete::Shell,
}

impl Completions {
    pub(super) fn execute(self) -> Exit {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "sinew", &mut script);
        output::print(&String::from_utf8_lossy(&script));
        Exit::Ok
    }
}
