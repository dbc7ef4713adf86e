//! Which namespace each prefix means while a tree is walked from the top.

use super::name::NameId;

/// The bindings in force at the current place, with what is needed to leave an element again.
///
/// Entering, binding and looking up take constant time, however many prefixes are in scope.
pub(super) struct Scope {
    /// Bindings of well-known prefixes by their number; those never bound may lie beyond the end.
    known: Vec<Binding>,
    /// Bindings of the document's own prefixes, likewise.
    own: Vec<Binding>,
    /// What was bound before, by elements from the outermost to the innermost.
    undo: Vec<(NameId, Binding)>,
    /// For every open element, how long `undo` was when it was entered.
    marks: Vec<usize>,
}

#[derive(Clone, Copy, Default)]
struct Binding {
    namespace: Option<NameId>,
    /// The number of elements open when this was bound.
    depth: u32,
}

impl Scope {
    /// Only `xml` is bound, and the default prefix to no namespace.
    pub(super) fn new() -> Scope {
        let mut scope = Scope {
            known: Vec::with_capacity(32),
            own: Vec::new(),
            undo: Vec::with_capacity(8),
            marks: Vec::with_capacity(16),
        };
        scope.bind(NameId::EMPTY, NameId::EMPTY);
        scope.bind(NameId::XML, NameId::XML_NAMESPACE);
        scope.undo.clear();
        scope
    }

    /// Enters an element.
    pub(super) fn enter(&mut self) {
        self.marks.push(self.undo.len());
    }

    /// Leaves the innermost element and forgets what was bound on it.
    pub(super) fn leave(&mut self) {
        let mark = self.marks.pop().unwrap_or(0);
        while self.undo.len() > mark {
            let Some((prefix, before)) = self.undo.pop() else { return };
            *self.binding(prefix) = before;
        }
    }

    /// Binds a prefix on the innermost element.
    pub(super) fn bind(&mut self, prefix: NameId, namespace: NameId) {
        let new = Binding { namespace: Some(namespace), depth: self.depth() };
        let before = std::mem::replace(self.binding(prefix), new);
        self.undo.push((prefix, before));
    }

    /// What the prefix means here.
    pub(super) fn lookup(&self, prefix: NameId) -> Option<NameId> {
        self.bound(prefix).namespace
    }

    /// Whether the prefix was bound on the innermost element itself.
    pub(super) fn is_bound_here(&self, prefix: NameId) -> bool {
        let binding = self.bound(prefix);
        binding.namespace.is_some() && binding.depth == self.depth()
    }

    fn depth(&self) -> u32 {
        u32::try_from(self.marks.len()).unwrap_or(u32::MAX)
    }

    fn bound(&self, prefix: NameId) -> Binding {
        let binding = match prefix.own_index() {
            None => self.known.get(prefix.index()),
            Some(index) => self.own.get(index),
        };
        binding.copied().unwrap_or_default()
    }

    fn binding(&mut self, prefix: NameId) -> &mut Binding {
        let (bindings, index) = match prefix.own_index() {
            None => (&mut self.known, prefix.index()),
            Some(index) => (&mut self.own, index),
        };
        if bindings.len() <= index {
            bindings.resize(index + 1, Binding::default());
        }
        &mut bindings[index]
    }
}
