//! The text of a path to what it says.

mod bracket;
mod call;
mod condition;
mod lexer;
mod literal;
mod parser;
mod tree;

pub(crate) use parser::{Program, parse};
pub(crate) use tree::{
    Call, Condition, End, Function, Operator, Origin, Path, Reference, Select, Slice, Step, Term,
};
