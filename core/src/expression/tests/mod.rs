//! Expressions against messages.

mod cases_of_json;
mod cases_of_mediators;
mod cases_of_messages;
mod dialect;
mod limits;
mod parameters;
mod problems;
mod properties;
mod recommendation;
mod support;
mod suspicions;
