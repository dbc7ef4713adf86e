//! What calls and answers look like.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::iaas::{
    AddressState, Addresses, Instance, InstanceId, InstanceState, LaunchSpec, LaunchToken, MemberPlace,
    Owner, Purpose, Template, is_permanent,
};

/// `launch`.
#[derive(Serialize)]
pub(super) struct Launch<'a> {
    owner: &'a Owner,
    domain: &'a str,
    sub_domain: Option<&'a str>,
    token: &'a LaunchToken,
    template: WireTemplate<'a>,
    tags: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct WireTemplate<'a> {
    image: Option<&'a str>,
    instance_type: Option<&'a str>,
    zone: Option<&'a str>,
    security_groups: Option<&'a [String]>,
    key_pair: Option<&'a str>,
    payload: Option<String>,
    properties: &'a BTreeMap<String, String>,
}

/// `terminate`.
#[derive(Serialize)]
pub(super) struct Terminate<'a> {
    pub(super) id: &'a InstanceId,
}

/// `list` and `allocate`.
#[derive(Serialize)]
pub(super) struct List<'a> {
    pub(super) owner: &'a Owner,
}

/// `address`, `associate` and `release`.
#[derive(Serialize)]
pub(super) struct OfAddress<'a> {
    pub(super) ip: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a InstanceId>,
}

/// `ensure_key_pair`.
#[derive(Serialize)]
pub(super) struct KeyPair<'a> {
    pub(super) name: &'a str,
    pub(super) public_key: &'a str,
}

/// The answer to what was done.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// The answer to `launch`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OneInstance {
    pub(super) instance: WireInstance,
}

/// The answer to `list`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Instances {
    pub(super) instances: Vec<WireInstance>,
}

/// The answer to `address`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Address {
    state: WireAddress,
    #[serde(default)]
    id: Option<InstanceId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireAddress {
    Free,
    Instance,
    Taken,
}

/// The answer to `allocate`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Allocated {
    pub(super) ip: IpAddr,
}

/// Any answer that is none of the operation.
#[derive(Deserialize)]
pub(super) struct Problem {
    pub(super) error: String,
}

/// An instance.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireInstance {
    id: InstanceId,
    state: InstanceState,
    domain: String,
    #[serde(default)]
    sub_domain: Option<String>,
    token: LaunchToken,
    #[serde(default)]
    private_address: Option<IpAddr>,
    #[serde(default)]
    public_address: Option<IpAddr>,
    #[serde(default)]
    member: Option<MemberPlace>,
    launched_at: Timestamp,
    #[serde(default)]
    zone: Option<String>,
    #[serde(default)]
    permanent: bool,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

impl<'a> Launch<'a> {
    pub(super) fn new(spec: &'a LaunchSpec) -> Self {
        let Template { image, instance_type, zone, security_groups, key_pair, payload, properties } =
            &spec.template;
        Self {
            owner: &spec.owner,
            domain: &spec.purpose.domain,
            sub_domain: spec.purpose.sub_domain.as_deref(),
            token: &spec.token,
            template: WireTemplate {
                image: image.as_deref(),
                instance_type: instance_type.as_deref(),
                zone: zone.as_deref(),
                security_groups: security_groups.as_deref(),
                key_pair: key_pair.as_deref(),
                payload: payload.as_ref().map(|path| path.display().to_string()),
                properties,
            },
            tags: spec.tags(),
        }
    }
}

impl WireInstance {
    /// The instance that is meant.
    ///
    /// # Errors
    /// What makes no sense in it.
    pub(super) fn read(self) -> Result<Instance, String> {
        if self.domain.is_empty() {
            return Err(format!("the instance {} has no domain", self.id));
        }
        if self.member.as_ref().is_some_and(|member| {
            let ports = [member.http_port, member.https_port];
            member.host.is_empty() || ports.iter().all(Option::is_none) || ports.contains(&Some(0))
        }) {
            return Err(format!("the member of the instance {} cannot be reached", self.id));
        }
        Ok(Instance {
            purpose: Purpose::new(self.domain, self.sub_domain.as_deref()),
            id: self.id,
            state: self.state,
            token: Some(self.token),
            addresses: Addresses { private: self.private_address, public: self.public_address },
            member: self.member,
            launched_at: Some(self.launched_at),
            zone: self.zone,
            permanent: self.permanent || is_permanent(&self.tags),
            tags: self.tags,
        })
    }
}

impl Address {
    /// Where it leads.
    ///
    /// # Errors
    /// It leads to an instance that is not named.
    pub(super) fn read(self) -> Result<AddressState, String> {
        match (self.state, self.id) {
            (WireAddress::Free, None) => Ok(AddressState::Free),
            (WireAddress::Taken, None) => Ok(AddressState::Taken),
            (WireAddress::Instance, Some(id)) => Ok(AddressState::Instance(id)),
            _ => Err("state and id do not fit together".to_owned()),
        }
    }
}
