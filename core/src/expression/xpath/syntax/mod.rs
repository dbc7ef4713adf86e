//! XPath text to a syntax tree.

mod lexer;
mod parser;
mod path;
mod tree;

pub(super) use parser::parse;
pub(super) use tree::{
    Axis, Name, NodeTest, Operator, ParsedExpression, ParsedPath, ParsedStep, Phrase, Start,
};
