//! `policy` and `algorithm`: how a load balancer chooses (endpoints.md §5.1, §7.2, §7.3).

use std::sync::Arc;

use crate::config::balancer::Algorithm;
use crate::config::{Attributes, ParseContext};
use crate::diagnostics::{Diagnostic, Location, codes, nearest};
use crate::xml::Element;

/// The name of an algorithm: a class of Synapse, or a short name.
#[derive(Clone, Debug)]
pub(super) struct AlgorithmName {
    /// Without blanks around it.
    pub(super) name: Arc<str>,
    pub(super) location: Location,
}

/// `policy="roundRobin"` or `algorithm="class"`, or neither; the outer `None` means that it was there and wrong.
pub(super) fn name(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Option<AlgorithmName>> {
    let policy = attributes.optional("policy");
    let algorithm = attributes.optional("algorithm");
    match (policy, algorithm) {
        (Some(_), Some(_)) => {
            context.push(
                Diagnostic::error(
                    codes::ATTRIBUTES_CONFLICT,
                    "a load balancer has either a policy or an algorithm",
                )
                .at(element.attribute_name_location("policy"))
                .label("one of \"policy\" and \"algorithm\" too many"),
            );
            None
        }
        (Some("roundRobin"), None) | (None, None) => Some(None),
        (Some(other), None) => {
            let message = format!("there is no policy \"{other}\"");
            attributes.invalid("policy", message, "roundRobin", context);
            None
        }
        (None, Some(name)) if name.trim().is_empty() => {
            attributes.invalid("algorithm", "the algorithm is empty", "the name of one", context);
            None
        }
        (None, Some(name)) => Some(Some(AlgorithmName {
            name: name.trim().into(),
            location: element.attribute_location("algorithm"),
        })),
    }
}

/// The algorithm of this name for members; the outer `None` means that there is none.
pub(super) fn for_members(
    name: Option<&AlgorithmName>,
    context: &mut ParseContext<'_>,
) -> Option<Option<Algorithm>> {
    let Some(AlgorithmName { name, location }) = name else { return Some(None) };
    if let Ok(algorithm) = name.parse() {
        return Some(Some(algorithm));
    }
    let names = || Algorithm::all().map(Algorithm::name);
    let diagnostic =
        Diagnostic::error(codes::ATTRIBUTE_INVALID, format!("there is no algorithm \"{name}\" for members"))
            .at(location.clone())
            .label(format!("expected {}", names().collect::<Vec<_>>().join(", ")));
    context.push(match nearest(name, names()) {
        Some(near) => diagnostic.help(format!("an algorithm with a similar name exists: {near}")),
        None => diagnostic,
    });
    None
}
