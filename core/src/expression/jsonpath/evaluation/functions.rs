//! Functions at the end of a path.

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::engine::{Evaluated, Evaluation, Operand, Side, Values};
use super::values::{BYTES_A_STEP, children, position};
use super::walk::Nodes;
use crate::expression::jsonpath::PathError;
use crate::expression::jsonpath::syntax::{Call, Function, Path};

/// What a function works on.
enum Input<'v> {
    /// One value.
    Value(&'v Value),
    /// Everything that a path beginning with `..` found.
    All(Vec<&'v Value>),
}

impl<'v> Input<'v> {
    /// The elements of an array; `None` for another value.
    fn items(self) -> Option<Vec<&'v Value>> {
        match self {
            Input::Value(value) => Some(value.as_array()?.iter().collect()),
            Input::All(values) => Some(values),
        }
    }

    /// The element with an index.
    fn item(&self, index: i64) -> Option<&'v Value> {
        match self {
            Input::Value(value) => {
                value.as_array().and_then(|items| items.get(position(index, items.len())?))
            }
            Input::All(values) => values.get(position(index, values.len())?).copied(),
        }
    }
}

impl Evaluation<'_> {
    /// What a function makes of the values that the steps of a path found. `start` is where the steps started.
    pub(super) fn call<'v>(
        &self,
        path: &Path,
        call: &Call,
        nodes: &Nodes<'v, ()>,
        start: &'v Value,
    ) -> Evaluated<Values<'v>> {
        let arguments: Vec<_> =
            call.arguments.iter().map(|argument| self.side(argument, start)).collect::<Result<_, _>>()?;
        if call.collects {
            let all = Input::All(nodes.iter().map(|node| node.value).collect());
            return self.proceed(&call.then, self.apply(call.function, all, &arguments)?);
        }
        let definite = path.steps.iter().all(|step| step.is_definite());
        let mut results = Values::new();
        for node in nodes {
            let result = self.apply(call.function, Input::Value(node.value), &arguments)?;
            match self.proceed(&call.then, result) {
                Err(PathError::Missing) if !definite => {}
                other => results.extend(other?),
            }
        }
        Ok(results)
    }

    /// From a result onwards.
    fn proceed<'v>(&self, then: &Path, result: Cow<'v, Value>) -> Evaluated<Values<'v>> {
        match result {
            result if then.is_empty() => Ok(Values::from([result])),
            Cow::Borrowed(value) => self.values(then, value),
            Cow::Owned(value) => {
                let found = self.values(then, &value)?;
                found.iter().map(|value| self.copy(value).map(Cow::Owned)).collect()
            }
        }
    }

    fn apply<'v>(
        &self,
        function: Function,
        input: Input<'v>,
        arguments: &[Side<'_>],
    ) -> Evaluated<Cow<'v, Value>> {
        let item = |index: i64| input.item(index).map(Cow::Borrowed).ok_or(PathError::Missing);
        match function {
            Function::First => return item(0),
            Function::Last => return item(-1),
            Function::Index => {
                let index = arguments.first().and_then(|argument| argument.operand().one()?.as_i64());
                return item(index.ok_or(PathError::Missing)?);
            }
            Function::Append => return self.append(input, arguments),
            _ => {}
        }
        Ok(Cow::Owned(match function {
            Function::Length => match (arguments.first().map(Side::operand), input) {
                (Some(Operand::Missing), _) => return Err(PathError::Missing),
                (Some(Operand::One(value)), _) => Value::from(children(value)),
                (Some(Operand::List(values)), _) => values.iter().map(|v| children(v)).sum::<usize>().into(),
                (None, Input::All(values)) => values.into_iter().map(children).sum::<usize>().into(),
                (None, Input::Value(value)) if value.is_array() || value.is_object() => {
                    children(value).into()
                }
                (None, Input::Value(_)) => Value::Null,
            },
            Function::Keys => match input {
                Input::Value(Value::Object(members)) => {
                    self.spend(members.len())?;
                    members.keys().map(|name| Value::from(name.as_str())).collect()
                }
                _ => Value::Null,
            },
            Function::Concat => Value::String(self.concat(input, arguments)?),
            _ => {
                let numbers = self.numbers(input, arguments)?;
                let result = aggregate(function, &numbers).and_then(Number::from_f64);
                Value::Number(result.ok_or(PathError::Missing)?)
            }
        }))
    }

    /// The numbers among the elements and among the arguments.
    fn numbers(&self, input: Input<'_>, arguments: &[Side<'_>]) -> Evaluated<Vec<f64>> {
        let items = input.items().unwrap_or_default();
        let mut numbers = Vec::new();
        let mut add = |value: &Value| {
            if let Value::Number(number) = value {
                numbers.extend(number.as_str().parse::<f64>());
            }
            self.spend(1)
        };
        items.into_iter().try_for_each(&mut add)?;
        for argument in arguments {
            match (argument.operand().one(), argument.operand().list()) {
                (_, Some(mut values)) => values.try_for_each(&mut add)?,
                (Some(value), None) => add(value)?,
                (None, None) => return Err(PathError::Missing),
            }
        }
        Ok(numbers)
    }

    /// The text or the texts of a list, and the arguments; what is no text, number or truth value is left out.
    fn concat(&self, input: Input<'_>, arguments: &[Side<'_>]) -> Evaluated<String> {
        let mut text = String::new();
        let mut add = |part: &str| {
            text.push_str(part);
            self.spend(1 + part.len() / BYTES_A_STEP)
        };
        match input {
            Input::Value(Value::String(part)) => add(part)?,
            input => {
                let items = input.items().unwrap_or_default();
                self.spend(items.len())?;
                items.into_iter().filter_map(Value::as_str).try_for_each(&mut add)?;
            }
        }
        let mut add_value = |value: &Value| match value {
            Value::String(part) => add(part),
            Value::Number(number) => add(number.as_str()),
            Value::Bool(true) => add("true"),
            Value::Bool(false) => add("false"),
            _ => Ok(()),
        };
        for argument in arguments {
            match (argument.operand().one(), argument.operand().list()) {
                (_, Some(mut values)) => values.try_for_each(&mut add_value)?,
                (Some(value), None) => add_value(value)?,
                (None, None) => return Err(PathError::Missing),
            }
        }
        Ok(text)
    }

    /// A list with the arguments after its elements; another value stays as it is.
    fn append<'v>(&self, input: Input<'v>, arguments: &[Side<'_>]) -> Evaluated<Cow<'v, Value>> {
        if let Input::Value(value) = &input
            && !value.is_array()
        {
            return Ok(Cow::Borrowed(value));
        }
        let items = input.items().unwrap_or_default();
        let mut list = items.into_iter().map(|item| self.copy(item)).collect::<Result<Vec<_>, _>>()?;
        for argument in arguments {
            list.push(match argument.operand() {
                Operand::One(value) => self.copy(value)?,
                Operand::List(values) => {
                    Value::Array(values.iter().map(|value| self.copy(value)).collect::<Result<_, _>>()?)
                }
                Operand::Missing => return Err(PathError::Missing),
            });
        }
        Ok(Cow::Owned(Value::Array(list)))
    }
}

/// `None` for no numbers at all.
fn aggregate(function: Function, numbers: &[f64]) -> Option<f64> {
    let sum = || numbers.iter().sum::<f64>();
    let count = numbers.len() as f64;
    let first = *numbers.first()?;
    Some(match function {
        Function::Minimum => numbers.iter().copied().fold(first, f64::min),
        Function::Maximum => numbers.iter().copied().fold(first, f64::max),
        Function::Average => sum() / count,
        Function::StandardDeviation => {
            // Of the whole population, not of a sample.
            let average = sum() / count;
            (numbers.iter().map(|number| (number - average).powi(2)).sum::<f64>() / count).sqrt()
        }
        _ => sum(),
    })
}
