//! What is wrong with certificates and keys, and in which file.

use std::io;
use std::path::PathBuf;

/// Why TLS cannot be set up. The texts are for operators and name the file at fault.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file is damaged, or not PEM.
    #[error("{} is not a valid PEM file: {detail}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        detail: String,
    },
    /// A file has no certificate in it.
    #[error("{} contains no certificate", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// A file has no private key in it, or only an encrypted one.
    #[error("{} contains no unencrypted private key", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The key does not belong to the certificate, or one of them is of a kind we do not know.
    #[error("the certificate in {} cannot be used with the key in {}: {source}", certificate.display(), key.display())]
    Mismatch {
        /// The file with the certificate.
        certificate: PathBuf,
        /// The file with the key.
        key: PathBuf,
        /// What rustls said.
        source: rustls::Error,
    },
    /// A listener needs at least one certificate.
    #[error("no certificate is configured")]
    NoneConfigured,
    /// Members are to be verified, but there is nothing to verify them against.
    #[error("no bundle of certificate authorities found; name one, or install the system's (tried {tried})")]
    NoAuthorities {
        /// The usual places.
        tried: String,
    },
    /// The self-signed certificate cannot be made.
    #[error("cannot make a self-signed certificate: {0}")]
    Generate(#[from] rcgen::Error),
    /// rustls does not accept the settings.
    #[error("the TLS settings are not accepted: {0}")]
    Settings(#[from] rustls::Error),
}
