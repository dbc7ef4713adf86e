//! Lists that a mediator holds or names.

use std::sync::Arc;

use sinew_core::config::ParseContext;
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::mediation::{Fault, Sequence, SequenceReference};
use sinew_core::xml::Element;

/// The sequence that a key stands for.
///
/// # Errors
/// Nothing has this key (mediators.md §3.1, cases 39 and 104).
pub(crate) fn found(reference: &SequenceReference) -> Result<&Arc<Sequence>, Fault> {
    match reference {
        SequenceReference::Found(sequence) => Ok(sequence),
        SequenceReference::Missing(key) => {
            Err(Fault::mediation(format!("Sequence named {key} cannot be found")))
        }
    }
}

/// Warns of children that mean nothing here; unlike in a list, they are no error (mediators.md §2.1, case 102).
pub(crate) fn ignore_other_children(element: Element<'_>, known: &[&str], context: &mut ParseContext<'_>) {
    for child in element.children() {
        let name = child.local_name();
        if name == "description" || known.contains(&name) {
            continue;
        }
        context.push(
            Diagnostic::warning(
                codes::IGNORED_ELEMENT,
                format!("<{name}> means nothing in <{}>; it is ignored", element.local_name()),
            )
            .at(child.name_location())
            .label("has no effect"),
        );
    }
}
