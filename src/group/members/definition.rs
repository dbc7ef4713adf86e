//! A member as it is gossiped: JSON, without what is usual.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clusters::{ClusterKey, Member, MemberDefinition, Phase};

/// How far a member is at the balancer that speaks of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::group) enum State {
    /// It is not known whether it works: it is new, or was not heard of.
    Joining,
    /// It gets requests.
    #[default]
    Ready,
    /// It gets no new clients.
    Draining,
}

/// A member, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::group) struct SharedMember {
    host: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remote_host: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    http_port: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    https_port: Option<u16>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    port_mappings: BTreeMap<u16, u16>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    weight: u32,
    #[serde(default, skip_serializing_if = "is_false")]
    permanent: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    passive: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "is_ready")]
    pub(in crate::group) state: State,
}

impl SharedMember {
    /// A member as it is here; `suspected` when it gets requests only because others speak of it.
    pub(in crate::group) fn of(member: &Member, suspected: bool) -> Self {
        let definition = member.definition();
        let state = match member.live().phase() {
            Phase::Joining => State::Joining,
            Phase::Ready if suspected => State::Joining,
            Phase::Ready => State::Ready,
            Phase::Draining | Phase::Gone => State::Draining,
        };
        let texts = definition.properties.iter();
        Self {
            host: definition.host.to_string(),
            remote_host: definition.remote_host.as_deref().map(str::to_owned),
            http_port: definition.http_port,
            https_port: definition.https_port,
            port_mappings: definition.port_mappings.clone(),
            weight: definition.weight,
            permanent: definition.permanent,
            passive: !definition.active,
            zone: definition.zone.as_deref().map(str::to_owned),
            properties: texts.map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            state,
        }
    }

    /// Reads what another balancer says under a key; `None` when it makes no sense.
    pub(in crate::group) fn read(key: &str, value: &str) -> Option<(ClusterKey, MemberDefinition, State)> {
        let (cluster, id) = key.rsplit_once('/').filter(|(cluster, _)| !cluster.is_empty())?;
        let shared: Self = serde_json::from_str(value).ok()?;
        let state = shared.state;
        let definition = shared.into_definition();
        (*definition.key() == *id && definition.weight > 0)
            .then(|| (ClusterKey::parse(cluster), definition, state))
    }

    fn into_definition(self) -> MemberDefinition {
        let texts = self.properties.into_iter();
        MemberDefinition {
            remote_host: self.remote_host.map(Into::into),
            port_mappings: self.port_mappings,
            weight: self.weight,
            permanent: self.permanent,
            active: !self.passive,
            zone: self.zone.map(Into::into),
            properties: texts.map(|(name, value)| (name.into(), value.into())).collect(),
            ..MemberDefinition::new(&self.host, self.http_port, self.https_port)
        }
    }
}

fn one() -> u32 {
    1
}

// serde passes references.
fn is_one(number: &u32) -> bool {
    *number == 1
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_ready(state: &State) -> bool {
    *state == State::Ready
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn member(definition: MemberDefinition) -> Member {
        Member::new(ClusterKey::domain("shop.a.domain"), definition, None).expect("a member")
    }

    #[test]
    fn what_is_usual_is_not_said() {
        let member = member(MemberDefinition::new("10.0.3.1", Some(9763), None));
        let text = serde_json::to_string(&SharedMember::of(&member, false)).expect("JSON");
        assert_eq!(text, r#"{"host":"10.0.3.1","http_port":9763}"#);
    }

    #[test]
    fn a_member_is_the_same_elsewhere() {
        let definition = MemberDefinition {
            remote_host: Some("203.0.113.5".into()),
            port_mappings: [(8280, 9000)].into(),
            weight: 5,
            permanent: true,
            active: false,
            zone: Some("eu-1a".into()),
            properties: [(Arc::from("owner"), Arc::from("x"))].into(),
            ..MemberDefinition::new("::1", Some(9763), Some(9443))
        };
        let member = member(definition.clone());
        let text = serde_json::to_string(&SharedMember::of(&member, false)).expect("JSON");
        let read = SharedMember::read("shop.a.domain/worker/[::1]:9763", &text);
        let cluster = ClusterKey::new("shop.a.domain", "worker");
        assert_eq!(read, Some((cluster, definition, State::Ready)));
    }

    #[test]
    fn nonsense_is_no_member() {
        let good = r#"{"host":"h","http_port":1}"#;
        let rows = [
            ("d/h:2", good),
            ("h:1", good),
            ("/h:1", good),
            ("d/h:1", "{"),
            ("d/h:1", "[]"),
            ("d/h:1", r#"{"http_port":1}"#),
            ("d/h:1", r#"{"host":"h","http_port":70000}"#),
            ("d/h:1", r#"{"host":"h","http_port":1,"weight":0}"#),
            ("d/h:1", r#"{"host":"h","http_port":1,"state":"well"}"#),
        ];
        for (key, value) in rows {
            assert_eq!(SharedMember::read(key, value), None, "{key} {value}");
        }
        assert!(SharedMember::read("d/h:1", good).is_some());
    }
}
