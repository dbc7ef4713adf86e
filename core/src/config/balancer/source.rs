//! From a file to the typed configuration, whatever the dialect.

use std::sync::Arc;

use super::reader::read_tree;
use super::tree::Tree;
use super::{BalancerConfiguration, Variables, dialect, legacy};
use crate::diagnostics::{Diagnostics, SourceFile};
use crate::xml::Element;

/// Reads a file: `loadbalancer.conf` of 2.0.0 to 2.1, or XML of 1.x (elastic-load-balancer.md §1).
///
/// There is a configuration when there is no error. The diagnostics are in the order of the file.
pub fn read(
    file: &Arc<SourceFile>,
    variables: &dyn Variables,
) -> (Option<BalancerConfiguration>, Diagnostics) {
    finish(parse(file), variables)
}

/// Reads an inline `<loadBalancerConfig>` (elastic-load-balancer.md §1.11.2, §1.11.3), as [`read`] does a file.
pub fn read_element(
    element: Element<'_>,
    variables: &dyn Variables,
) -> (Option<BalancerConfiguration>, Diagnostics) {
    finish(legacy::read_element(element), variables)
}

/// Reads a file of any dialect to a tree in the form of 2.0.5, which writes itself as `loadbalancer.conf`.
///
/// There is no tree when the dialect is not read; what is missing or wrong in a tree only [`read`] says.
pub fn parse(file: &Arc<SourceFile>) -> (Option<Tree>, Diagnostics) {
    let blank = |letter: char| letter.is_whitespace() || letter == '\u{feff}';
    match file.text().trim_start_matches(blank).starts_with('<') {
        true => legacy::read_file(file),
        false => dialect::read_text(file),
    }
}

fn finish(
    (tree, mut diagnostics): (Option<Tree>, Diagnostics),
    variables: &dyn Variables,
) -> (Option<BalancerConfiguration>, Diagnostics) {
    let configuration = tree.map(|tree| read_tree(&tree, variables, &mut diagnostics));
    diagnostics.sort();
    // Several clusters inherit what is wrong once.
    let mut list = diagnostics.into_vec();
    list.dedup();
    let diagnostics: Diagnostics = list.into_iter().collect();
    (configuration.filter(|_| !diagnostics.has_errors()), diagnostics)
}
