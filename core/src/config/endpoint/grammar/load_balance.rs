//! `<loadbalance>` (endpoints.md §5.1), with the session beside it.

use super::algorithm::{self, AlgorithmName};
use super::children::{Children, endpoints_or_members};
use super::{Inherited, session, weights};
use crate::config::endpoint::{Balanced, LoadBalanceDefinition, SessionKind, StaticAlgorithm};
use crate::config::{Attributes, ParseContext};
use crate::diagnostics::{Diagnostic, codes, nearest};
use crate::xml::Element;

pub(super) fn parse(
    element: Element<'_>,
    session: Option<Element<'_>>,
    inherited: &Inherited<'_>,
    context: &mut ParseContext<'_>,
) -> Option<LoadBalanceDefinition> {
    let mut attributes = Attributes::of(element);
    let algorithm = algorithm::name(element, &mut attributes, context);
    let failover = switch(attributes.optional("failover"));
    let build_message = attributes.optional("buildMessage").is_some_and(is_true);
    attributes.finish(context);
    let kinds = [SessionKind::Http, SessionKind::Soap, SessionKind::SimpleClient];
    let session = session::parse(session, &kinds, context);
    let balanced = match endpoints_or_members(element, inherited, context) {
        Some(Children::Endpoints(children)) => {
            let word = word(algorithm.as_ref()?.as_ref(), context)?;
            let algorithm = match word {
                Word::RoundRobin => StaticAlgorithm::RoundRobin,
                Word::WeightedRoundRobin => weights::round_robin(&children, inherited, context)?,
                Word::WeightedRoundRobinLeastConnections => {
                    weights::least_connections(&children, element, inherited, context)?
                }
            };
            Balanced::Endpoints { children, algorithm }
        }
        Some(Children::Members(members)) => {
            let algorithm = algorithm::for_members(algorithm?.as_ref(), context)?;
            Balanced::Members { members, algorithm }
        }
        None => return None,
    };
    Some(LoadBalanceDefinition { balanced, failover, build_message, session: session? })
}

/// `failover`: anything but `false`, in any case, switches it on (endpoints.md §5.1).
pub(super) fn switch(text: Option<&str>) -> bool {
    !text.is_some_and(|text| text.trim().eq_ignore_ascii_case("false"))
}

/// `buildMessage`.
pub(super) fn is_true(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("true")
}

/// The algorithms for endpoints, by the last part of their class (endpoints.md §5.7).
#[derive(Clone, Copy)]
enum Word {
    RoundRobin,
    WeightedRoundRobin,
    WeightedRoundRobinLeastConnections,
}

const PACKAGE: &str = "org.apache.synapse.endpoints.algorithms.";

const WORDS: [(&str, Word); 3] = [
    ("RoundRobin", Word::RoundRobin),
    ("WeightedRoundRobin", Word::WeightedRoundRobin),
    ("WeightedRRLCAlgorithm", Word::WeightedRoundRobinLeastConnections),
];

fn word(algorithm: Option<&AlgorithmName>, context: &mut ParseContext<'_>) -> Option<Word> {
    let Some(algorithm) = algorithm else { return Some(Word::RoundRobin) };
    let short = algorithm.name.strip_prefix(PACKAGE).unwrap_or(&algorithm.name);
    if let Some((_, word)) = WORDS.iter().find(|(known, _)| *known == short) {
        return Some(*word);
    }
    let words = WORDS.map(|(word, _)| word);
    let diagnostic = Diagnostic::error(
        codes::ATTRIBUTE_INVALID,
        format!("there is no algorithm \"{}\" for endpoints", algorithm.name),
    )
    .at(algorithm.location.clone())
    .label(format!("expected {}", words.join(", ")));
    context.push(match nearest(short, words) {
        Some(near) => diagnostic.help(format!("an algorithm with a similar name exists: {near}")),
        None => diagnostic,
    });
    None
}
