//! The schemes of membership that the settings ask for.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::start::StartError;
use crate::clusters::Directory;
#[cfg(feature = "dns")]
use crate::membership::dns::{Dns, NetworkResolver, Resolver};
#[cfg(feature = "kubernetes")]
use crate::membership::kubernetes::Kubernetes;
use crate::membership::multicast::{Balancer, Multicast, NodeOptions, Rules, SharedKey};
#[cfg(feature = "tribes")]
use crate::membership::tribes::{
    AllowList, Reading, Tribes, multicast::MulticastSettings, well_known::WellKnownSettings,
};
use crate::membership::{
    MemberFile, MemberRules, Membership, MulticastGroup, NetworkPorts, Registrants, Registration,
    RegistrationOptions, Started,
};
#[cfg(feature = "dns")]
use crate::settings::DnsName;
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

/// The schemes that run.
pub(super) struct Schemes {
    /// They end with this.
    pub(super) started: Vec<Started>,
    /// Of the listener for members, if it has any.
    pub(super) certificates: Option<Arc<ServerCertificates>>,
    /// Where other balancers of the group are that announced themselves, if any do.
    #[cfg_attr(not(feature = "group"), expect(dead_code, reason = "there is no group"))]
    pub(super) balancers: Option<watch::Receiver<Vec<SocketAddr>>>,
}

/// Starts the schemes, one line each.
pub(super) fn schemes(
    settings: &Settings,
    membership: &Membership,
    group: Option<SocketAddr>,
) -> Result<Schemes, StartError> {
    let mut schemes = Vec::new();
    let file = &settings.membership.file;
    schemes.extend(file.path.clone().map(|path| membership.start(MemberFile::new(path, file.rescan.get()))));
    let certificates = certificates(&settings.membership.registration)?;
    let registration = registration(&settings.membership.registration, certificates.as_ref())?;
    let multicast = multicast(settings, registration.as_ref().map(Registration::address), group)?;
    let balancers = multicast.as_ref().map(Multicast::seeds);
    schemes.extend(registration.map(|scheme| membership.start(scheme)));
    schemes.extend(multicast.map(|scheme| membership.start(scheme)));
    #[cfg(feature = "kubernetes")]
    if !settings.membership.kubernetes.is_empty() {
        schemes.push(membership.start(Kubernetes::new(settings.membership.kubernetes.clone())));
    }
    #[cfg(feature = "dns")]
    schemes.extend(dns(&settings.membership.dns)?.map(|scheme| membership.start(scheme)));
    #[cfg(feature = "tribes")]
    schemes.extend(tribes(&settings.membership.tribes).map(|scheme| membership.start(scheme)));
    Ok(Schemes { started: schemes, certificates, balancers })
}

/// The certificates of the listener for members, if there shall be one that speaks TLS.
fn certificates(settings: &RegistrationSettings) -> Result<Option<Arc<ServerCertificates>>, StartError> {
    let (Some(_), Some(certificate), Some(key)) = (settings.address, &settings.certificate, &settings.key)
    else {
        return Ok(None);
    };
    let files = CertificateFiles { certificate: certificate.clone(), key: key.clone() };
    Ok(Some(ServerCertificates::load(vec![files])?))
}

/// The names that members are looked up by, if there are any.
#[cfg(feature = "dns")]
fn dns(names: &[DnsName]) -> Result<Option<Dns>, StartError> {
    let names = names.iter().map(|name| {
        let resolver = NetworkResolver::new(&name.servers).map_err(std::io::Error::other)?;
        let resolver: Arc<dyn Resolver> = Arc::new(resolver);
        Ok((name.clone(), resolver))
    });
    let names = names.collect::<Result<Vec<_>, StartError>>()?;
    Ok((!names.is_empty()).then(|| Dns::new(names)))
}

/// The listener for members, if there shall be one.
fn registration(
    settings: &RegistrationSettings,
    certificates: Option<&Arc<ServerCertificates>>,
) -> Result<Option<Registration>, StartError> {
    // Loading has refused an address without a token.
    let (Some(address), Some(token)) = (settings.address, &settings.token) else { return Ok(None) };
    let registrants = Registrants {
        networks: settings.networks.iter().copied().collect(),
        hosts: settings.hosts.iter().copied().collect(),
    };
    let tls = certificates.cloned().map(tls::server_config).transpose()?;
    let (token, lease) = (token.resolve()?, settings.lease.get());
    let options = RegistrationOptions { address, token, registrants, tls, lease };
    let registration = Registration::bind(options)?;
    let address = registration.address();
    tracing::info!(target: "server", listener = "registration", %address, "listening");
    Ok(Some(registration))
}

/// The group that members and balancers announce themselves in, if there is one. `registration` is where members register.
fn multicast(
    settings: &Settings,
    registration: Option<SocketAddr>,
    group_address: Option<SocketAddr>,
) -> Result<Option<Multicast>, StartError> {
    let (membership, multicast) = (&settings.membership, &settings.membership.multicast);
    // Loading has refused groups that are none, and those without a secret.
    let (Some(group), Some(secret)) = (multicast.group, &multicast.secret) else { return Ok(None) };
    let IpAddr::V4(address) = group.ip() else { return Ok(None) };
    let options = NodeOptions {
        group: MulticastGroup { address, port: group.port(), interface: multicast.interface, ttl: 1 },
        key: SharedKey::derive(&secret.resolve()?, multicast.domain.as_str()),
        interval: multicast.interval.get(),
        rules: Rules {
            drop_time: multicast.drop_time.get(),
            clock_difference: multicast.clock_difference.get(),
            most_nodes: membership.max_members.get().saturating_mul(2),
        },
    };
    let is_encrypted = membership.registration.certificate.is_some();
    let bound = registration.and_then(|bound| reached_at(bound, multicast.interface));
    let url = multicast.registration_url.as_ref().map(ToString::to_string);
    let url =
        url.or_else(|| bound.map(|at| format!("{}://{at}", if is_encrypted { "https" } else { "http" })));
    if registration.is_some() && url.is_none() {
        tracing::warn!(target: "server", "membership.registration listens on all addresses: set membership.multicast.registration_url, or side-cars cannot find it");
    }
    let own = Balancer { group: group_address, registration: url };
    let multicast = Multicast::join(options, own).map_err(|error| {
        io::Error::new(error.kind(), format!("the multicast group {group} cannot be joined: {error}"))
    })?;
    tracing::info!(target: "server", listener = "multicast", address = %group, "listening");
    Ok(Some(multicast))
}

/// Where others reach a listener; none when nothing says which of its addresses they see.
fn reached_at(bound: SocketAddr, interface: Option<Ipv4Addr>) -> Option<SocketAddr> {
    let is_known = !bound.ip().is_unspecified();
    let on_interface = interface.map(|interface| SocketAddr::from((interface, bound.port())));
    if is_known { Some(bound) } else { on_interface }
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
