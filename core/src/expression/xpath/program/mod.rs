//! The compiled form of an expression: names resolved, constants folded, common paths shortened.

mod compiler;
mod functions;
mod needs;
mod operation;
mod paths;
mod variables;

pub(crate) use compiler::UNSUPPORTED_SCOPES;
pub(super) use functions::Function;
pub(crate) use operation::Program;
pub(super) use operation::{Comparison, Kind, Operation, Origin, Path, Predicate, Step, Test, Variable};
