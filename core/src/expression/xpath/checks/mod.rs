//! What an expression says before it meets a message: values that are always the same, comparisons that are never
//! true, paths that lead nowhere.

mod comparisons;
mod known;
mod paths;
mod shape;

pub(super) use comparisons::{comparisons, search};
pub(super) use known::truth;
pub(super) use paths::{leads_nowhere, missing_parentheses, missing_quotes};
