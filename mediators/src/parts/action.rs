//! `action="set|remove"`.

use sinew_core::config::{Attributes, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::xml::Element;

/// True for `action="remove"`; every other word means `set` (mediators.md case 42), which is worth a warning.
pub(crate) fn removes(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> bool {
    match attributes.optional("action") {
        Some("remove") => true,
        None | Some("set") => false,
        Some(other) => {
            let what = element.local_name();
            context.push(
                Diagnostic::warning(
                    codes::VALUE_IGNORED,
                    format!("the action \"{other}\" is unknown; the {what} is set"),
                )
                .at(element.attribute_location("action"))
                .label("expected set or remove"),
            );
            false
        }
    }
}
