//! Whether a condition holds for a value.

use regex::Regex;
use serde_json::Value;

use super::comparison::compare;
use super::engine::{Evaluated, Evaluation, Operand};
use super::values::weight;
use crate::expression::jsonpath::syntax::Condition;

impl Evaluation<'_> {
    /// True when a condition holds for a value, which is `@` in it.
    pub(super) fn holds(&self, condition: &Condition, item: &Value) -> Evaluated<bool> {
        self.spend(1)?;
        match condition {
            Condition::Either(conditions) => {
                for condition in conditions {
                    if self.holds(condition, item)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Condition::Both(conditions) => {
                for condition in conditions {
                    if !self.holds(condition, item)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Not(condition) => Ok(!self.holds(condition, item)?),
            Condition::Exists(reference) => Ok(match self.reference(reference, item)?.operand() {
                Operand::Missing => false,
                Operand::One(_) => true,
                Operand::List(values) => !values.is_empty(),
            }),
            Condition::Matches(term, pattern) => {
                let side = self.side(term, item)?;
                match side.operand().list() {
                    Some(mut values) => {
                        values.try_fold(false, |any, value| Ok(any || self.matches(pattern, Some(value))?))
                    }
                    None => self.matches(pattern, side.operand().one()),
                }
            }
            Condition::Compares(left, operator, right) => {
                let left = self.side(left, item)?;
                let right = self.side(right, item)?;
                compare(self, left.operand(), *operator, right.operand())
            }
        }
    }

    /// What is no text, number or truth value is matched as the empty text.
    fn matches(&self, pattern: &Regex, value: Option<&Value>) -> Evaluated<bool> {
        let text = match value {
            Some(Value::String(text)) => text,
            Some(Value::Number(number)) => number.as_str(),
            Some(Value::Bool(true)) => "true",
            Some(Value::Bool(false)) => "false",
            _ => "",
        };
        self.spend(value.map_or(0, weight))?;
        Ok(pattern.is_match(text))
    }
}
