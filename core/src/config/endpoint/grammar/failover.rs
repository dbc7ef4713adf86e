//! `<failover>` (endpoints.md §5.2).

use super::Inherited;
use super::children::endpoints;
use super::load_balance::is_true;
use crate::config::endpoint::FailoverDefinition;
use crate::config::{Attributes, ParseContext};
use crate::xml::Element;

pub(super) fn parse(
    element: Element<'_>,
    inherited: &Inherited<'_>,
    context: &mut ParseContext<'_>,
) -> Option<FailoverDefinition> {
    let mut attributes = Attributes::of(element);
    let off = ["false", "no", "0"];
    let is_off = |text: &str| off.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    let dynamic = !attributes.optional("dynamic").is_some_and(is_off);
    let build_message = attributes.optional("buildMessage").is_some_and(is_true);
    attributes.finish(context);
    let children = endpoints(element, inherited, context)?;
    Some(FailoverDefinition { children, dynamic, build_message })
}
