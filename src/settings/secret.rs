//! Secrets: settings hold a reference, never the secret itself.

use std::fmt;
use std::path::PathBuf;

use super::value::{Listed, Optional, Problem, Value};

/// Where a secret is kept: `file:PATH` or `env:NAME`.
///
/// The secret is read when it is needed, so that it appears in no settings, log, diagnostic or `show`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretReference {
    /// The content of a file, without the line end at its end.
    File(PathBuf),
    /// The value of an environment variable.
    Environment(String),
}

/// A secret in memory; its debug form does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Why a secret could not be read. Shows the reference, never the secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read, or is no UTF-8 text.
    #[error("cannot read the secret from {}: {source}", path.display())]
    File {
        /// The path of the reference.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The variable is not set, or is no UTF-8 text.
    #[error("the environment variable {0}, which holds a secret, is not set")]
    Environment(String),
    /// Nothing is there.
    #[error("the secret {0} is empty")]
    Empty(SecretReference),
}

impl SecretReference {
    /// Reads the secret.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is empty.
    pub fn resolve(&self) -> Result<Secret, SecretError> {
        let text = match self {
            Self::File(path) => std::fs::read_to_string(path)
                .map_err(|source| SecretError::File { path: path.clone(), source })?,
            Self::Environment(name) => {
                std::env::var(name).map_err(|_| SecretError::Environment(name.clone()))?
            }
        };
        let secret = text.trim_end_matches(['\r', '\n']);
        if secret.is_empty() { Err(SecretError::Empty(self.clone())) } else { Ok(Secret::new(secret)) }
    }
}

impl fmt::Display for SecretReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Environment(name) => write!(f, "env:{name}"),
        }
    }
}

impl Value for SecretReference {
    const SECRET: bool = true;

    fn kind() -> String {
        "a reference to a secret, `file:PATH` or `env:NAME`".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("env", name)) if !name.is_empty() => Ok(Self::Environment(name.to_owned())),
            // The text may be the secret itself, so it is not repeated.
            _ => Err(Problem("this is no reference to a secret".to_owned())),
        }
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

impl Optional for SecretReference {
    const ABSENT: &'static str = "";
}

impl Listed for SecretReference {
    const KIND: &'static str = "references to secrets, `file:PATH` or `env:NAME`";
    const SECRET: bool = true;

    fn one(text: &str) -> Result<Self, Problem> {
        Self::from_text(text)
    }

    fn written(&self) -> String {
        self.to_string()
    }
}

impl Secret {
    /// Keeps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself, to calculate with.
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether `guess` is the secret. Takes the same time for every guess of the same length.
    pub fn matches(&self, guess: &[u8]) -> bool {
        let secret = self.0.as_bytes();
        let difference =
            secret.iter().zip(guess).fold(0, |difference, (left, right)| difference | (left ^ right));
        secret.len() == guess.len() && std::hint::black_box(difference) == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
