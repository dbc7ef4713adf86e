//! Instances, and what they are launched with.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use super::IaasError;
#[cfg(any(feature = "docker", feature = "ec2", feature = "kubernetes"))]
use crate::settings::Count;
use crate::settings::Placeholder;

/// Declares a text that cannot be wrong.
macro_rules! text {
    ($(#[doc = $about:literal])+ $name:ident, $longest:literal, $what:literal) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The longest, in bytes.
            pub const LONGEST: usize = $longest;

            /// Checks a text.
            ///
            /// # Errors
            /// When it is empty, too long, or has anything but visible ASCII characters.
            pub fn new(text: impl Into<String>) -> Result<Self, String> {
                let text = text.into();
                let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
                match (1..=Self::LONGEST).contains(&text.len()) && visible {
                    true => Ok(Self(text)),
                    false => Err(format!(
                        "{} has 1 to {} visible ASCII characters",
                        $what,
                        Self::LONGEST
                    )),
                }
            }

            /// As it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

text! {
    /// What a provider calls an instance.
    InstanceId, 255, "the id of an instance"
}

text! {
    /// On whose behalf instances are launched: the name of a group of balancers. Balancers of one group see and end each
    /// other's instances; those of other groups they never see.
    Owner, 255, "the name of an owner"
}

text! {
    /// What tells one launch from another. The limit is that of EC2's client tokens.
    LaunchToken, 64, "the token of a launch"
}

impl LaunchToken {
    /// A token that nobody else has.
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().to_string())
    }
}

/// The cluster that an instance is launched for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// The domain.
    pub domain: String,
    /// The sub-domain, if it is not the default one.
    pub sub_domain: Option<String>,
}

/// What to launch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchSpec {
    /// The cluster.
    pub purpose: Purpose,
    /// On whose behalf.
    pub owner: Owner,
    /// The token of this launch: kept over attempts, new for every instance.
    pub token: LaunchToken,
    /// What the cluster says of its instances.
    pub template: Template,
}

/// What a cluster says of its instances. What it leaves open, the settings of the provider say; what the provider has no
/// use for is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// The image.
    pub image: Option<String>,
    /// The type.
    pub instance_type: Option<String>,
    /// The availability zone.
    pub zone: Option<String>,
    /// The security groups.
    pub security_groups: Option<Vec<String>>,
    /// The key pair.
    pub key_pair: Option<String>,
    /// The file whose content becomes the user data. It is read when something is launched (fix W55).
    pub payload: Option<PathBuf>,
    /// Anything else, by name.
    pub properties: BTreeMap<String, String>,
}

/// An instance, as its provider sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// What the provider calls it.
    pub id: InstanceId,
    /// How far it is.
    pub state: InstanceState,
    /// The cluster.
    pub purpose: Purpose,
    /// The token of its launch, where it is known.
    pub token: Option<LaunchToken>,
    /// Where it is reached, inside first.
    pub addresses: Addresses,
    /// The member that it is, where the provider knows. Otherwise the member says so itself, with the property
    /// `instanceId` or by its address.
    pub member: Option<MemberPlace>,
    /// When it was launched.
    pub launched_at: Option<Timestamp>,
    /// The availability zone.
    pub zone: Option<String>,
    /// Never ended by scaling down: the tag [`tags::AVOID_TERMINATION`] says so.
    pub permanent: bool,
    /// Every tag, by name.
    pub tags: BTreeMap<String, String>,
}

/// How far an instance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstanceState {
    /// Launched, and not running yet.
    Pending,
    /// Running, which does not mean that its member takes requests.
    Running,
    /// On its way to its end.
    Stopping,
    /// Ended.
    Gone,
}

/// Where an instance is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Inside its network.
    pub private: Option<IpAddr>,
    /// From everywhere.
    pub public: Option<IpAddr>,
}

/// Where a member takes requests; at least one of the ports is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberPlace {
    /// The host name or address.
    pub host: String,
    /// The port for HTTP.
    pub http_port: Option<u16>,
    /// The port for HTTPS.
    pub https_port: Option<u16>,
}

/// Where a public address leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressState {
    /// Nowhere.
    Free,
    /// To an instance.
    Instance(InstanceId),
    /// To something that is no instance.
    Taken,
}

/// The variable with the id of an instance, in the environment of its program.
pub(super) const MARK: &str = "SINEW_INSTANCE";

/// Names of tags that instances carry (elastic-load-balancer.md §4.11).
pub mod tags {
    /// The domain of the cluster.
    pub const DOMAIN: &str = "elb:domain";
    /// The sub-domain of the cluster.
    pub const SUB_DOMAIN: &str = "elb:subDomain";
    /// The owner.
    pub const OWNER: &str = "elb:owner";
    /// The token of the launch.
    pub const TOKEN: &str = "elb:token";
    /// Marks permanent instances, with any value but `false` (§4.10, case 207).
    pub const AVOID_TERMINATION: &str = "avoidTermination";
    /// The value of [`SUB_DOMAIN`] for the default one.
    pub const DEFAULT_SUB_DOMAIN: &str = "__$default";
}

impl LaunchSpec {
    /// The tags that an instance of this launch carries.
    pub fn tags(&self) -> BTreeMap<String, String> {
        own_tags(&self.purpose, &self.owner, &self.token)
    }

    /// What the token of this launch launched before.
    ///
    /// # Errors
    /// It was for another cluster.
    pub(super) fn again(&self, known: Instance) -> Result<Instance, IaasError> {
        match known.purpose == self.purpose {
            true => Ok(known),
            false => Err(IaasError::Refused(format!(
                "the token {} launched an instance for {}",
                self.token, known.purpose
            ))),
        }
    }

    /// What stands at a place of a command or an environment, for an instance of this launch.
    pub(super) fn fill(&self, place: Placeholder, id: &InstanceId, member: &MemberPlace) -> String {
        let port = |port: Option<u16>| port.map(|port| port.to_string()).unwrap_or_default();
        match place {
            Placeholder::Port => port(member.http_port),
            Placeholder::HttpsPort => port(member.https_port),
            Placeholder::Instance => id.to_string(),
            Placeholder::Domain => self.purpose.domain.clone(),
            Placeholder::SubDomain => self.purpose.sub_domain.clone().unwrap_or_default(),
            Placeholder::Host => member.host.clone(),
        }
    }
}

/// The tags of an instance that was launched for a cluster, on somebody's behalf, with a token.
pub(super) fn own_tags(purpose: &Purpose, owner: &Owner, token: &LaunchToken) -> BTreeMap<String, String> {
    let sub_domain = purpose.sub_domain.as_deref().unwrap_or(tags::DEFAULT_SUB_DOMAIN);
    let tags = [
        (tags::DOMAIN, purpose.domain.as_str()),
        (tags::SUB_DOMAIN, sub_domain),
        (tags::OWNER, owner.as_str()),
        (tags::TOKEN, token.as_str()),
    ];
    tags.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

impl MemberPlace {
    /// A place, if there is a port.
    #[cfg(any(feature = "docker", feature = "ec2", feature = "kubernetes"))]
    pub(super) fn new(host: String, http_port: Option<u16>, https_port: Option<u16>) -> Option<Self> {
        http_port.or(https_port)?;
        Some(Self { host, http_port, https_port })
    }
}

/// A port as settings have it.
#[cfg(any(feature = "docker", feature = "ec2", feature = "kubernetes"))]
pub(super) fn port(port: Option<Count<1, 65535>>) -> Option<u16> {
    u16::try_from(port?.get()).ok()
}

impl Purpose {
    /// A cluster; the default sub-domain may be written as that or left out.
    pub fn new(domain: impl Into<String>, sub_domain: Option<&str>) -> Self {
        let sub_domain = sub_domain.filter(|name| !name.is_empty() && *name != tags::DEFAULT_SUB_DOMAIN);
        Self { domain: domain.into(), sub_domain: sub_domain.map(str::to_owned) }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.domain)?;
        self.sub_domain.iter().try_for_each(|name| write!(f, "/{name}"))
    }
}

/// Whether tags make an instance permanent (§4.10): `avoidTermination` with any value but `false`.
pub fn is_permanent(tags: &BTreeMap<String, String>) -> bool {
    tags.get(tags::AVOID_TERMINATION).is_some_and(|value| !value.trim().eq_ignore_ascii_case("false"))
}
