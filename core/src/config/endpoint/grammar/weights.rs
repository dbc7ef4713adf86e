//! The weights of load-balanced endpoints: properties of each, or of what is around them (endpoints.md §5.7, case E99).

use super::Inherited;
use crate::config::ParseContext;
use crate::config::endpoint::{EndpointDefinition, EndpointProperty, StaticAlgorithm, Weights};
use crate::diagnostics::{Diagnostic, codes};
use crate::expression::ValueSource;
use crate::xml::Element;

const WEIGHT: &str = "loadbalance.weight";
const MINIMUM: &str = "loadbalance.weight.min";
const MAXIMUM: &str = "loadbalance.weight.max";
const ROUNDS: &str = "loadbalance.weightedRRLC.roundsPerRecal";

/// One weight for each child, 1 where none is set.
pub(super) fn round_robin(
    children: &[EndpointDefinition],
    inherited: &Inherited<'_>,
    context: &mut ParseContext<'_>,
) -> Option<StaticAlgorithm> {
    let weights: Vec<Option<u32>> = children
        .iter()
        .map(|child| match find(child, inherited, WEIGHT) {
            Some(property) => number(property, 1, context),
            None => Some(1),
        })
        .collect();
    weights.into_iter().collect::<Option<_>>().map(StaticAlgorithm::WeightedRoundRobin)
}

/// A weight for each child, which must be set, and how far it may be corrected.
pub(super) fn least_connections(
    children: &[EndpointDefinition],
    element: Element<'_>,
    inherited: &Inherited<'_>,
    context: &mut ParseContext<'_>,
) -> Option<StaticAlgorithm> {
    let weights: Vec<Option<Weights>> =
        children.iter().map(|child| weights(child, inherited, context)).collect();
    let rounds = match inherited.find(ROUNDS) {
        Some(property) => number(property, 1, context),
        None => Some(1),
    };
    let weights: Vec<Weights> = weights.into_iter().collect::<Option<_>>()?;
    if weights.iter().all(|weights| weights.maximum == 0) {
        context.push(
            Diagnostic::error(codes::ENDPOINT_VALUE_INVALID, "all weights are 0")
                .at(element.name_location())
                .label("nothing would ever be sent"),
        );
        return None;
    }
    Some(StaticAlgorithm::WeightedRoundRobinLeastConnections { weights, rounds: rounds? })
}

/// The limits are two below and two above the weight where none are set.
fn weights(
    child: &EndpointDefinition,
    inherited: &Inherited<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Weights> {
    let Some(property) = find(child, inherited, WEIGHT) else {
        let message = format!("this algorithm needs the property {WEIGHT} for each endpoint");
        context.push(
            Diagnostic::error(codes::ENDPOINT_VALUE_INVALID, message)
                .at(child.location.clone())
                .label("has no weight"),
        );
        return None;
    };
    let weight = number(property, 1, context);
    let limit = |name: &str, context: &mut ParseContext<'_>| match find(child, inherited, name) {
        Some(property) => Some(Some((number(property, 0, context)?, property))),
        None => Some(None),
    };
    let (minimum, maximum) = (limit(MINIMUM, context), limit(MAXIMUM, context));
    let weight = weight?;
    let minimum = minimum?.map_or(weight.saturating_sub(2), |(minimum, _)| minimum);
    let (maximum, written) = match maximum? {
        Some((maximum, property)) => (maximum, property),
        None => (weight.saturating_add(2), property),
    };
    if minimum > maximum {
        let message = format!("the weight can be at least {minimum} and at most {maximum}");
        context.push(
            Diagnostic::error(codes::ENDPOINT_VALUE_INVALID, message)
                .at(written.location.clone())
                .label("the least is more than the most"),
        );
        return None;
    }
    Some(Weights { weight, minimum, maximum })
}

fn find<'a>(
    child: &'a EndpointDefinition,
    inherited: &Inherited<'a>,
    name: &str,
) -> Option<&'a EndpointProperty> {
    child.properties.iter().find(|property| *property.name == *name).or_else(|| inherited.find(name))
}

/// Larger weights only make longer rounds.
const MOST: u32 = 10_000;

fn number(property: &EndpointProperty, least: u32, context: &mut ParseContext<'_>) -> Option<u32> {
    let number = match &property.value {
        ValueSource::Literal(text) => text.trim().parse::<u32>().ok(),
        ValueSource::Computed(_) => None,
    };
    let number = number.filter(|number| (least..=MOST).contains(number));
    if number.is_none() {
        let message = format!("the value of {} is not allowed", property.name);
        context.push(
            Diagnostic::error(codes::ENDPOINT_VALUE_INVALID, message)
                .at(property.location.clone())
                .label(format!("expected a number from {least} to {MOST}")),
        );
    }
    number
}
