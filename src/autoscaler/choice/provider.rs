//! Which provider is asked for an instance (elastic-load-balancer.md §4.11, cases 202, 203, 205 and 206).

use std::collections::BTreeMap;
use std::sync::Arc;

/// What is said of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRules {
    /// Its name.
    pub name: Arc<str>,
    /// Providers with smaller numbers are filled first.
    pub scale_up_order: i32,
    /// Instances of providers with smaller numbers go first.
    pub scale_down_order: i32,
    /// How many instances it may have in all; `None` without limit (W28).
    pub max_instances: Option<u32>,
}

/// Whose turn it is among providers with the same order (W54).
#[derive(Clone, Debug, Default)]
pub struct Turns {
    taken: BTreeMap<i32, u64>,
}

/// The providers that may be asked for one more instance, the first to ask first: one that fails is followed by the next.
/// `launched` tells how many instances a provider has, those on their way included. Providers with the same order take turns.
pub fn providers_for_launch<'a>(
    providers: &'a [ProviderRules],
    launched: impl Fn(&str) -> u32,
    turns: &mut Turns,
) -> Vec<&'a ProviderRules> {
    let mut by_order: BTreeMap<i32, Vec<&ProviderRules>> = BTreeMap::new();
    for provider in providers {
        by_order.entry(provider.scale_up_order).or_default().push(provider);
    }
    let has_room = |provider: &&&ProviderRules| {
        provider.max_instances.is_none_or(|most| launched(&provider.name) < most)
    };
    let mut found = Vec::new();
    for (order, equals) in &by_order {
        let turn = turns.taken.entry(*order).or_default();
        let first = usize::try_from(*turn % equals.len().max(1) as u64).unwrap_or(0);
        let rotated = equals.iter().cycle().skip(first).take(equals.len());
        let before = found.len();
        found.extend(rotated.filter(has_room).copied());
        // Only those who are asked first use their turn up.
        if before == 0 && found.len() > before {
            *turn = turn.wrapping_add(1);
        }
    }
    found
}
