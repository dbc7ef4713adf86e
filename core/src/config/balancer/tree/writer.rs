//! Trees as text.

use std::fmt;

use super::{Block, Tree};

/// Properties that are never written (elastic-load-balancer.md §1.2).
const HIDDEN: [&str; 2] = ["tenant_id", "alias"];

/// The text from which an equal tree is read, but for properties that are never written.
impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        properties(&self.root, 0, f)?;
        self.root.blocks.iter().try_for_each(|block| write(block, 0, f))
    }
}

fn write(block: &Block, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(f, "{:\t<depth$}{} {{", "", block.name)?;
    properties(block, depth + 1, f)?;
    for inside in &block.blocks {
        write(inside, depth + 1, f)?;
    }
    writeln!(f, "{:\t<depth$}}}", "")
}

fn properties(block: &Block, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let shown = block.properties.iter().filter(|property| !HIDDEN.contains(&&*property.key));
    for property in shown {
        writeln!(f, "{:\t<depth$}{}\t{};", "", property.key, property.value)?;
    }
    Ok(())
}
