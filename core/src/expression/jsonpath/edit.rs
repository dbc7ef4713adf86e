//! Changing a document at the places that a path leads to: what `enrich` does (mediators.md §5.4).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::evaluation::{Key, Trail, cost, is_within};
use super::syntax::End;
use super::{JsonPath, PathError};

/// From the document to a value in it.
type Place = Vec<Key<Box<str>>>;

impl JsonPath {
    /// Puts a value at every place the path leads to, and says how many there are.
    ///
    /// The place must be there, as in Jayway: a member is not created, except by several names in one bracket, which
    /// sets them all.
    ///
    /// # Errors
    /// The path leads nowhere or ends with a function, or one of the limits is exceeded. Then nothing has changed.
    pub fn set(&self, document: &mut Value, new: Value) -> Result<usize, PathError> {
        let places = self.places(document, true)?;
        self.check_copies(&new, places.len())?;
        for place in places.iter().rev() {
            if let Some((Key::Name(name), parent)) = place.split_last()
                && let Some(Value::Object(members)) = value_at(document, parent)
            {
                members.insert(name.to_string(), new.clone());
            } else if let Some(value) = value_at(document, place) {
                value.clone_from(&new);
            }
        }
        Ok(places.len())
    }

    /// Adds a value to the end of every array the path leads to, and its members to every object when it is an object
    /// itself; says how many there are (mediators.md §5.4, case 144).
    ///
    /// # Errors
    /// The path leads nowhere, to something that takes no such value, or ends with a function, or one of the limits is
    /// exceeded. Then nothing has changed.
    pub fn append(&self, document: &mut Value, item: Value) -> Result<usize, PathError> {
        let places = self.places(document, false)?;
        self.check_copies(&item, places.len())?;
        let takes = |value: &mut Value| value.is_array() || value.is_object() && item.is_object();
        if !places.iter().all(|place| value_at(document, place).is_some_and(takes)) {
            return Err(PathError::NotAnArray);
        }
        for place in places.iter().rev() {
            match (value_at(document, place), &item) {
                (Some(Value::Array(items)), item) => items.push(item.clone()),
                (Some(Value::Object(members)), Value::Object(new)) => members.extend(new.clone()),
                _ => {}
            }
        }
        Ok(places.len())
    }

    /// Changes the value at every place the path leads to, inner places before the places around them, and says how
    /// many there are.
    ///
    /// # Errors
    /// The path leads nowhere or ends with a function, or one of the limits is exceeded. Then nothing has changed.
    pub fn update(
        &self,
        document: &mut Value,
        mut change: impl FnMut(&mut Value),
    ) -> Result<usize, PathError> {
        let places = self.places(document, false)?;
        for place in places.iter().rev() {
            if let Some(value) = value_at(document, place) {
                change(value);
            }
        }
        Ok(places.len())
    }

    /// Takes away every member the path leads to, and says how many there were.
    ///
    /// # Errors
    /// The path leads nowhere, to the document itself, or ends with a function, or one of the limits is exceeded. Then
    /// nothing has changed.
    pub fn remove(&self, document: &mut Value) -> Result<usize, PathError> {
        let places = self.places(document, false)?;
        let removed = places.len();
        let mut members: BTreeMap<Place, BTreeSet<Key<Box<str>>>> = BTreeMap::new();
        for mut place in places {
            let key = place.pop().ok_or(PathError::NotAPlace)?;
            members.entry(place).or_default().insert(key);
        }
        // The places inside a place come after it.
        for (parent, keys) in members.iter().rev() {
            match value_at(document, parent) {
                Some(Value::Object(members)) => {
                    members.retain(|name, _| !keys.contains(&Key::Name(name.as_str().into())));
                }
                Some(Value::Array(items)) => {
                    let mut indexes = 0..;
                    items.retain(|_| !indexes.next().is_some_and(|index| keys.contains(&Key::Index(index))));
                }
                _ => {}
            }
        }
        Ok(removed)
    }

    /// Where the path leads, each place once and before the places inside it. `absent`: several names in one bracket
    /// also lead to members that are not there.
    fn places(&self, document: &Value, absent: bool) -> Result<BTreeSet<Place>, PathError> {
        let path = &self.program.path;
        let evaluation = self.evaluation(document);
        let trail = Trail::default();
        let mut places = BTreeSet::new();
        let mut add = |mut place: Place, name: Option<&str>| {
            place.extend(name.map(|name| Key::Name(name.into())));
            evaluation.spend(place.len())?;
            places.insert(place);
            Ok(())
        };
        let nodes = evaluation.walk(&trail, path, document)?;
        match &path.end {
            None => nodes.iter().try_for_each(|node| add(trail.keys(node.place), None))?,
            Some(End::Call(_)) => return Err(PathError::NotAPlace),
            Some(End::Pick { deep, names }) => {
                evaluation.objects(&trail, path, &nodes, (*deep, names), |node, members| {
                    let mut names = names.iter().filter(|name| absent || members.contains_key(&***name));
                    names.try_for_each(|name| add(trail.keys(node.place), Some(name)))
                })?;
            }
        }
        if places.is_empty() { Err(PathError::Missing) } else { Ok(places) }
    }

    /// A value that is put at several places is copied.
    fn check_copies(&self, value: &Value, places: usize) -> Result<(), PathError> {
        if !is_within(value, self.limits.depth) {
            return Err(PathError::TooDeep(self.limits.depth));
        }
        let copied = cost(value, self.limits.steps).saturating_mul(places.saturating_sub(1));
        if u64::try_from(copied).is_ok_and(|copied| copied <= self.limits.steps) {
            Ok(())
        } else {
            Err(PathError::TooManySteps(self.limits.steps))
        }
    }
}

fn value_at<'d>(document: &'d mut Value, place: &[Key<Box<str>>]) -> Option<&'d mut Value> {
    place.iter().try_fold(document, |value, key| match (value, key) {
        (Value::Object(members), Key::Name(name)) => members.get_mut(&**name),
        (Value::Array(items), Key::Index(index)) => items.get_mut(*index),
        _ => None,
    })
}
