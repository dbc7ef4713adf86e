//! Steps from values to their members.
//!
//! A walk takes one step with all values before it takes the next step, so nothing here nests as deep as the document
//! or the path does. The values stay in the order in which a walk with one value at a time would meet them.

use serde_json::Value;
use smallvec::{SmallVec, smallvec};

use super::engine::{Evaluated, Evaluation};
use super::places::{Key, Places};
use super::values::position;
use crate::expression::jsonpath::PathError;
use crate::expression::jsonpath::syntax::{Path, Select, Slice, Step};

/// A value and its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'v, P> {
    pub(crate) value: &'v Value,
    pub(crate) place: P,
}

pub(crate) type Nodes<'v, P> = SmallVec<[Node<'v, P>; 1]>;

impl Evaluation<'_> {
    /// Where the steps of a path lead.
    ///
    /// # Errors
    /// A step before which the path is definite cannot be taken from the value there; from then on, values that have
    /// no such member are passed over.
    pub(crate) fn walk<'v, P: Places<'v>>(
        &self,
        places: &P,
        path: &Path,
        start: &'v Value,
    ) -> Evaluated<Nodes<'v, P::Place>> {
        let mut node = Node { value: start, place: places.start() };
        let mut rest = path.steps.as_slice();
        while let Some((step, later)) = rest.split_first()
            && step.is_definite()
        {
            self.spend(1)?;
            let member = match (&step.select, node.value) {
                (Select::Name(name), Value::Object(object)) => {
                    let member = object.get_key_value(&**name);
                    if member.is_none() && (!later.is_empty() || path.end.is_some()) {
                        return Err(PathError::Missing);
                    }
                    member.map(|(name, value)| (Key::Name(name.as_str()), value))
                }
                (Select::Index(index), Value::Array(items)) => position(*index, items.len())
                    .and_then(|index| items.get(index).map(|value| (Key::Index(index), value))),
                _ => return Err(PathError::Missing),
            };
            let Some((key, value)) = member else { return Ok(Nodes::new()) };
            node = Node { value, place: places.member(node.place, key) };
            rest = later;
        }
        let mut nodes: Nodes<'v, P::Place> = smallvec![node];
        let mut strict = true;
        for (index, step) in rest.iter().enumerate() {
            let last = index + 1 == rest.len() && path.end.is_none();
            let mut found = Nodes::new();
            for node in nodes {
                if step.deep {
                    self.descend(places, node, |node| self.select(places, step, node, &mut found))?;
                } else if strict && !applies(&step.select, node.value, last) {
                    return Err(PathError::Missing);
                } else {
                    self.select(places, step, node, &mut found)?;
                }
            }
            nodes = found;
            strict = false;
        }
        Ok(nodes)
    }

    /// Visits a value and everything inside it that can have members, each before what is inside it.
    pub(super) fn descend<'v, P: Places<'v>>(
        &self,
        places: &P,
        node: Node<'v, P::Place>,
        mut visit: impl FnMut(Node<'v, P::Place>) -> Evaluated<()>,
    ) -> Evaluated<()> {
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            visit(node)?;
            let mut wait = |key, value: &'v Value| {
                if value.is_object() || value.is_array() {
                    waiting.push(Node { value, place: places.member(node.place, key) });
                }
            };
            match node.value {
                Value::Object(object) => {
                    self.spend(object.len())?;
                    object.iter().rev().for_each(|(name, value)| wait(Key::Name(name.as_str()), value));
                }
                Value::Array(items) => {
                    self.spend(items.len())?;
                    items.iter().enumerate().rev().for_each(|(index, value)| wait(Key::Index(index), value));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn select<'v, P: Places<'v>>(
        &self,
        places: &P,
        step: &Step,
        node: Node<'v, P::Place>,
        found: &mut Nodes<'v, P::Place>,
    ) -> Evaluated<()> {
        self.spend(1)?;
        let mut add = |key, value: &'v Value| {
            found.push(Node { value, place: places.member(node.place, key) });
            self.spend(1)
        };
        match (&step.select, node.value) {
            (Select::Name(name), Value::Object(object)) => match object.get_key_value(&**name) {
                Some((name, value)) => add(Key::Name(name), value),
                None => Ok(()),
            },
            (Select::Names(names), Value::Object(object)) => names
                .iter()
                .filter_map(|name| object.get_key_value(&**name))
                .try_for_each(|(name, value)| add(Key::Name(name), value)),
            (Select::All, Value::Object(object)) => {
                object.iter().try_for_each(|(name, value)| add(Key::Name(name), value))
            }
            (Select::All, Value::Array(items)) => {
                items.iter().enumerate().try_for_each(|(index, value)| add(Key::Index(index), value))
            }
            (Select::Index(index), Value::Array(items)) => add_indexes([*index], items, add),
            (Select::Indexes(indexes), Value::Array(items)) => {
                add_indexes(indexes.iter().copied(), items, add)
            }
            (Select::Slice(slice), Value::Array(items)) => add_slice(*slice, items, add),
            (Select::Filter(condition), Value::Object(_)) => {
                if self.holds(condition, node.value)? {
                    found.push(node);
                }
                Ok(())
            }
            // Everything is searched for objects: those in an array are tested when their turn comes.
            (Select::Filter(condition), Value::Array(items)) if !step.deep => {
                for (index, value) in items.iter().enumerate() {
                    if self.holds(condition, value)? {
                        add(Key::Index(index), value)?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// True when a value is of the type that a selection is made from.
fn applies(select: &Select, value: &Value, last: bool) -> bool {
    match select {
        Select::Name(_) | Select::Names(_) => value.is_object(),
        Select::Index(_) | Select::Indexes(_) | Select::Slice(_) => value.is_array(),
        Select::All => last || value.is_object() || value.is_array(),
        Select::Filter(_) => value.is_object() || value.is_array(),
    }
}

fn add_indexes<'v>(
    indexes: impl IntoIterator<Item = i64>,
    items: &'v [Value],
    mut add: impl FnMut(Key<&'v str>, &'v Value) -> Evaluated<()>,
) -> Evaluated<()> {
    for index in indexes {
        if let Some(index) = position(index, items.len())
            && let Some(value) = items.get(index)
        {
            add(Key::Index(index), value)?;
        }
    }
    Ok(())
}

/// RFC 9535 §2.3.4.2.2.
fn add_slice<'v>(
    slice: Slice,
    items: &'v [Value],
    mut add: impl FnMut(Key<&'v str>, &'v Value) -> Evaluated<()>,
) -> Evaluated<()> {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let normal = |bound: i64| if bound < 0 { bound.saturating_add(length) } else { bound };
    let (mut index, end) = if slice.step > 0 {
        let bound = |bound: i64| normal(bound).clamp(0, length);
        (slice.start.map_or(0, bound), slice.end.map_or(length, bound))
    } else {
        let bound = |bound: i64| normal(bound).clamp(-1, length - 1);
        (slice.start.map_or(length - 1, bound), slice.end.map_or(-1, bound))
    };
    while if slice.step > 0 { index < end } else { index > end } {
        if let Ok(index) = usize::try_from(index)
            && let Some(value) = items.get(index)
        {
            add(Key::Index(index), value)?;
        }
        index = index.saturating_add(slice.step);
    }
    Ok(())
}
