//! The operators of filters.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::engine::{Evaluated, Evaluation, Operand};
use super::values::weight;
use crate::expression::jsonpath::syntax::Operator;

impl Operand<'_> {
    /// The value; `None` when there is none, or a list of several.
    pub(super) fn one(&self) -> Option<&Value> {
        match self {
            Operand::One(value) => Some(value),
            Operand::Missing | Operand::List(_) => None,
        }
    }

    /// The elements of an array, or what an indefinite path found.
    pub(super) fn list(&self) -> Option<impl Iterator<Item = &Value> + Clone> {
        let (items, values): (&[Value], &[_]) = match self {
            Operand::List(values) => (&[], values),
            Operand::One(value) => (value.as_array()?, &[]),
            Operand::Missing => return None,
        };
        Some(items.iter().chain(values.iter().map(AsRef::as_ref)))
    }
}

/// Whether an operator holds between two sides. What is missing equals nothing and is not less or greater than
/// anything; operators that want lists do not hold for what is none.
pub(super) fn compare(
    evaluation: &Evaluation<'_>,
    left: &Operand<'_>,
    operator: Operator,
    right: &Operand<'_>,
) -> Evaluated<bool> {
    let in_list = || -> Evaluated<Option<bool>> {
        match (left, right.list()) {
            (_, None) => Ok(None),
            (Operand::One(value), Some(mut values)) => contains(evaluation, &mut values, value).map(Some),
            _ => Ok(Some(false)),
        }
    };
    let ordering = || match (left.one(), right.one()) {
        (Some(left), Some(right)) => order(evaluation, left, right),
        _ => Ok(None),
    };
    Ok(match operator {
        Operator::Equal => equals(evaluation, left, right)?,
        Operator::NotEqual => !equals(evaluation, left, right)?,
        Operator::Identical => are_alike(left, right) && equals(evaluation, left, right)?,
        Operator::NotIdentical => !(are_alike(left, right) && equals(evaluation, left, right)?),
        Operator::Less => ordering()? == Some(Ordering::Less),
        Operator::LessOrEqual => ordering()?.is_some_and(Ordering::is_le),
        Operator::Greater => ordering()? == Some(Ordering::Greater),
        Operator::GreaterOrEqual => ordering()?.is_some_and(Ordering::is_ge),
        Operator::In => in_list()? == Some(true),
        Operator::NotIn => in_list()? == Some(false),
        Operator::SubsetOf => all_in(evaluation, left, right)?,
        Operator::All => all_in(evaluation, right, left)?,
        Operator::AnyOf => any_in(evaluation, left, right)? == Some(true),
        Operator::NoneOf => any_in(evaluation, left, right)? == Some(false),
        Operator::Contains => match (left.one(), right.one()) {
            (Some(text @ Value::String(whole)), Some(Value::String(part))) => {
                evaluation.spend(weight(text))?;
                whole.contains(part.as_str())
            }
            (_, Some(value)) => match left.list() {
                Some(mut values) => contains(evaluation, &mut values, value)?,
                None => false,
            },
            _ => false,
        },
        Operator::Size => match right.one() {
            Some(Value::Number(number)) => length(left).is_some_and(|length| number.as_u64() == Some(length)),
            _ => false,
        },
        Operator::Empty => match (is_empty(left), right.one()) {
            (Some(empty), Some(Value::Bool(wanted))) => empty == *wanted,
            _ => false,
        },
    })
}

fn equals(evaluation: &Evaluation<'_>, left: &Operand<'_>, right: &Operand<'_>) -> Evaluated<bool> {
    if let (Some(left), Some(right)) = (left.one(), right.one()) {
        return loosely_equal(evaluation, left, right);
    }
    let (Some(left), Some(right)) = (left.list(), right.list()) else { return Ok(false) };
    let mut right = right;
    for left in left {
        match right.next() {
            Some(right) if same(evaluation, left, right)? => {}
            _ => return Ok(false),
        }
    }
    Ok(right.next().is_none())
}

/// True when both sides are of one type, so that `===` may hold.
fn are_alike(left: &Operand<'_>, right: &Operand<'_>) -> bool {
    match (left.one(), right.one()) {
        (Some(left), Some(right)) => std::mem::discriminant(left) == std::mem::discriminant(right),
        _ => true,
    }
}

/// `==`: a number also equals a text that is this number.
fn loosely_equal(evaluation: &Evaluation<'_>, left: &Value, right: &Value) -> Evaluated<bool> {
    match (left, right) {
        (Value::Number(number), Value::String(text)) => {
            evaluation.spend(1 + weight(left) + weight(right))?;
            Ok(compare_decimals(number.as_str(), text) == Some(Ordering::Equal))
        }
        (Value::String(text), Value::Number(number)) => Ok(text == number.as_str()),
        _ => same(evaluation, left, right),
    }
}

/// Equality of values: numbers by what they are worth, objects in any order.
fn same(evaluation: &Evaluation<'_>, left: &Value, right: &Value) -> Evaluated<bool> {
    same_at(evaluation, left, right, 0)
}

fn same_at(evaluation: &Evaluation<'_>, left: &Value, right: &Value, depth: usize) -> Evaluated<bool> {
    evaluation.spend(1 + weight(left))?;
    evaluation.check_depth(depth)?;
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            Ok(compare_numbers(left, right) == Some(Ordering::Equal))
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (left, right) in left.iter().zip(right) {
                if !same_at(evaluation, left, right, depth + 1)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Object(left), Value::Object(right)) if left.len() == right.len() => {
            for (name, left) in left {
                match right.get(name) {
                    Some(right) if same_at(evaluation, left, right, depth + 1)? => {}
                    _ => return Ok(false),
                }
            }
            Ok(true)
        }
        (Value::String(left), Value::String(right)) => Ok(left == right),
        (Value::Bool(left), Value::Bool(right)) => Ok(left == right),
        (Value::Null, Value::Null) => Ok(true),
        _ => Ok(false),
    }
}

/// Which of two numbers or two texts comes first.
fn order(evaluation: &Evaluation<'_>, left: &Value, right: &Value) -> Evaluated<Option<Ordering>> {
    evaluation.spend(weight(left).min(weight(right)))?;
    Ok(match (left, right) {
        (Value::Number(left), Value::Number(right)) => compare_numbers(left, right),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    })
}

fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    compare_decimals(left.as_str(), right.as_str())
}

/// Whole numbers are compared exactly, others as 64-bit floating point numbers; `None` when one is no number.
fn compare_decimals(left: &str, right: &str) -> Option<Ordering> {
    if let (Ok(left), Ok(right)) = (left.parse::<i128>(), right.parse::<i128>()) {
        return Some(left.cmp(&right));
    }
    float(left)?.partial_cmp(&float(right)?)
}

fn float(text: &str) -> Option<f64> {
    // Rust would also read "inf" and "nan".
    if text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) {
        text.parse().ok()
    } else {
        None
    }
}

fn contains<'v>(
    evaluation: &Evaluation<'_>,
    values: &mut impl Iterator<Item = &'v Value>,
    wanted: &Value,
) -> Evaluated<bool> {
    for value in values {
        if loosely_equal(evaluation, wanted, value)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn all_in(evaluation: &Evaluation<'_>, some: &Operand<'_>, list: &Operand<'_>) -> Evaluated<bool> {
    let (Some(some), Some(list)) = (some.list(), list.list()) else { return Ok(false) };
    for value in some {
        if !contains(evaluation, &mut list.clone(), value)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `None` when one of them is no list.
fn any_in(evaluation: &Evaluation<'_>, some: &Operand<'_>, list: &Operand<'_>) -> Evaluated<Option<bool>> {
    let (Some(some), Some(list)) = (some.list(), list.list()) else { return Ok(None) };
    for value in some {
        if contains(evaluation, &mut list.clone(), value)? {
            return Ok(Some(true));
        }
    }
    Ok(Some(false))
}

/// The elements of a list, or the UTF-16 units of a text as Java counts them.
fn length(operand: &Operand<'_>) -> Option<u64> {
    let length = match operand.one() {
        Some(Value::String(text)) => text.encode_utf16().count(),
        _ => operand.list()?.count(),
    };
    u64::try_from(length).ok()
}

/// Whether a text, list or object is empty; `None` for everything else.
fn is_empty(operand: &Operand<'_>) -> Option<bool> {
    match operand.one() {
        Some(Value::String(text)) => Some(text.is_empty()),
        Some(Value::Object(members)) => Some(members.is_empty()),
        _ => Some(operand.list()?.next().is_none()),
    }
}
