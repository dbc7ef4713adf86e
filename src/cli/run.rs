//! `sinew run`: serve.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use sinew_core::diagnostics::{Diagnostic, Diagnostics};

use super::folder::BalancerArgument;
use super::{Color, Exit, Format, output};
use crate::admin::AdminError;
#[cfg(feature = "group")]
use crate::group::GroupError;
use crate::server::{self, Control, Ended, StartError};
use crate::settings::{Loaded, Override, Sources, load, read_file};

/// Serve a configuration folder
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    /// The configuration folder [default: the setting deployment.directory]
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Listen for HTTP here instead of where the settings say
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Listen for HTTPS here instead of where the settings say
    #[arg(long, value_name = "ADDRESS")]
    listen_https: Option<SocketAddr>,
    /// Offer the admin interface here instead of where the settings say
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<SocketAddr>,
    #[command(flatten)]
    balancer: BalancerArgument,
    /// Do not start with errors in the configuration
    #[arg(long)]
    strict: bool,
    /// Do not deploy changes of files while running
    #[arg(long)]
    no_watch: bool,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Where settings come from besides the environment.
#[derive(Debug, clap::Args)]
pub(super) struct SettingsArguments {
    /// The settings file [default: sinew.toml, when there is one]
    #[arg(long = "settings", value_name = "FILE")]
    file: Option<PathBuf>,
    /// One setting, such as timeouts.response=10s; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// The settings file that is read when none is named.
const SETTINGS_FILE: &str = "sinew.toml";

impl SettingsArguments {
    /// No setting on the command line but the file.
    pub(super) fn of_file(file: Option<PathBuf>) -> Self {
        Self { file, set: Vec::new() }
    }

    /// Loads the settings; what is wrong is printed.
    pub(super) fn load(&self) -> Result<Loaded, Exit> {
        self.load_with(Vec::new())
    }

    fn load_with(&self, mut flags: Vec<Override>) -> Result<Loaded, Exit> {
        let fail = |problems: Diagnostics| {
            let color = Color::Auto.on(&std::io::stderr());
            output::complain(output::diagnostics(&problems.into_vec(), Format::Human, color).trim_end());
            Err(Exit::Configuration)
        };
        let default = Path::new(SETTINGS_FILE);
        let path = self.file.as_deref().or_else(|| default.exists().then_some(default));
        let file = match path.map(read_file).transpose() {
            Ok(file) => file,
            Err(problems) => return fail(problems),
        };
        let mut wrong = Diagnostics::default();
        for text in &self.set {
            match Override::parse(text) {
                Ok(flag) => flags.push(flag),
                Err(problems) => wrong.extend(problems),
            }
        }
        let sources = Sources { file, flags, ..Sources::from_environment() };
        match load(&sources) {
            Ok(loaded) if !wrong.has_errors() => {
                self.warn(&loaded.warnings);
                Ok(loaded)
            }
            Ok(_) => fail(wrong),
            Err(problems) => {
                wrong.extend(problems);
                fail(wrong)
            }
        }
    }

    fn warn(&self, warnings: &Diagnostics) {
        let color = Color::Auto.on(&std::io::stderr());
        for warning in warnings.iter() {
            output::complain(sinew_core::diagnostics::render(warning, color).trim_end());
        }
    }
}

impl Run {
    pub(super) fn execute(self, color: Color) -> Exit {
        let loaded = match self.settings.load_with(self.flags()) {
            Ok(loaded) => loaded,
            Err(exit) => return exit,
        };
        let settings = &loaded.settings;
        if let Err(error) = crate::telemetry::log::install(&settings.logs) {
            output::complain(&format!("error: {error}"));
            return Exit::Internal;
        }
        let folder = self.dir.unwrap_or_else(|| settings.deployment.directory.clone());
        let control = match Control::new() {
            Ok(control) => control,
            Err(error) => {
                output::complain(&format!("error: cannot receive signals: {error}"));
                return Exit::Internal;
            }
        };
        let running = match server::start(settings, folder) {
            Ok(running) => running,
            Err(error) => return refuse(&error, color),
        };
        match server::run(control, running, settings) {
            Ended::Drained => Exit::Ok,
            Ended::Interrupted => Exit::Interrupted,
            Ended::Terminated => Exit::Terminated,
        }
    }

    /// The flags as settings: a listener that is named is wanted.
    fn flags(&self) -> Vec<Override> {
        let address = |flag: &str, table: &str, address: Option<SocketAddr>| {
            let both = address.map(|address| {
                [("address", address.to_string()), ("enabled", "true".to_owned())]
                    .map(|(key, value)| Override::new(flag, format!("{table}.{key}"), value))
            });
            both.into_iter().flatten()
        };
        let switch = |flag: &str, on: bool, key: &str, value: &str| {
            on.then(|| Override::new(flag, key, value)).into_iter()
        };
        let balancer = self.balancer.loadbalancer_conf.iter().map(|file| {
            Override::new("--loadbalancer-conf", "balancer.configuration", file.display().to_string())
        });
        address("--listen", "listeners.http", self.listen)
            .chain(address("--listen-https", "listeners.https", self.listen_https))
            .chain(address("--admin", "admin", self.admin))
            .chain(balancer)
            .chain(switch("--strict", self.strict, "server.strict", "true"))
            .chain(switch("--no-watch", self.no_watch, "deployment.watch", "false"))
            .collect()
    }
}

/// Says why it cannot start; the exit code says whether trying again can help.
fn refuse(error: &StartError, color: Color) -> Exit {
    let color = color.on(&std::io::stderr());
    let complain = |diagnostics: &[Diagnostic]| {
        output::complain(output::diagnostics(diagnostics, Format::Human, color).trim_end());
    };
    match error {
        StartError::Folder(diagnostic) => {
            complain(std::slice::from_ref(&**diagnostic));
            Exit::Files
        }
        StartError::Configuration(diagnostics) => {
            complain(diagnostics);
            Exit::Configuration
        }
        StartError::Tls(_)
        | StartError::Secret(_)
        | StartError::Provider(_)
        | StartError::Admin(AdminError::Open(_)) => {
            output::complain(&format!("error: {error}"));
            Exit::Configuration
        }
        #[cfg(feature = "group")]
        StartError::Group(group) => {
            output::complain(&format!("error: {error}"));
            match group {
                GroupError::Keys(_) => Exit::Configuration,
                GroupError::Bind { .. } => Exit::Temporary,
            }
        }
        StartError::Bind(_) | StartError::Registration(_) | StartError::Admin(_) | StartError::Io(_) => {
            output::complain(&format!("error: {error}"));
            Exit::Temporary
        }
    }
}
