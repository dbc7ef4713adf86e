//! Which files a command looks at.

use std::path::PathBuf;

use super::DEFAULT_FOLDER;
use crate::compiler::CompileSettings;
use crate::deployment::{Deployer, Folder};
use crate::endpoints::Offline;

/// Where the balancer's configuration is, when it is not in the configuration folder.
#[derive(Debug, clap::Args)]
pub(super) struct BalancerArgument {
    /// The balancer's configuration [default: loadbalancer.conf in the configuration folder, when there is one]
    #[arg(long, value_name = "FILE", env = "LOADBALANCER_CONF")]
    pub(super) loadbalancer_conf: Option<PathBuf>,
}

/// The folder of a command that looks at one.
#[derive(Debug, clap::Args)]
pub(super) struct FolderArguments {
    /// The configuration folder, or a single file
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    pub(super) dir: PathBuf,
    #[command(flatten)]
    balancer: BalancerArgument,
}

impl BalancerArgument {
    /// A folder, with the balancer's configuration.
    pub(super) fn folder(&self, path: impl Into<PathBuf>) -> Folder {
        let folder = Folder::new(path);
        match &self.loadbalancer_conf {
            Some(file) => folder.with_balancer(file),
            None => folder,
        }
    }
}

impl FolderArguments {
    /// The folder, with the balancer's configuration.
    pub(super) fn folder(&self) -> Folder {
        self.balancer.folder(&self.dir)
    }
}

/// Compiles a folder whose endpoints lead nowhere.
pub(super) fn load(folder: Folder) -> std::io::Result<Deployer<Offline>> {
    Deployer::start(folder, sinew_mediators::registry(), CompileSettings::default(), Offline)
}
