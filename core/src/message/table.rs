//! Values by name, cheap while there are few of them.

use std::collections::HashMap;
use std::sync::Arc;

/// How many names are compared one by one. Looking at this many costs less than one hash.
const FEW: usize = 16;

/// How many have room at once: most messages that have any properties have no more.
const FIRST_ROOM: usize = 8;

/// Values by name. Names are case-sensitive.
///
/// Messages make names too (`{expression}`), so that beyond a few they are hashed: setting many costs no more than their number.
#[derive(Clone, Debug)]
pub(super) struct Table<V> {
    few: Vec<(Arc<str>, V)>,
    /// All of them, once there were more than a few.
    many: Option<Box<Hashed<V>>>,
}

type Hashed<V> = HashMap<Arc<str>, V, foldhash::quality::RandomState>;

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self { few: Vec::new(), many: None }
    }
}

impl<V> Table<V> {
    /// The value of a name.
    #[inline]
    pub(super) fn get(&self, name: &str) -> Option<&V> {
        // A message that passes through is asked for many and has none.
        if self.is_empty() { None } else { self.find(name) }
    }

    fn find(&self, name: &str) -> Option<&V> {
        match &self.many {
            None => self.few.iter().find(|(known, _)| **known == *name).map(|(_, value)| value),
            Some(many) => many.get(name),
        }
    }

    /// Sets the value of a name, replacing an older one.
    pub(super) fn insert(&mut self, name: Arc<str>, value: V) {
        if let Some(many) = &mut self.many {
            many.insert(name, value);
        } else if let Some((_, known)) = self.few.iter_mut().find(|(known, _)| *known == name) {
            *known = value;
        } else if self.few.len() < FEW {
            if self.few.capacity() == 0 {
                self.few.reserve_exact(FIRST_ROOM);
            }
            self.few.push((name, value));
        } else {
            let mut many: Hashed<V> = std::mem::take(&mut self.few).into_iter().collect();
            many.insert(name, value);
            self.many = Some(Box::new(many));
        }
    }

    /// Removes a name; true when it was there.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        match &mut self.many {
            None => {
                let found = self.few.iter().position(|(known, _)| **known == *name);
                found.map(|at| self.few.swap_remove(at)).is_some()
            }
            Some(many) => many.remove(name).is_some(),
        }
    }

    /// True when nothing is set.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.few.is_empty() && self.many.as_ref().is_none_or(|many| many.is_empty())
    }

    /// Every name with its value, in the order of the names.
    pub(super) fn sorted(&self) -> Vec<(&Arc<str>, &V)> {
        let many = self.many.iter().flat_map(|many| many.iter());
        let mut all: Vec<_> = self.few.iter().map(|(name, value)| (name, value)).chain(many).collect();
        all.sort_by(|a, b| a.0.cmp(b.0));
        all
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Table;

    proptest! {
        /// However many there are, a table is a map.
        #[test]
        fn a_table_is_a_map(steps in proptest::collection::vec((0_u8..40, proptest::option::of(0_u8..9)), 0..120)) {
            let mut table = Table::default();
            let mut map = BTreeMap::new();
            for (name, value) in steps {
                let name = format!("name{name}");
                match value {
                    Some(value) => {
                        table.insert(name.as_str().into(), value);
                        map.insert(name.clone(), value);
                    }
                    None => prop_assert_eq!(table.remove(&name), map.remove(&name).is_some()),
                }
                prop_assert_eq!(table.get(&name), map.get(&name));
                prop_assert_eq!(table.is_empty(), map.is_empty());
            }
            let all: Vec<_> = table.sorted().into_iter().map(|(name, value)| (name.to_string(), *value)).collect();
            prop_assert_eq!(all, map.into_iter().collect::<Vec<_>>());
        }
    }
}
