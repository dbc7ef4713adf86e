//! Expressions: what configurations compute from messages. Every expression of every artifact is parsed here.

mod compiled;
mod direct;
mod error;
mod json_eval;
pub mod jsonpath;
mod namespaces;
mod parameters;
mod patterns;
mod property;
mod scope;
mod value;
mod xpath;

#[cfg(test)]
mod tests;

pub use compiled::{Compiled, Expression};
pub use error::{EvaluationError, ExpressionProblem, Language};
pub use namespaces::Namespaces;
pub use parameters::{ParameterSource, ParameterValue, TemplateParameters};
pub use patterns::matches_nothing;
pub use property::{PropertyScope, property_value};
pub use scope::{Scope, Surroundings};
pub use value::ValueSource;
pub use xpath::{Item, Node, NodeSet, Object, Tree};
