//! The schemes of membership that the settings ask for.

#[cfg(feature = "tribes")]
use std::net::IpAddr;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::start::StartError;
use crate::clusters::Directory;
#[cfg(feature = "tribes")]
use crate::membership::tribes::{
    AllowList, Reading, Tribes, multicast::MulticastSettings, well_known::WellKnownSettings,
};
use crate::membership::{
    MemberFile, MemberRules, Membership, NetworkPorts, Registration, RegistrationOptions, Started,
};
#[cfg(feature = "tribes")]
use crate::settings::Tribes as TribesSettings;
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
    let rules = MemberRules {
        leave_grace: membership.leave_grace.get(),
        most_members: membership.max_members.get(),
        leave_hold: super::group::leave_hold(settings),
    };
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
    #[cfg(feature = "tribes")]
    schemes.extend(tribes(&settings.membership.tribes).map(|scheme| membership.start(scheme)));
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

/// The nodes of Apache Tribes, if any are wanted.
#[cfg(feature = "tribes")]
fn tribes(settings: &TribesSettings) -> Option<Tribes> {
    if settings.multicast.is_none() && settings.listen.is_none() {
        return None;
    }
    let networks = settings.networks.iter().copied().collect();
    let domains = settings.domains.iter().map(|domain| domain.as_str().to_owned());
    // Loading has refused lists that are empty, and groups that are none.
    let reading = Reading::new(AllowList::new(networks, domains).ok()?);
    let multicast = settings.multicast.and_then(|group| {
        let IpAddr::V4(address) = group.ip() else { return None };
        let usual = MulticastSettings::new(reading.clone());
        Some(MulticastSettings { group: address, port: group.port(), ..usual })
    });
    let well_known = settings.listen.map(|listen| WellKnownSettings::new(reading.clone(), listen));
    Some(Tribes { multicast, well_known })
}
