//! Walking a document along a path.

mod comparison;
mod conditions;
mod engine;
mod functions;
mod places;
mod values;
mod walk;

pub(crate) use engine::Evaluation;
pub(crate) use places::{Key, Trail};
pub(crate) use values::{cost, is_within};
