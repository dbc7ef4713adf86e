//! Names: interning, well-known names, and what counts as a name.

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

use foldhash::fast::RandomState;

mod known;

use known::KNOWN;
pub use known::namespaces;

/// The name of an element or attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct QualifiedName<'a> {
    /// The prefix as written, or "".
    pub prefix: &'a str,
    /// The part after the prefix.
    pub local: &'a str,
    /// The namespace, "" for none.
    pub namespace: &'a str,
}

/// Writes `prefix:local`, or `local` without a prefix.
impl fmt::Display for QualifiedName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.prefix.is_empty() {
            write!(f, "{}:", self.prefix)?;
        }
        f.write_str(self.local)
    }
}

/// Whether the text is a name without a colon (Namespaces in XML 1.0 §4, `NCName`).
pub fn is_nc_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(is_name_start) && letters.all(is_name_character)
}

/// The text itself when it is an NCName, else with `_` for or before every character that cannot stand there.
pub(super) fn nc_name(text: &str) -> Cow<'_, str> {
    if is_nc_name(text) {
        return Cow::Borrowed(text);
    }
    let mut name = String::with_capacity(text.len() + 1);
    for letter in text.chars() {
        if name.is_empty() && !is_name_start(letter) {
            name.push('_');
        }
        name.push(if is_name_character(letter) { letter } else { '_' });
    }
    if name.is_empty() {
        name.push('_');
    }
    Cow::Owned(name)
}

/// XML 1.0 §2.3, `NameStartChar` without the colon.
pub(super) fn is_name_start(letter: char) -> bool {
    matches!(letter,
        'a'..='z' | 'A'..='Z' | '_'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// XML 1.0 §2.3, `NameChar` without the colon.
pub(super) fn is_name_character(letter: char) -> bool {
    is_name_start(letter)
        || matches!(letter,
            '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// An interned prefix, local name or namespace.
///
/// Numbers below the length of [`KNOWN`] mean the same in every document, the others are the document's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NameId(u32);

impl NameId {
    /// "", which is no prefix and no namespace.
    pub(super) const EMPTY: NameId = NameId(0);
    /// The prefix `xml`.
    pub(super) const XML: NameId = NameId(1);
    /// The prefix `xmlns`.
    pub(super) const XMLNS: NameId = NameId(2);
    /// [`namespaces::XML`].
    pub(super) const XML_NAMESPACE: NameId = NameId(3);
    /// [`namespaces::XMLNS`].
    pub(super) const XMLNS_NAMESPACE: NameId = NameId(4);

    /// The number, for tables indexed by name.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }

    /// The number among the document's own names; none for well-known ones.
    pub(super) fn own_index(self) -> Option<usize> {
        self.index().checked_sub(KNOWN.len())
    }
}

/// The names of one document beyond the well-known ones.
#[derive(Clone, Default)]
pub(super) struct Names {
    text: String,
    entries: Vec<Entry>,
    /// Empty while the entries are few enough to be searched one by one.
    slots: Slots,
}

#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    end: u32,
    hash: u64,
}

/// Up to this many names are searched one by one.
const FEW: usize = 8;

impl Names {
    /// Makes room for the names of a small document.
    pub(super) fn reserve(&mut self) {
        self.text.reserve(128);
        self.entries.reserve(FEW);
    }

    /// The name's text.
    pub(super) fn get(&self, id: NameId) -> &str {
        match id.own_index() {
            None => KNOWN[id.index()],
            Some(index) => self.entry_text(index),
        }
    }

    /// The number of a name, if the document uses it or everyone knows it.
    pub(super) fn find(&self, name: &str) -> Option<NameId> {
        let well_known = &*WELL_KNOWN;
        let hash = well_known.hash(name);
        well_known.find(name, hash).or_else(|| self.find_own(name, hash))
    }

    /// The number of a name, which becomes one of the document's if it is new.
    pub(super) fn intern(&mut self, name: &str) -> NameId {
        if name.is_empty() {
            return NameId::EMPTY;
        }
        let well_known = &*WELL_KNOWN;
        let hash = well_known.hash(name);
        if let Some(id) = well_known.find(name, hash).or_else(|| self.find_own(name, hash)) {
            return id;
        }
        let offset = |at: usize| u32::try_from(at).expect("names of one document are smaller than 4 GiB");
        let start = offset(self.text.len());
        self.text.push_str(name);
        self.entries.push(Entry { start, end: offset(self.text.len()), hash });
        let index = self.entries.len() - 1;
        if self.entries.len() > FEW {
            let hashes = self.entries.iter().map(|entry| entry.hash);
            self.slots.insert(index, hash, hashes);
        }
        own_id(index)
    }

    fn find_own(&self, name: &str, hash: u64) -> Option<NameId> {
        let is_it = |index: usize| {
            self.entries.get(index).is_some_and(|entry| entry.hash == hash) && self.entry_text(index) == name
        };
        let index = if self.entries.len() <= FEW {
            (0..self.entries.len()).find(|&index| is_it(index))
        } else {
            self.slots.find(hash, is_it)
        };
        index.map(own_id)
    }

    fn entry_text(&self, index: usize) -> &str {
        let entry = self.entries[index];
        self.text.get(entry.start as usize..entry.end as usize).unwrap_or_default()
    }
}

fn own_id(index: usize) -> NameId {
    NameId(u32::try_from(KNOWN.len() + index).expect("a document has fewer names than 32 bits can number"))
}

/// An open hash table of indexes into a list of names kept elsewhere.
#[derive(Clone, Default)]
struct Slots {
    /// Index plus one, 0 for a free slot; the length is a power of two, at least twice the number of names.
    slots: Vec<u32>,
}

impl Slots {
    fn find(&self, hash: u64, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let mut at = self.home(hash)?;
        loop {
            let index = (*self.slots.get(at)? as usize).checked_sub(1)?;
            if is_it(index) {
                return Some(index);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Adds the newest name; `hashes` are those of all names, in order, for when the table has to grow.
    fn insert(&mut self, index: usize, hash: u64, hashes: impl ExactSizeIterator<Item = u64>) {
        if hashes.len() * 2 > self.slots.len() {
            self.slots = vec![0; (hashes.len() * 4).next_power_of_two()];
            for (index, hash) in hashes.enumerate() {
                self.put(index, hash);
            }
        } else {
            self.put(index, hash);
        }
    }

    fn put(&mut self, index: usize, hash: u64) {
        let Some(mut at) = self.home(hash) else { return };
        while self.slots[at] != 0 {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] =
            u32::try_from(index + 1).expect("a document has fewer names than 32 bits can number");
    }

    fn home(&self, hash: u64) -> Option<usize> {
        // Truncation is meant: only the low bits choose the slot.
        self.slots.len().checked_sub(1).map(|mask| hash as usize & mask)
    }
}

/// The well-known names by hash. The hash is keyed anew in every process, so that nobody can make names collide.
struct WellKnown {
    state: RandomState,
    hashes: Vec<u64>,
    slots: Slots,
}

static WELL_KNOWN: LazyLock<WellKnown> = LazyLock::new(|| {
    let mut known = WellKnown { state: RandomState::default(), hashes: Vec::new(), slots: Slots::default() };
    known.hashes = KNOWN.iter().map(|name| known.hash(name)).collect();
    for (index, &hash) in known.hashes.iter().enumerate() {
        known.slots.insert(index, hash, known.hashes.iter().take(index + 1).copied());
    }
    known
});

impl WellKnown {
    fn hash(&self, name: &str) -> u64 {
        let mut hasher = self.state.build_hasher();
        hasher.write(name.as_bytes());
        hasher.finish()
    }

    fn find(&self, name: &str, hash: u64) -> Option<NameId> {
        let is_it = |index: usize| self.hashes.get(index) == Some(&hash) && KNOWN.get(index) == Some(&name);
        let index = self.slots.find(hash, is_it)?;
        u32::try_from(index).ok().map(NameId)
    }
}
