//! What is known of a value without a message.

use super::comparisons::verdict;
use super::paths::selects_nothing;
use super::shape::Shape;
use crate::expression::xpath::object::{boolean_text, number_of_text, number_text};
use crate::expression::xpath::program::{Function, Kind, Operation};

/// What is known of a value.
#[derive(Debug)]
pub(super) enum Known<'o> {
    /// It is this text.
    Text(String),
    /// It is this number.
    Number(f64),
    /// It is this truth value.
    Boolean(bool),
    /// It is some truth value.
    Truth,
    /// It is a whole number from this one on.
    WholeFrom(f64),
    /// It is one of these texts.
    Shaped(Shape<'o>),
    /// It is an empty node-set.
    NoNodes,
    /// It is of this kind, and may be anything of it.
    Kind(Option<Kind>),
}

impl<'o> Known<'o> {
    /// What is known of an operation's value.
    pub(super) fn of(operation: &'o Operation) -> Self {
        match operation {
            Operation::Text(text) => Known::Text(text.to_string()),
            Operation::Number(number) => Known::Number(*number),
            Operation::Boolean(flag) => Known::Boolean(*flag),
            Operation::Or(operands) => combined(operands, true),
            Operation::And(operands) => combined(operands, false),
            Operation::Comparisons(first, rest) => {
                let mut left = Known::of(first);
                for (comparison, right) in rest {
                    let outcome = verdict(*comparison, &left, &Known::of(right));
                    left = outcome.map_or(Known::Truth, |(holds, _)| Known::Boolean(holds));
                }
                left
            }
            Operation::Call(function, arguments) => called(*function, arguments),
            Operation::Path(path) if selects_nothing(path) => Known::NoNodes,
            other => Known::Kind(other.kind()),
        }
    }

    /// The truth value, when it is always the same.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Known::Text(text) => Some(!text.is_empty()),
            Known::Number(number) => Some(*number != 0.0 && !number.is_nan()),
            Known::Boolean(flag) => Some(*flag),
            Known::WholeFrom(least) => (*least > 0.0).then_some(true),
            Known::Shaped(Shape::Between(start, end)) => {
                (!start.is_empty() || !end.is_empty()).then_some(true)
            }
            Known::NoNodes => Some(false),
            _ => None,
        }
    }

    /// The number, when it is always the same.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Known::Text(text) => Some(number_of_text(text)),
            Known::Number(number) => Some(*number),
            Known::Boolean(flag) => Some(f64::from(u8::from(*flag))),
            Known::NoNodes => Some(f64::NAN),
            _ => None,
        }
    }

    /// The text, when it is always the same.
    fn text(&self) -> Option<String> {
        match self {
            Known::Text(text) => Some(text.clone()),
            Known::Number(number) => Some(number_text(*number).into_owned()),
            Known::Boolean(flag) => Some(boolean_text(*flag).to_owned()),
            Known::NoNodes => Some(String::new()),
            _ => None,
        }
    }

    /// True for truth values.
    pub(super) fn is_truth(&self) -> bool {
        matches!(self, Known::Boolean(_) | Known::Truth | Known::Kind(Some(Kind::Boolean)))
    }

    /// True for what can be a truth value: a property is what it was set to.
    pub(super) fn may_be_truth(&self) -> bool {
        self.is_truth() || matches!(self, Known::Kind(None))
    }

    /// True for numbers.
    pub(super) fn is_number(&self) -> bool {
        matches!(self, Known::Number(_) | Known::WholeFrom(_) | Known::Kind(Some(Kind::Number)))
    }

    /// True for a value that is the same for every message.
    pub(super) fn is_constant(&self) -> bool {
        matches!(self, Known::Text(_) | Known::Number(_) | Known::Boolean(_))
    }
}

/// The truth value of an operation, when it is the same for every message.
pub(in crate::expression::xpath) fn truth(operation: &Operation) -> Option<bool> {
    Known::of(operation).truth()
}

/// `or` and `and`: one operand that decides, or all that do not.
fn combined<'o>(operands: &'o [Operation], decisive: bool) -> Known<'o> {
    let truths: Vec<Option<bool>> = operands.iter().map(truth).collect();
    if truths.contains(&Some(decisive)) {
        Known::Boolean(decisive)
    } else if truths.iter().all(|truth| *truth == Some(!decisive)) {
        Known::Boolean(!decisive)
    } else {
        Known::Truth
    }
}

fn called(function: Function, arguments: &[Operation]) -> Known<'_> {
    let first = || arguments.first().map(Known::of);
    let found = match function {
        Function::Not => first().and_then(|operand| operand.truth()).map(|flag| Known::Boolean(!flag)),
        Function::Boolean => first().and_then(|operand| operand.truth()).map(Known::Boolean),
        Function::Number => first().and_then(|operand| operand.number()).map(Known::Number),
        Function::String => first().and_then(|operand| operand.text()).map(Known::Text),
        Function::Concat => arguments
            .iter()
            .map(|argument| Known::of(argument).text())
            .collect::<Option<String>>()
            .map(Known::Text),
        Function::Count | Function::StringLength => Some(Known::WholeFrom(0.0)),
        Function::Position | Function::Last => Some(Known::WholeFrom(1.0)),
        Function::Id => Some(Known::NoNodes),
        _ => None,
    };
    let found = found.or_else(|| Shape::of(function, arguments).map(Known::Shaped));
    found.unwrap_or(match function.kind() {
        Some(Kind::Boolean) => Known::Truth,
        kind => Known::Kind(kind),
    })
}
