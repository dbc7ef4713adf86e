//! Containers as the engine lists them.

use bollard::models::{
    ContainerSummary, ContainerSummaryStateEnum as State, PortSummary, PortSummaryTypeEnum as PortKind,
};
use jiff::Timestamp;

use crate::iaas::{Addresses, Instance, InstanceId, InstanceState, MemberPlace, is_permanent, labels, port};
use crate::settings::DockerProvider;

/// Reads a container.
///
/// # Errors
/// What is odd about it.
pub(super) fn read(container: ContainerSummary, settings: &DockerProvider) -> Result<Instance, String> {
    let names = container.names.unwrap_or_default();
    // Names that other containers have for it have a further slash.
    let own = names.iter().filter_map(|name| name.strip_prefix('/')).find(|name| !name.contains('/'));
    let id = InstanceId::new(own.ok_or("a container has no name")?)?;
    let state = container.state.and_then(read_state).ok_or_else(|| format!("{id} has no state"))?;
    let tags = labels::tags(container.labels.unwrap_or_default());
    let (purpose, token) = labels::launch(&tags);
    let networks = container.network_settings.and_then(|settings| settings.networks).unwrap_or_default();
    let network = settings.network.as_ref().and_then(|name| networks.get(name.as_str()));
    // A container that was put into further networks is reached in that of the settings.
    let address = network.or_else(|| networks.values().min_by_key(|network| network.ip_address.clone()));
    let address = address.and_then(|network| network.ip_address.as_ref()?.parse().ok());
    let addresses = Addresses { private: address, public: None };
    Ok(Instance {
        member: member(settings, &addresses, &container.ports.unwrap_or_default()),
        id,
        state,
        purpose,
        token,
        addresses,
        launched_at: container.created.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        zone: None,
        permanent: is_permanent(&tags),
        tags,
    })
}

/// The states of the engine. A container that was paused has its place still.
fn read_state(state: State) -> Option<InstanceState> {
    match state {
        State::CREATED => Some(InstanceState::Pending),
        State::RUNNING | State::PAUSED | State::RESTARTING => Some(InstanceState::Running),
        State::REMOVING | State::STOPPING => Some(InstanceState::Stopping),
        State::EXITED | State::DEAD => Some(InstanceState::Gone),
        State::EMPTY => None,
    }
}

/// The member in a container, when the settings say which ports it has.
fn member(
    settings: &DockerProvider,
    addresses: &Addresses,
    published: &[PortSummary],
) -> Option<MemberPlace> {
    let (http, https) = (port(settings.http_port), port(settings.https_port));
    if !settings.publish {
        return MemberPlace::new(addresses.private?.to_string(), http, https);
    }
    let outside = |inside: u16| {
        let mut ports = published.iter().filter(|port| port.typ == Some(PortKind::TCP));
        ports.find_map(|port| port.public_port.filter(|_| port.private_port == inside))
    };
    let host = settings.host.as_ref()?.as_str().to_owned();
    MemberPlace::new(host, http.and_then(outside), https.and_then(outside))
}
