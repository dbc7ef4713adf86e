//! Switches of mediators that take more words than `true` and `false`.

use sinew_core::config::{Attributes, ParseContext};

/// `true`, `yes`, `1`, `false`, `no` or `0` in any case; another word is reported (mediators.md §4.3).
pub(crate) fn yes_or_no(
    name: &'static str,
    default: bool,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<bool> {
    let Some(text) = attributes.optional(name) else { return Some(default) };
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => {
            attributes.invalid(
                name,
                format!("\"{text}\" is neither true nor false"),
                "true or false",
                context,
            );
            None
        }
    }
}
