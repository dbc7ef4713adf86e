//! Members as packets describe them.

use super::Refusal;
use super::wire::Member;
use crate::clusters::{ClusterKey, MemberDefinition};
use crate::membership::registration::{Address, Announcement};
use crate::settings::ClusterName;

/// The member that a packet describes, with the rules of registration.
///
/// # Errors
/// It is none.
pub fn announced(member: &Member) -> Result<(ClusterKey, MemberDefinition), Refusal> {
    let cluster: ClusterName = member.cluster.parse().map_err(|_| Refusal::Content)?;
    let address = Address::parse(&member.address).map_err(|_| Refusal::Content)?;
    // A list would pass for an object without names.
    let announcement: Option<Announcement> = match member.definition.trim_start().starts_with('[') {
        true => None,
        false => serde_json::from_str(&member.definition).ok(),
    };
    let definition = announcement.and_then(|announcement| announcement.definition(&address).ok());
    Ok((ClusterKey::parse(cluster.as_str()), definition.ok_or(Refusal::Content)?))
}
