//! A certificate for trying things out: self-signed, made once, kept in a directory.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::{CertificateFiles, TlsError};

const CERTIFICATE: &str = "development-certificate.pem";
const KEY: &str = "development-key.pem";

/// The self-signed certificate in the directory, made now if it is not there.
///
/// It is valid for `localhost`, the loopback addresses and the names given. The key is readable by its owner only.
/// No client trusts it unless told to.
///
/// # Errors
///
/// When the directory or the files cannot be written.
pub fn development_certificate(directory: &Path, names: &[String]) -> Result<CertificateFiles, TlsError> {
    let files = CertificateFiles { certificate: directory.join(CERTIFICATE), key: directory.join(KEY) };
    if files.certificate.is_file() && files.key.is_file() {
        return Ok(files);
    }
    let mut valid_for: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    valid_for.extend(names.iter().filter(|name| !valid_for.contains(name)).cloned().collect::<Vec<_>>());
    let made = rcgen::generate_simple_self_signed(valid_for)?;
    fs::create_dir_all(directory).map_err(|source| TlsError::Write { path: directory.to_owned(), source })?;
    write(&files.key, &made.signing_key.serialize_pem(), 0o600)?;
    write(&files.certificate, &made.cert.pem(), 0o644)?;
    tracing::info!(certificate = %files.certificate.display(), "made a self-signed development certificate");
    Ok(files)
}

/// Writes beside the place and moves there, so that a half-written file is never found, and a file that lies there
/// already does not lend its permissions.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), TlsError> {
    let explain = |source| TlsError::Write { path: path.to_owned(), source };
    let beside = path.with_extension("new");
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(explain(error)),
        _ => {}
    }
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside).map_err(explain)?;
    file.write_all(text.as_bytes()).map_err(explain)?;
    fs::rename(&beside, path).map_err(explain)
}
