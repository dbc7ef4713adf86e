//! A certificate for `localhost`, and clients that trust it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use rustls::client::Resumption;
use rustls::{ClientConfig, RootCertStore};

use crate::measurement::Trust;
use crate::setup::Certificate;

/// Writes the files into a folder.
///
/// # Errors
/// They cannot be written.
pub(crate) fn make(folder: &Path) -> Result<Trust> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let file = |name: &str, text: &str| -> Result<_> {
        let file = folder.join(name);
        fs::write(&file, text)?;
        Ok(file)
    };
    let files = Certificate {
        certificate: file("certificate.pem", &certificate)?,
        key: file("key.pem", &key)?,
        both: file("both.pem", &format!("{certificate}{key}"))?,
    };
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone())?;
    let mut client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    // Every handshake is a full one.
    client.resumption = Resumption::disabled();
    Ok(Trust { certificate: files, client: Arc::new(client) })
}
