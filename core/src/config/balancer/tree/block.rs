//! Blocks and properties, and where each stands.

use std::sync::Arc;

use crate::diagnostics::{Location, SourceFile, Span};

/// A file as blocks and properties.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The file that everything stands in.
    pub file: Arc<SourceFile>,
    /// What stands outside of any block is in this one, which has no name.
    pub root: Block,
}

impl Tree {
    /// What stands between two offsets of the file.
    pub(in super::super) fn written(&self, range: std::ops::Range<usize>) -> Option<&str> {
        self.file.text().get(range)
    }

    /// A stretch of the file.
    pub fn locate(&self, span: Span) -> Location {
        Location::new(Arc::clone(&self.file), span)
    }
}

/// Two trees are equal when their blocks are, whatever the file.
impl PartialEq for Tree {
    fn eq(&self, other: &Tree) -> bool {
        self.root == other.root
    }
}

/// `name { … }`.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// The name, trimmed.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The properties in order, each key once.
    pub properties: Vec<Property>,
    /// The blocks inside, no two of them equal.
    pub blocks: Vec<Block>,
}

/// `key value;`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value, trimmed, with its variables unresolved.
    pub value: String,
    /// Where the value stands.
    pub value_span: Span,
}

impl Block {
    /// The first block of a name.
    pub fn block(&self, name: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| block.name == name)
    }

    /// A property.
    pub fn property(&self, key: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.key == key)
    }

    /// Sets a property: the last value counts, at the place of the first (G13).
    pub(in super::super) fn set(&mut self, property: Property) {
        match self.properties.iter_mut().find(|other| other.key == property.key) {
            Some(other) => *other = property,
            None => self.properties.push(property),
        }
    }

    /// Everything that makes the block what it is, the same for equal blocks. No name or value contains a line feed.
    pub(super) fn canonical(&self) -> String {
        let mut lines: Vec<String> = self
            .properties
            .iter()
            .map(|property| format!("{}\t{}\n", property.key, property.value))
            .collect();
        lines.extend(self.blocks.iter().map(Block::canonical));
        lines.sort_unstable();
        format!("{}{{\n{}}}\n", self.name, lines.concat())
    }
}

/// The order of properties and of blocks makes no difference (elastic-load-balancer.md §1.2).
impl PartialEq for Block {
    fn eq(&self, other: &Block) -> bool {
        self.canonical() == other.canonical()
    }
}
