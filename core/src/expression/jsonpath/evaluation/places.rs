//! Where values are in a document: forgotten when a path is read, remembered when what it leads to is changed.

use std::cell::RefCell;

/// One step down in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key<Name> {
    Name(Name),
    Index(usize),
}

/// Keeps track of places during a walk.
pub(crate) trait Places<'v> {
    type Place: Copy;

    /// Where the walk starts.
    fn start(&self) -> Self::Place;

    /// Where a member of the value at `parent` is.
    fn member(&self, parent: Self::Place, key: Key<&'v str>) -> Self::Place;
}

/// Nobody asks where values are.
pub(crate) struct Unknown;

impl<'v> Places<'v> for Unknown {
    type Place = ();

    fn start(&self) {}

    fn member(&self, (): (), _: Key<&'v str>) {}
}

/// Every place leads back to the start of the walk.
#[derive(Default)]
pub(crate) struct Trail<'v> {
    members: RefCell<Vec<(Option<usize>, Key<&'v str>)>>,
}

impl<'v> Places<'v> for Trail<'v> {
    type Place = Option<usize>;

    fn start(&self) -> Option<usize> {
        None
    }

    fn member(&self, parent: Option<usize>, key: Key<&'v str>) -> Option<usize> {
        let mut members = self.members.borrow_mut();
        members.push((parent, key));
        Some(members.len() - 1)
    }
}

impl Trail<'_> {
    /// The keys from the start of the walk to a place.
    pub(crate) fn keys(&self, place: Option<usize>) -> Vec<Key<Box<str>>> {
        let members = self.members.borrow();
        let mut keys = Vec::new();
        let mut at = place.and_then(|place| members.get(place));
        while let Some((parent, key)) = at {
            keys.push(match key {
                Key::Name(name) => Key::Name((*name).into()),
                Key::Index(index) => Key::Index(*index),
            });
            at = parent.and_then(|parent| members.get(parent));
        }
        keys.reverse();
        keys
    }
}
