//! `sinew ctl`: talks to a running process over its admin interface (operations.md §3.2).

pub(super) mod client;
mod clusters;
mod endpoints;
mod group;
mod hosts;
mod members;
pub(super) mod place;
mod process;
pub(super) mod table;
mod tasks;

use std::path::PathBuf;

use clap::Subcommand;

use super::{Color, Exit, output};
use client::{CallError, Client};

/// Look at a running process, and change what it does
#[derive(Debug, clap::Args)]
pub(super) struct Ctl {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

/// How to reach the process, and how to print what it says.
#[derive(Debug, clap::Args)]
struct Connection {
    /// The admin socket of the process [default: the setting admin.socket]
    #[arg(long, value_name = "PATH", global = true, conflicts_with = "address")]
    socket: Option<PathBuf>,
    /// The admin port of the process, such as http://127.0.0.1:9191, instead of its socket
    #[arg(long, value_name = "URL", global = true)]
    address: Option<String>,
    /// A file with the token that the admin port wants (`-` is standard input)
    #[arg(long, value_name = "FILE", global = true, requires = "address", conflicts_with = "socket")]
    token_file: Option<PathBuf>,
    /// The settings file that names the socket [default: sinew.toml, when there is one]
    #[arg(long = "settings", value_name = "FILE", global = true)]
    settings: Option<PathBuf>,
    /// How to print what the process says
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,
}

/// The form of what is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs: the answer of the admin interface.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print what is running
    Status,
    /// Look at the configuration folder and the certificates now
    Reload,
    /// List and change the clusters
    Clusters(clusters::Clusters),
    /// List the hosts and the clusters that they lead to, and change them
    #[command(subcommand)]
    Hosts(hosts::Hosts),
    /// List and change the members of clusters
    #[command(subcommand)]
    Members(members::Members),
    /// Print the group of balancers: who acts, and who is there
    Group,
    /// Print how many sessions there are
    Sessions,
    /// Close the listeners for a while, or open them again
    Maintenance {
        /// Whether they are closed
        position: Position,
    },
    /// List endpoints, and switch them on and off
    #[command(subcommand)]
    Endpoint(endpoints::Endpoint),
    /// List tasks, run them, and pause them
    #[command(subcommand)]
    Task(tasks::Task),
}

/// Whether something is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Position {
    /// It shall be.
    On,
    /// It shall not be.
    Off,
}

impl Position {
    fn is_on(self) -> bool {
        self == Position::On
    }
}

/// One field of an answer.
fn part<T: serde::de::DeserializeOwned>(
    client: &Client,
    json: &serde_json::Value,
    name: &str,
) -> Result<T, CallError> {
    client.read(json.get(name).unwrap_or(&serde_json::Value::Null))
}

/// What a command has to say: the whole answer for programs, and a text for people.
struct Said {
    json: serde_json::Value,
    text: String,
    exit: Exit,
}

impl Said {
    fn new(json: serde_json::Value, text: String) -> Self {
        Self { json, text, exit: Exit::Ok }
    }
}

impl Ctl {
    pub(super) fn execute(self, _: Color) -> Exit {
        let format = self.connection.format;
        let client = match place::find(&self.connection) {
            Ok(place) => Client::new(place),
            Err(exit) => return exit,
        };
        let said = match self.command {
            Command::Status => process::status(&client),
            Command::Reload => process::reload(&client),
            Command::Clusters(command) => command.run(&client),
            Command::Hosts(command) => command.run(&client),
            Command::Members(command) => command.run(&client),
            Command::Group => group::group(&client),
            Command::Sessions => process::sessions(&client),
            Command::Maintenance { position } => process::maintenance(&client, position),
            Command::Endpoint(command) => command.run(&client),
            Command::Task(command) => command.run(&client),
        };
        match said {
            Ok(said) => {
                output::print(&match format {
                    Format::Human => said.text,
                    Format::Json => format!("{:#}\n", said.json),
                });
                said.exit
            }
            Err(error) => {
                output::complain(&format!("error: {error}"));
                error.exit()
            }
        }
    }
}

impl CallError {
    fn exit(&self) -> Exit {
        match self {
            CallError::Usage(_) => Exit::Usage,
            CallError::Missing(_) | CallError::Refused(_) => Exit::NotOk,
            CallError::Unreachable { .. } | CallError::Nonsense { .. } => Exit::Unavailable,
        }
    }
}
