//! The schemes of membership that the settings ask for.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::start::StartError;
use crate::clusters::Directory;
use crate::membership::{
    MemberFile, MemberRules, Membership, NetworkPorts, Registration, RegistrationOptions, Started,
};
use crate::settings::{Registration as RegistrationSettings, Settings};
use crate::telemetry::metrics::MembershipCounts;
use crate::transport::tls::{self, CertificateFiles, ServerCertificates};

/// What runs the schemes.
pub(super) fn membership(
    settings: &Settings,
    runtime: Handle,
    directory: Arc<Directory>,
    counts: Arc<MembershipCounts>,
) -> Membership {
    let membership = &settings.membership;
    let rules =
        MemberRules { leave_grace: membership.leave_grace.get(), most_members: membership.max_members.get() };
    let ports = Arc::new(NetworkPorts::new(membership.probe_timeout.get()));
    Membership::new(runtime, directory, ports, counts, rules)
}

/// Starts the schemes, one line each.
pub(super) fn schemes(settings: &Settings, membership: &Membership) -> Result<Vec<Started>, StartError> {
    let mut schemes = Vec::new();
    let file = &settings.membership.file;
    schemes.extend(file.path.clone().map(|path| membership.start(MemberFile::new(path, file.rescan.get()))));
    let registration = registration(&settings.membership.registration)?;
    schemes.extend(registration.map(|scheme| membership.start(scheme)));
    Ok(schemes)
}

/// The listener for members, if there shall be one.
fn registration(settings: &RegistrationSettings) -> Result<Option<Registration>, StartError> {
    // Loading has refused an address without a token.
    let (Some(address), Some(token)) = (settings.address, &settings.token) else { return Ok(None) };
    let tls = match (&settings.certificate, &settings.key) {
        (Some(certificate), Some(key)) => {
            let files = CertificateFiles { certificate: certificate.clone(), key: key.clone() };
            Some(tls::server_config(ServerCertificates::load(vec![files])?)?)
        }
        _ => None,
    };
    let options = RegistrationOptions { address, token: token.resolve()?, tls, lease: settings.lease.get() };
    let registration = Registration::bind(options)?;
    let address = registration.address();
    tracing::info!(target: "server", listener = "registration", %address, "listening");
    Ok(Some(registration))
}
