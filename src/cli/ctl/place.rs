//! Where the process is reached: named by a flag, or by the settings it was started with.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::uri::{Authority, Uri};

use super::Connection;
use crate::cli::run::SettingsArguments;
use crate::cli::{Exit, output};

/// An admin interface.
#[derive(Debug)]
pub(in crate::cli) enum Place {
    /// Its socket.
    Socket(PathBuf),
    /// Its port.
    Port {
        /// Host and port.
        authority: Authority,
        /// What it wants to see.
        token: Option<String>,
        /// TLS, if it speaks it.
        tls: Option<Arc<rustls::ClientConfig>>,
    },
}

/// The port where an address names none (operations.md §6.2).
const DEFAULT_PORT: u16 = 9191;

impl Place {
    /// The host that requests name.
    pub(super) fn host(&self) -> String {
        match self {
            Place::Socket(_) => "localhost".to_owned(),
            Place::Port { authority, .. } => {
                format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(DEFAULT_PORT))
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Socket(path) => write!(f, "{}", path.display()),
            Place::Port { tls: None, .. } => write!(f, "http://{}", self.host()),
            Place::Port { tls: Some(_), .. } => write!(f, "https://{}", self.host()),
        }
    }
}

/// The place that the flags or the settings name; what is wrong is printed.
pub(super) fn find(connection: &Connection) -> Result<Place, Exit> {
    let fail = |exit: Exit, message: String| {
        output::complain(&format!("error: {message}"));
        Err(exit)
    };
    if let Some(address) = &connection.address {
        let authority = match authority(address) {
            Ok(authority) => authority,
            Err(problem) => return fail(Exit::Usage, format!("--address {address}: {problem}")),
        };
        let token = match connection.token_file.as_deref().map(token).transpose() {
            Ok(token) => token,
            Err(problem) => return fail(Exit::Files, problem),
        };
        return Ok(Place::Port { authority, token, tls: None });
    }
    if let Some(socket) = &connection.socket {
        return Ok(Place::Socket(socket.clone()));
    }
    let loaded = SettingsArguments::of_file(connection.settings.clone()).load()?;
    match &loaded.settings.admin.socket {
        Some(socket) => Ok(Place::Socket(socket.path().to_owned())),
        None => {
            let message = "the settings have no admin.socket; name the process with --address or --socket";
            fail(Exit::Unavailable, message.to_owned())
        }
    }
}

/// Host and port of an address; the admin port speaks plain HTTP.
fn authority(address: &str) -> Result<Authority, String> {
    let expected = "expected http://HOST:PORT";
    let uri: Uri = address.parse().map_err(|error| format!("{error}; {expected}"))?;
    if uri.scheme_str().is_some_and(|scheme| scheme != "http") {
        return Err(format!("the admin port speaks plain HTTP; {expected}"));
    }
    let has_path = uri.path_and_query().is_some_and(|path| !matches!(path.as_str(), "" | "/"));
    match uri.authority() {
        Some(authority) if !has_path && !authority.as_str().contains('@') => Ok(authority.clone()),
        _ => Err(expected.to_owned()),
    }
}

/// The content of a file, without the line end at its end.
pub(in crate::cli) fn token(path: &Path) -> Result<String, String> {
    let unreadable = |error| format!("cannot read the token from {}: {error}", path.display());
    let text = match path.as_os_str() == "-" {
        true => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(unreadable)?;
            text
        }
        false => std::fs::read_to_string(path).map_err(unreadable)?,
    };
    let token = text.trim_end_matches(['\r', '\n']);
    match !token.is_empty() && token.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        true => Ok(token.to_owned()),
        false => Err(format!("{} holds no token: visible ASCII characters in one line", path.display())),
    }
}
