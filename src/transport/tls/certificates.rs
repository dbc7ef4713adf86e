//! The certificates of a listener: loaded from PEM files, chosen by server name, replaced without a restart.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::client::verify_server_name;
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::{Error as PemError, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use x509_parser::parse_x509_certificate;

use super::{TlsError, provider};

/// Where one certificate and its key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// PEM: the certificate first, then those that lead to its authority.
    pub certificate: PathBuf,
    /// PEM: the private key, in PKCS#8, SEC1 or PKCS#1 form.
    pub key: PathBuf,
}

/// What a listener shows to its clients.
///
/// The first certificate that is valid for the server name a client asks for is used, and the first of all when none is
/// or the client names none.
pub struct ServerCertificates {
    files: Vec<CertificateFiles>,
    current: ArcSwap<Vec<Arc<CertifiedKey>>>,
}

impl ServerCertificates {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// [`TlsError`] names the file at fault.
    pub fn load(files: Vec<CertificateFiles>) -> Result<Arc<Self>, TlsError> {
        let current = load_all(&files)?;
        Ok(Arc::new(Self { files, current: ArcSwap::from_pointee(current) }))
    }

    /// Reads the files again. New connections see what is in them, running ones are not touched.
    ///
    /// # Errors
    ///
    /// As [`ServerCertificates::load`]; the certificates in use stay in use then (http-transport.md §11.3).
    pub fn reload(&self) -> Result<(), TlsError> {
        self.current.store(Arc::new(load_all(&self.files)?));
        Ok(())
    }
}

impl ServerCertificates {
    /// The subject of each certificate and when it ends to be valid; those that cannot be read are left out.
    pub fn validity_ends(&self) -> Vec<(String, SystemTime)> {
        let current = self.current.load();
        let ends = current.iter().filter_map(|certified| {
            let (_, certificate) = parse_x509_certificate(certified.end_entity_cert().ok()?).ok()?;
            let end = u64::try_from(certificate.validity().not_after.timestamp()).ok()?;
            Some((certificate.subject().to_string(), SystemTime::UNIX_EPOCH + Duration::from_secs(end)))
        });
        ends.collect()
    }
}

impl ResolvesServerCert for ServerCertificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.load();
        let asked = hello.server_name().and_then(|name| ServerName::try_from(name).ok());
        let named = asked.and_then(|name| current.iter().find(|certified| is_valid_for(certified, &name)));
        named.or_else(|| current.first()).cloned()
    }
}

impl fmt::Debug for ServerCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerCertificates").field("files", &self.files).finish_non_exhaustive()
    }
}

fn is_valid_for(certified: &CertifiedKey, name: &ServerName<'_>) -> bool {
    let parsed = certified.end_entity_cert().ok().and_then(|der| ParsedCertificate::try_from(der).ok());
    parsed.is_some_and(|parsed| verify_server_name(&parsed, name).is_ok())
}

fn load_all(files: &[CertificateFiles]) -> Result<Vec<Arc<CertifiedKey>>, TlsError> {
    if files.is_empty() {
        return Err(TlsError::NoneConfigured);
    }
    files.iter().map(|files| load_one(files).map(Arc::new)).collect()
}

fn load_one(files: &CertificateFiles) -> Result<CertifiedKey, TlsError> {
    let chain = read_certificates(&files.certificate)?;
    let pem = read(&files.key)?;
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| match error {
        PemError::NoItemsFound => TlsError::NoKey { path: files.key.clone() },
        error => TlsError::Pem { path: files.key.clone(), detail: error.to_string() },
    })?;
    CertifiedKey::from_der(chain, key, &provider()).map_err(|source| TlsError::Mismatch {
        certificate: files.certificate.clone(),
        key: files.key.clone(),
        source,
    })
}

/// All certificates of a PEM file, at least one.
pub(super) fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = read(path)?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| TlsError::Pem { path: path.to_owned(), detail: error.to_string() })?;
    if certificates.is_empty() {
        return Err(TlsError::NoCertificate { path: path.to_owned() });
    }
    Ok(certificates)
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|source| TlsError::Read { path: path.to_owned(), source })
}
