//! Comparisons whose outcome no message changes.

use std::ops::Range;

use super::known::Known;
use super::shape::Shape;
use crate::diagnostics::codes;
use crate::expression::ExpressionProblem;
use crate::expression::xpath::program::{Comparison, Function, Kind, Operation};

/// What is dubious about a chain of comparisons that stands at `range`: the first thing that is.
pub(in crate::expression::xpath) fn comparisons(
    first: &Operation,
    rest: &[(Comparison, Operation)],
    range: Range<usize>,
) -> Option<ExpressionProblem> {
    let mut left = Known::of(first);
    for (comparison, right) in rest {
        let right = Known::of(right);
        if let Some(problem) = dubious(*comparison, &left, &right, range.clone()) {
            return Some(problem);
        }
        left = Known::Truth;
    }
    None
}

fn dubious(
    comparison: Comparison,
    left: &Known<'_>,
    right: &Known<'_>,
    range: Range<usize>,
) -> Option<ExpressionProblem> {
    let problem = |message| ExpressionProblem::new(codes::SUSPICIOUS_EXPRESSION, range, message);
    if let Some((holds, reason)) = verdict(comparison, left, right) {
        let always = if holds { "always" } else { "never" };
        return Some(problem(format!("this comparison is {always} true: {reason}")));
    }
    let ((Known::Text(text), other) | (other, Known::Text(text))) = (left, right) else { return None };
    if !other.is_truth() || matches!(text.as_str(), "" | "true") {
        return None;
    }
    let message = format!("a truth value is compared with '{text}', which is true like every text but ''");
    Some(problem(message).help("compare with true() or false()"))
}

/// The outcome of a comparison that is the same for every message, and why.
pub(super) fn verdict(comparison: Comparison, left: &Known<'_>, right: &Known<'_>) -> Option<(bool, String)> {
    if left.is_constant() && right.is_constant() {
        return Some((constants(comparison, left, right)?, "both sides are fixed".to_owned()));
    }
    if let Some(reason) = nothing_to_compare(comparison, left, right) {
        return Some((false, reason));
    }
    if let Some(found) = numbers(comparison, left, right) {
        return Some(found);
    }
    let holds = match comparison {
        Comparison::Equal => false,
        Comparison::NotEqual => true,
        _ => return None,
    };
    match (left, right) {
        (Known::Shaped(shape), Known::Text(text)) | (Known::Text(text), Known::Shaped(shape)) => {
            shape.excludes(text).map(|reason| (holds, reason))
        }
        _ => None,
    }
}

/// What is dubious about looking for a text in another: `contains()`, `starts-with()` and `ends-with()`.
pub(in crate::expression::xpath) fn search(
    function: Function,
    arguments: &[Operation],
    range: Range<usize>,
) -> Option<ExpressionProblem> {
    let (Function::Contains | Function::StartsWith | Function::EndsWith, [whole, Operation::Text(part)]) =
        (function, arguments)
    else {
        return None;
    };
    let Known::Shaped(shape) = Known::of(whole) else { return None };
    let reason = shape.excludes_part(part).or_else(|| match (&shape, function) {
        (Shape::Between(start, _), Function::StartsWith) => {
            let apart = !start.starts_with(&**part) && !part.starts_with(start);
            apart.then(|| format!("the text begins with '{start}'"))
        }
        _ => None,
    })?;
    Some(ExpressionProblem::new(codes::SUSPICIOUS_EXPRESSION, range, format!("this is never true: {reason}")))
}

fn constants(comparison: Comparison, left: &Known<'_>, right: &Known<'_>) -> Option<bool> {
    let equal = match (left, right) {
        _ if !comparison.is_equality() => return Some(comparison.numbers(left.number()?, right.number()?)),
        _ if left.is_truth() || right.is_truth() => left.truth()? == right.truth()?,
        (Known::Text(left), Known::Text(right)) => left == right,
        _ => left.number()? == right.number()?,
    };
    Some(equal == (comparison == Comparison::Equal))
}

/// Why a comparison has nothing to hold for: no nodes on one side, or no number where one is needed.
fn nothing_to_compare(comparison: Comparison, left: &Known<'_>, right: &Known<'_>) -> Option<String> {
    let sides = [left, right];
    // A truth value takes the other side for one too: then no nodes are false, and so is what is no number.
    let may_compare_truths = comparison.is_equality() && sides.iter().any(|side| side.may_be_truth());
    if sides.iter().any(|side| matches!(side, Known::NoNodes)) && !may_compare_truths {
        return Some("one side is an empty node-set".to_owned());
    }
    let needs_numbers = match comparison {
        Comparison::Equal => sides.iter().any(|side| side.is_number()) && !may_compare_truths,
        Comparison::NotEqual => false,
        _ => true,
    };
    if !needs_numbers || !sides.iter().any(|side| side.number().is_some_and(f64::is_nan)) {
        return None;
    }
    Some(match (left, right) {
        (Known::Text(text), _) | (_, Known::Text(text)) => format!("'{text}' is no number"),
        _ => "one side is no number".to_owned(),
    })
}

/// Whole numbers that have a least one, and truth values where numbers are needed.
fn numbers(comparison: Comparison, left: &Known<'_>, right: &Known<'_>) -> Option<(bool, String)> {
    let (span, comparison, fixed) = match (Span::of(left), Span::of(right)) {
        (Some(span), None) => (span, comparison, right.number()?),
        (None, Some(span)) => (span, comparison.turned(), left.number()?),
        _ => return None,
    };
    let holds = match comparison {
        Comparison::Equal | Comparison::NotEqual if span.truth => return None,
        Comparison::Equal if span.excludes(fixed) => false,
        Comparison::NotEqual if span.excludes(fixed) || fixed.is_nan() => true,
        Comparison::Less if span.most < fixed => true,
        Comparison::Less if span.least >= fixed => false,
        Comparison::LessOrEqual if span.most <= fixed => true,
        Comparison::LessOrEqual if span.least > fixed => false,
        Comparison::Greater if span.least > fixed => true,
        Comparison::Greater if span.most <= fixed => false,
        Comparison::GreaterOrEqual if span.least >= fixed => true,
        Comparison::GreaterOrEqual if span.most < fixed => false,
        _ => return None,
    };
    let reason = match span.truth {
        true => "a truth value is 0 or 1 where a number is needed".to_owned(),
        false => format!("it is a whole number from {} on", span.least),
    };
    Some((holds, reason))
}

/// From where to where numbers go.
struct Span {
    least: f64,
    most: f64,
    truth: bool,
}

impl Span {
    fn of(known: &Known<'_>) -> Option<Self> {
        match known {
            Known::WholeFrom(least) => Some(Self { least: *least, most: f64::INFINITY, truth: false }),
            Known::Truth | Known::Kind(Some(Kind::Boolean)) => {
                Some(Self { least: 0.0, most: 1.0, truth: true })
            }
            _ => None,
        }
    }

    /// True for what is no whole number in between.
    fn excludes(&self, number: f64) -> bool {
        number < self.least || number > self.most || number.fract() != 0.0
    }
}
