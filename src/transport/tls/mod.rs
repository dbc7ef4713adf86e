//! TLS settings for both sides: TLS 1.2 and 1.3 by rustls with aws-lc-rs, HTTP/1.1 by ALPN.
//!
//! - [`ServerCertificates`] holds the certificates of a listener, chosen by server name and reloadable in place;
//!   [`server_config`] makes the settings of a listener from them.
//! - [`development_certificate`] makes a self-signed certificate at the first start and finds it at the next.
//! - [`client_config`] makes the settings for connections to members.

mod certificates;
mod client;
mod development;
mod error;
mod server;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};

pub use certificates::{CertificateFiles, ServerCertificates};
pub use client::{ClientTlsSettings, Verify, client_config};
pub use development::development_certificate;
pub use error::TlsError;
pub use server::server_config;

const ALPN: &[u8] = b"http/1.1";

/// Named everywhere, so that no process-wide default is needed or relied on.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
