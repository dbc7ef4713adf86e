//! The XML of the 1.x releases, as a tree in the form of 2.0.5 (elastic-load-balancer.md §1.11).
//!
//! Everything in the tree keeps its place in the XML file, so that what is wrong with a value is reported there.

mod config;
mod names;
mod properties;
mod task;

pub use task::is_autoscaler_class;

use std::sync::Arc;

use super::tree::Tree;
use crate::diagnostics::{Diagnostic, Diagnostics, SourceFile, codes};
use crate::xml::{Element, Limits, SourceDocument};

/// Reads a file with a `loadBalancerConfig`, with the task of an autoscaler, or with `definitions` that hold one.
pub(super) fn read_file(file: &Arc<SourceFile>) -> (Option<Tree>, Diagnostics) {
    let source = match SourceDocument::parse(Arc::clone(file), &Limits::default()) {
        Ok(source) => source,
        Err(diagnostic) => return (None, (*diagnostic).into()),
    };
    let root = source.root();
    let found = match root.local_name() {
        "task" => Some(root),
        "loadBalancerConfig" => return read_element(root),
        _ => root.children().find(|child| child.local_name() == "task" && task::is_autoscaler(*child)),
    };
    match found {
        Some(element) => match task::elsewhere(element) {
            Some(diagnostic) => (None, diagnostic.into()),
            None => translate(element, task::translate),
        },
        None => {
            let diagnostic = Diagnostic::error(
                codes::BALANCER_DIALECT,
                format!("<{}> configures no load balancer", root.local_name()),
            )
            .at(root.name_location())
            .label("expected <loadBalancerConfig>, or the <task> of an autoscaler");
            (None, diagnostic.into())
        }
    }
}

/// Reads a `loadBalancerConfig`.
pub(super) fn read_element(element: Element<'_>) -> (Option<Tree>, Diagnostics) {
    translate(element, config::translate)
}

/// What is made of an element.
type Translate = fn(Element<'_>, &mut Diagnostics) -> super::Block;

fn translate(element: Element<'_>, translate: Translate) -> (Option<Tree>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let root = translate(element, &mut diagnostics);
    (Some(Tree { file: Arc::clone(&element.source().file), root }), diagnostics)
}
