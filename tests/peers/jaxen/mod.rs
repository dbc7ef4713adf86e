//! Jaxen as a peer: the library whose dialect of XPath configurations are written in.

mod answer;
mod documents;
mod engine;
mod expressions;
mod process;
mod random;
mod slips;

pub(crate) use documents::document;
pub(crate) use engine::Engine;
pub(crate) use expressions::expression;
pub(crate) use process::Peer;
pub(crate) use random::Random;
