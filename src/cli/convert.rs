//! `sinew convert`: a load-balancer configuration of any release in today's form.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sinew_core::config::balancer::{Variables, parse, read};
use sinew_core::diagnostics::{SourceFile, render};

use super::{Color, Exit, output};

/// Bring a load-balancer configuration of any release into today's form
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Reads loadbalancer.conf of 2.0.0 to 2.1, and loadbalancer.xml and the autoscaler tasks of 1.x.
Variables stay as they are, comments are not kept.

Examples:
  sinew convert loadbalancer.xml -o loadbalancer.conf
  sinew convert synapse.xml"
)]
pub(super) struct Convert {
    /// The file to read
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where to write; without it, to the standard output
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

impl Convert {
    pub(super) fn execute(self, color: Color) -> Exit {
        let file = match open(&self.file) {
            Ok(file) => file,
            Err(error) => {
                output::complain(&format!("error: cannot read {}: {error}", self.file.display()));
                return Exit::Files;
            }
        };
        let (_, found) = read(&file, &Environment);
        let color = color.on(&std::io::stderr());
        found.iter().for_each(|diagnostic| output::complain(render(diagnostic, color).trim_end()));
        let tree = match parse(&file) {
            (Some(tree), _) if !found.has_errors() => tree,
            _ => return Exit::NotOk,
        };
        if has_comments(file.text()) {
            output::complain("note: comments are not kept");
        }
        let text = tree.to_string();
        match &self.output {
            None => output::print(&text),
            Some(path) => {
                if let Err(error) = std::fs::write(path, text) {
                    output::complain(&format!("error: cannot write {}: {error}", path.display()));
                    return Exit::Files;
                }
            }
        }
        Exit::Ok
    }
}

/// Reads a file, in the encoding that its XML declaration names.
pub(super) fn open(path: &Path) -> anyhow::Result<Arc<SourceFile>> {
    let bytes = std::fs::read(path)?;
    let text = sinew_core::xml::decode(&bytes, None)?;
    Ok(SourceFile::new(path.display().to_string(), text))
}

fn has_comments(text: &str) -> bool {
    text.contains("<!--") || text.contains('#')
}

/// The environment of the process, which has no other properties.
pub(super) struct Environment;

impl Variables for Environment {
    fn property(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }

    fn environment(&self, name: &str) -> Option<Cow<'_, str>> {
        // A name with '=' or NUL is none.
        std::env::var(name).ok().map(Cow::Owned)
    }
}
