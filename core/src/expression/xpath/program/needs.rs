//! Whether a program looks at the payload: decided by what it does, not by how it is written
//! (message-and-expressions.md §6.2, repaired).

use super::Function;
use super::operation::{Operation, Origin, Predicate, Variable};
use crate::expression::property::asks_payload;

/// True when the operation looks at the payload. `inside` tells whether the context node is in the payload: in the
/// predicates of `$ctx:order/line[…]` it is in a property.
pub(super) fn payload(operation: &Operation, inside: bool) -> bool {
    let any = |operands: &[Operation]| operands.iter().any(|operand| payload(operand, inside));
    match operation {
        Operation::Text(_) | Operation::Number(_) | Operation::Boolean(_) | Operation::Failing(_) => false,
        Operation::Or(operands) | Operation::And(operands) | Operation::Union(operands) => any(operands),
        Operation::Comparisons(first, rest) => {
            payload(first, inside) || rest.iter().any(|(_, operand)| payload(operand, inside))
        }
        Operation::Arithmetic(first, rest) => {
            payload(first, inside) || rest.iter().any(|(_, operand)| payload(operand, inside))
        }
        Operation::Negative(operand) => payload(operand, inside),
        // A parameter that is deferred until it is read has its payload read before the template is entered.
        Operation::Variable(variable) => {
            matches!(variable, Variable::Envelope | Variable::Header | Variable::Body)
        }
        Operation::Call(function, arguments) => any(arguments) || call(*function, arguments, inside),
        Operation::Path(path) => {
            let below = match &path.origin {
                Origin::Context | Origin::Root if inside => return true,
                Origin::Context | Origin::Root => &[][..],
                Origin::Filter(primary, predicates) => {
                    if payload(primary, inside) {
                        return true;
                    }
                    predicates
                }
            };
            let mut predicates = below.iter().chain(path.steps.iter().flat_map(|step| &step.predicates));
            predicates.any(|predicate| match predicate {
                Predicate::Position(_) => false,
                Predicate::Test(operation) => payload(operation, false),
            })
        }
    }
}

/// What a function looks at besides its arguments.
fn call(function: Function, arguments: &[Operation], inside: bool) -> bool {
    match function {
        Function::LocalName
        | Function::NamespaceUri
        | Function::Name
        | Function::String
        | Function::StringLength
        | Function::NormalizeSpace
        | Function::Number => arguments.is_empty() && inside,
        Function::Lang | Function::Id => inside,
        // Nobody knows what the text will ask for.
        Function::Evaluate => true,
        Function::GetProperty => may_ask_payload(arguments),
        _ => false,
    }
}

/// Some reserved names ask the payload. A name that is only known later may be one of them.
fn may_ask_payload(arguments: &[Operation]) -> bool {
    let name = match arguments {
        [name] => name,
        [Operation::Text(scope), name] | [Operation::Text(scope), name, _] if &**scope == "default" => name,
        [Operation::Text(_), ..] => return false,
        [_, name] | [_, name, _] => name,
        _ => return false,
    };
    match name {
        Operation::Text(name) => asks_payload(name),
        _ => true,
    }
}
