//! Certificates from files, by name, reloaded; development certificates; both sides meeting.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use rustls_pki_types::ServerName;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::*;

/// Writes a self-signed certificate for a name.
fn certificate(directory: &Path, name: &str) -> CertificateFiles {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let files = CertificateFiles {
        certificate: directory.join(format!("{name}.pem")),
        key: directory.join(format!("{name}.key")),
    };
    fs::write(&files.certificate, made.cert.pem()).unwrap();
    fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    files
}

fn trusting(files: &CertificateFiles) -> Arc<rustls::ClientConfig> {
    let settings = ClientTlsSettings { verify: Verify::Full, authorities: Some(files.certificate.clone()) };
    client_config(&settings).unwrap()
}

/// Whether a client with these settings, asking for this name, completes a handshake.
async fn meets(
    server: &Arc<rustls::ServerConfig>,
    client: &Arc<rustls::ClientConfig>,
    name: &str,
) -> Result<(), std::io::Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tcp = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let serving = async {
        let mut stream = TlsAcceptor::from(Arc::clone(server)).accept(accepted).await?;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        stream.write_all(b"x").await
    };
    let asking = async {
        let mut stream = TlsConnector::from(Arc::clone(client)).connect(name, tcp).await?;
        stream.read_u8().await.map(drop)
    };
    let (_, asked) = tokio::join!(serving, asking);
    asked
}

#[tokio::test]
async fn certificates_are_chosen_by_server_name() {
    let directory = TempDir::new().unwrap();
    let (a, b) = (certificate(directory.path(), "a.example"), certificate(directory.path(), "b.example"));
    let certificates = ServerCertificates::load(vec![a.clone(), b.clone()]).unwrap();
    let server = server_config(certificates).unwrap();
    meets(&server, &trusting(&a), "a.example").await.unwrap();
    meets(&server, &trusting(&b), "b.example").await.unwrap();
    // Another name gets the first certificate, which is not valid for it.
    assert!(meets(&server, &trusting(&a), "c.example").await.is_err());
}

#[tokio::test]
async fn case_96_a_reload_changes_new_connections_and_a_broken_file_changes_nothing() {
    let directory = TempDir::new().unwrap();
    let files = certificate(directory.path(), "a.example");
    let certificates = ServerCertificates::load(vec![files.clone()]).unwrap();
    let server = server_config(Arc::clone(&certificates)).unwrap();
    // A client that has met the server before may resume its session, so each meeting has a client of its own.
    let kept = directory.path().join("kept");
    fs::copy(&files.certificate, &kept).unwrap();
    let old = || trusting(&CertificateFiles { certificate: kept.clone(), key: files.key.clone() });
    certificate(directory.path(), "a.example");
    let new = || trusting(&files);
    meets(&server, &old(), "a.example").await.unwrap();
    certificates.reload().unwrap();
    assert!(meets(&server, &old(), "a.example").await.is_err());
    meets(&server, &new(), "a.example").await.unwrap();

    fs::write(&files.key, "nonsense").unwrap();
    assert!(certificates.reload().is_err());
    meets(&server, &new(), "a.example").await.unwrap();
}

#[test]
fn errors_name_the_file() {
    let directory = TempDir::new().unwrap();
    let good = certificate(directory.path(), "good.example");
    let other = certificate(directory.path(), "other.example");
    let path = |name: &str| directory.path().join(name);
    fs::write(path("empty"), "").unwrap();
    fs::write(path("broken"), "-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n")
        .unwrap();
    for (certificate, key, at_fault) in [
        (path("missing"), good.key.clone(), "missing"),
        (path("empty"), good.key.clone(), "empty"),
        (path("broken"), good.key.clone(), "broken"),
        (good.certificate.clone(), path("missing"), "missing"),
        (good.certificate.clone(), path("empty"), "empty"),
        (good.certificate.clone(), good.certificate.clone(), "good.example.pem"),
        (good.certificate.clone(), other.key, "other.example.key"),
    ] {
        let error = ServerCertificates::load(vec![CertificateFiles { certificate, key }]).unwrap_err();
        assert!(error.to_string().contains(at_fault), "{at_fault}: {error}");
    }
    assert!(matches!(ServerCertificates::load(vec![]), Err(TlsError::NoneConfigured)));
    let settings = ClientTlsSettings { verify: Verify::Full, authorities: Some(path("empty")) };
    assert!(matches!(client_config(&settings), Err(TlsError::NoCertificate { .. })));
}

#[tokio::test]
async fn case_94_members_are_verified_unless_told_otherwise() {
    let directory = TempDir::new().unwrap();
    let (a, b) = (certificate(directory.path(), "a.example"), certificate(directory.path(), "b.example"));
    let server = server_config(ServerCertificates::load(vec![a.clone()]).unwrap()).unwrap();
    assert!(meets(&server, &trusting(&b), "a.example").await.is_err(), "an unknown authority");
    assert!(meets(&server, &trusting(&a), "b.example").await.is_err(), "another name");
    let anybody = client_config(&ClientTlsSettings { verify: Verify::None, authorities: None }).unwrap();
    meets(&server, &anybody, "b.example").await.unwrap();
}

#[tokio::test]
async fn a_development_certificate_is_made_once_and_kept_secret() {
    let directory = TempDir::new().unwrap();
    let place = directory.path().join("certificates");
    let files = development_certificate(&place, &["shop.example".to_owned()]).unwrap();
    let mode = fs::metadata(&files.key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{mode:o}");
    let made = fs::read(&files.certificate).unwrap();

    let again = development_certificate(&place, &[]).unwrap();
    assert_eq!(again, files);
    assert_eq!(fs::read(&files.certificate).unwrap(), made);

    let server = server_config(ServerCertificates::load(vec![files.clone()]).unwrap()).unwrap();
    let client = trusting(&files);
    for name in ["localhost", "127.0.0.1", "shop.example"] {
        meets(&server, &client, name).await.unwrap();
    }
    // Half of it is as good as nothing.
    fs::remove_file(&files.certificate).unwrap();
    development_certificate(&place, &[]).unwrap();
    ServerCertificates::load(vec![files]).unwrap();
}
