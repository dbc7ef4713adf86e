//! Instances as EC2 describes them.

use std::collections::BTreeMap;

use super::answer::Node;
use crate::iaas::{
    Addresses, Instance, InstanceId, InstanceState, LaunchSpec, LaunchToken, MemberPlace, Purpose,
    is_permanent, port, tags,
};
use crate::settings::Ec2Provider;

/// Reads an instance. What a launch says of its instance counts as long as the answer leaves it out.
///
/// # Errors
/// What is odd about it.
pub(super) fn read(
    item: &Node<'_>,
    settings: &Ec2Provider,
    launch: Option<&LaunchSpec>,
) -> Result<Instance, String> {
    let id = InstanceId::new(item.text("instanceId").ok_or("an instance has no id")?)?;
    let state = item.child("instanceState").and_then(|state| state.text("name"));
    let tags = read_tags(item);
    let address = |name: &str| item.text(name).and_then(|text| text.parse().ok());
    let addresses = Addresses { private: address("privateIpAddress"), public: address("ipAddress") };
    let tag = |name: &str| tags.get(name).map(String::as_str);
    let purpose = match launch {
        Some(launch) => launch.purpose.clone(),
        None => Purpose::new(tag(tags::DOMAIN).unwrap_or_default(), tag(tags::SUB_DOMAIN)),
    };
    let token = match launch {
        Some(launch) => Some(launch.token.clone()),
        None => tag(tags::TOKEN).and_then(|token| LaunchToken::new(token).ok()),
    };
    Ok(Instance {
        id,
        state: read_state(state.as_deref())?,
        purpose,
        token,
        member: member(settings, &addresses),
        addresses,
        launched_at: item.text("launchTime").and_then(|time| time.parse().ok()),
        zone: item.child("placement").and_then(|placement| placement.text("availabilityZone")),
        permanent: is_permanent(&tags),
        tags,
    })
}

/// The states of EC2. One that was stopped costs a place, and comes back only when a person wants it.
fn read_state(name: Option<&str>) -> Result<InstanceState, String> {
    match name.ok_or("an instance has no state")? {
        "pending" => Ok(InstanceState::Pending),
        "running" => Ok(InstanceState::Running),
        "shutting-down" | "stopping" | "stopped" => Ok(InstanceState::Stopping),
        "terminated" => Ok(InstanceState::Gone),
        other => Err(format!("an instance has the state `{other}`")),
    }
}

/// The tags of what has some.
pub(super) fn read_tags(item: &Node<'_>) -> BTreeMap<String, String> {
    let set = item.child("tagSet").into_iter().flat_map(|set| set.items());
    set.filter_map(|tag| Some((tag.text("key")?, tag.text("value").unwrap_or_default()))).collect()
}

/// The member on an instance, when the settings say which ports it has.
fn member(settings: &Ec2Provider, addresses: &Addresses) -> Option<MemberPlace> {
    MemberPlace::new(addresses.private?.to_string(), port(settings.http_port), port(settings.https_port))
}
