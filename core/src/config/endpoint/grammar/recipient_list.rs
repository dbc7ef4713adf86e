//! `<recipientlist>` (endpoints.md §5.3).

use super::Inherited;
use super::children::{Children, endpoints_or_members};
use crate::config::endpoint::{RecipientListDefinition, Recipients};
use crate::config::{Attributes, NAMESPACE, ParseContext};
use crate::diagnostics::{Diagnostic, codes};
use crate::xml::Element;

/// `max-cache` where it is not given.
const DEFAULT_CACHE: usize = 20;

pub(super) fn parse(
    element: Element<'_>,
    inherited: &Inherited<'_>,
    context: &mut ParseContext<'_>,
) -> Option<RecipientListDefinition> {
    Attributes::of(element).finish(context);
    let recipients = match element.child(NAMESPACE, "endpoints") {
        Some(computed) => {
            let others = ["endpoint", "member"];
            if let Some(other) = element.children().find(|child| others.contains(&child.local_name())) {
                let message = "a recipient list has either computed or written recipients";
                context.push(
                    Diagnostic::error(codes::ATTRIBUTES_CONFLICT, message)
                        .at(other.name_location())
                        .label("stands beside <endpoints>"),
                );
                return None;
            }
            self::computed(computed, context)?
        }
        None => match endpoints_or_members(element, inherited, context)? {
            Children::Endpoints(endpoints) => Recipients::Endpoints(endpoints),
            Children::Members(members) => Recipients::Members(members),
        },
    };
    Some(RecipientListDefinition { recipients })
}

fn computed(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Recipients> {
    let mut attributes = Attributes::of(element);
    let given = attributes.required("value", context).is_some();
    let max_cache = attributes.parsed("max-cache", "a number of addresses", context);
    attributes.finish(context);
    let addresses = if given { context.value_source(element, "value") } else { None };
    Some(Recipients::Computed { addresses: addresses?, max_cache: max_cache.unwrap_or(DEFAULT_CACHE) })
}
