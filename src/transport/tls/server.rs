//! The settings of an encrypted listener.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::Ticketer;
use rustls::version::{TLS12, TLS13};

use super::{ALPN, ServerCertificates, TlsError, provider};

/// TLS 1.2 and 1.3, HTTP/1.1, session tickets, no client certificates.
///
/// # Errors
///
/// When rustls does not accept the settings.
pub fn server_config(certificates: Arc<ServerCertificates>) -> Result<Arc<ServerConfig>, TlsError> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.ticketer = Ticketer::new()?;
    Ok(Arc::new(config))
}
