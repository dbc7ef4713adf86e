//! Keys that are read and checked, and have no effect yet.

use super::Key;

/// What a key does today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// What its documentation says.
    Full,
    /// Nothing: the text says how it is without it. Who sets it is told.
    NotYet(&'static str),
}

/// Keys with no effect yet, and how it is without them.
const NOT_YET: [(&str, &str); 6] = [
    ("autoscaler_service_epr", "instances are launched by the providers of sinew.toml"),
    ("group_mgt_agent", "a member belongs to the cluster that names it"),
    ("mb_server_url", "others come from `balancer.topology` in sinew.toml"),
    ("tls_verify", "`tls.verify` of sinew.toml counts for all members"),
    ("url_suffix", "other names of hosts are those of url-mapping.conf"),
    ("use_embedded_autoscaler", "instances are launched by the providers of sinew.toml"),
];

impl Key {
    /// What it does today.
    pub fn effect(&self) -> Effect {
        match NOT_YET.iter().find(|(name, _)| *name == self.name) {
            Some((_, instead)) => Effect::NotYet(instead),
            None => Effect::Full,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::{Effect, NOT_YET};

    #[test]
    fn the_tables_name_keys() {
        for (name, _) in NOT_YET {
            let key = keys().find(|key| key.name == name);
            assert_ne!(key.map(|key| key.effect()), Some(Effect::Full), "{name}");
            assert!(key.is_some(), "{name}");
        }
        let effects = ["algorithm", "drain_timeout", "hosts", "weight"];
        for name in effects {
            assert!(keys().any(|key| key.name == name && key.effect() == Effect::Full), "{name}");
        }
    }
}
