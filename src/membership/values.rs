//! What files and members write of members, as values that cannot be wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::str::FromStr;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::clusters::{ClusterKey, MemberDefinition};
use crate::settings::StaticMember;

/// What settings and files say of a member.
pub fn stated(member: &StaticMember) -> (ClusterKey, MemberDefinition) {
    let definition = MemberDefinition {
        remote_host: member.remote_host.as_ref().map(|host| host.as_str().into()),
        port_mappings: member.port_mappings.get().clone(),
        weight: member.weight,
        permanent: member.permanent,
        active: member.active,
        zone: member.zone.as_ref().map(|zone| zone.as_str().into()),
        ..MemberDefinition::new(member.host.as_str(), member.http_port, member.https_port)
    };
    (ClusterKey::parse(member.cluster.as_str()), definition)
}

/// How much of the load a member gets beside others, 1 to 1000000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Weight(u32);

impl Weight {
    /// The largest weight.
    const LARGEST: u32 = 1_000_000;

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Default for Weight {
    fn default() -> Self {
        Self(1)
    }
}

impl TryFrom<u32> for Weight {
    type Error = String;

    fn try_from(weight: u32) -> Result<Self, String> {
        match weight {
            1..=Self::LARGEST => Ok(Self(weight)),
            _ => Err(format!("the weight {weight} is not between 1 and {}", Self::LARGEST)),
        }
    }
}

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(u32::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A text that is read by [`FromStr`] and checked by that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parsed<T>(pub(super) T);

impl<'de, T: FromStr<Err = String>> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(D::Error::custom)
    }
}

/// Texts by name, none twice, within bounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Unique<K: Ord, V>(pub BTreeMap<K, V>);

impl<K: Ord, V> Default for Unique<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// The most entries.
const MOST_ENTRIES: usize = 64;

impl<'de, K: Deserialize<'de> + Ord + Hash, V: Deserialize<'de>> Deserialize<'de> for Unique<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<K, V>(PhantomData<(K, V)>);

        impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for Entries<K, V> {
            type Value = BTreeMap<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some((key, value)) = map.next_entry()? {
                    if entries.insert(key, value).is_some() {
                        return Err(A::Error::custom("a name is there twice"));
                    }
                    if entries.len() > MOST_ENTRIES {
                        return Err(A::Error::custom(format!("there are more than {MOST_ENTRIES} names")));
                    }
                }
                Ok(entries)
            }
        }

        deserializer.deserialize_map(Entries(PhantomData)).map(Self)
    }
}

/// A short text of a member: 1 to 1024 bytes without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// The longest, in bytes.
    const LONGEST: usize = 1024;

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Text {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() > Self::LONGEST {
            return Err(format!("a text is longer than {} bytes", Self::LONGEST));
        }
        match text.chars().any(char::is_control) {
            true => Err("a text has control characters".to_owned()),
            false => Ok(Self(text.to_owned())),
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Parsed::deserialize(deserializer).map(|Parsed(text)| text)
    }
}

/// The port that a property names as that for another one.
pub(super) fn mapped_port(property: &str) -> Option<u16> {
    MemberDefinition::mapped_from(property)?.parse().ok().filter(|port| *port > 0)
}

/// What is wrong with an address that no other machine can be.
pub(super) fn check_host(host: &str) -> Result<(), String> {
    let nowhere = host.parse::<IpAddr>().is_ok_and(|ip| ip.is_unspecified() || ip.is_multicast());
    match nowhere {
        true => Err(format!("{host} is the address of no single machine")),
        false => Ok(()),
    }
}
