//! Named values by scope.

use std::sync::Arc;

use super::Value;
use super::table::Table;

/// The properties of one scope. Names are case-sensitive.
///
/// Nothing is allocated before the first property is set: a message that passes through sets none.
#[derive(Clone, Debug, Default)]
pub struct Properties(Table<Value>);

impl Properties {
    /// The value of a property.
    #[inline]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Sets a property, replacing an older value.
    pub fn set(&mut self, name: impl Into<Arc<str>>, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }

    /// Removes a property; true when it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        self.0.remove(name)
    }

    /// True when nothing is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every property in the order of its name, for logs and transcripts.
    pub fn sorted(&self) -> Vec<(&Arc<str>, &Value)> {
        self.0.sorted()
    }
}

/// The axis2 scope: what the configuration set or removed, in front of what the transport knows.
///
/// Facts such as `HTTP_METHOD` are not stored here; they are answered from the message when asked for
/// (`Message::axis2`). A removal must hide such a fact, so it is remembered.
#[derive(Clone, Debug, Default)]
pub struct Axis2Properties(Table<Option<Value>>);

/// What the axis2 scope says about a name.
pub enum Axis2Entry<'a> {
    /// Set by the configuration or the engine.
    Set(&'a Value),
    /// Removed: the transport's own fact is hidden.
    Removed,
    /// Untouched: the transport's own fact counts, if there is one.
    Untouched,
}

impl Axis2Properties {
    /// What was done to a name.
    #[inline]
    pub fn entry(&self, name: &str) -> Axis2Entry<'_> {
        match self.0.get(name) {
            None => Axis2Entry::Untouched,
            Some(None) => Axis2Entry::Removed,
            Some(Some(value)) => Axis2Entry::Set(value),
        }
    }

    /// Sets a property.
    pub fn set(&mut self, name: impl Into<Arc<str>>, value: impl Into<Value>) {
        self.0.insert(name.into(), Some(value.into()));
    }

    /// Removes a property, and hides the transport's fact of that name.
    pub fn remove(&mut self, name: impl Into<Arc<str>>) {
        self.0.insert(name.into(), None);
    }

    /// What was set (`Some`) or removed (`None`), in the order of the names.
    pub fn sorted(&self) -> Vec<(&Arc<str>, Option<&Value>)> {
        self.0.sorted().into_iter().map(|(name, value)| (name, value.as_ref())).collect()
    }
}
