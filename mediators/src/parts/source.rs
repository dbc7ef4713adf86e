//! What `value="…"` or `expression="…"` say.

use sinew_core::config::{Attributes, ParseContext, ResourceKey};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::expression::ValueSource;
use sinew_core::xml::Element;

/// The value, else the expression; an element with neither is reported, and so is an expression that has no effect.
pub(crate) fn value_or_expression(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<ValueSource> {
    let value = attributes.optional("value");
    let expression = attributes.optional("expression");
    match (value, expression) {
        (Some(value), expression) => {
            if expression.is_some() {
                expression_ignored(element, "value", context);
            }
            Some(ValueSource::Literal(value.into()))
        }
        (None, Some(_)) => context.expression(element, "expression").map(ValueSource::Computed),
        (None, None) => {
            let name = element.local_name();
            context.push(
                Diagnostic::error(
                    codes::MEDIATOR_VALUE_MISSING,
                    format!("<{name}> needs a value or an expression"),
                )
                .at(element.name_location())
                .label("\"value\" or \"expression\" is missing"),
            );
            None
        }
    }
}

/// The key in attribute `key`, when it is the same for every message: whether there is something with this key can be
/// told before.
pub(crate) fn written_key(element: Element<'_>, key: &ValueSource) -> Option<ResourceKey> {
    match key {
        ValueSource::Literal(text) => {
            Some(ResourceKey { text: text.clone(), location: element.attribute_location("key") })
        }
        ValueSource::Computed(_) => None,
    }
}

/// Reports an expression beside something that wins over it.
pub(crate) fn expression_ignored(element: Element<'_>, winner: &str, context: &mut ParseContext<'_>) {
    context.push(
        Diagnostic::warning(
            codes::VALUE_IGNORED,
            format!("the {winner} counts; the expression beside it is ignored"),
        )
        .at(element.attribute_location("expression"))
        .label("has no effect"),
    );
}
