//! The cases of mediators.md §12.1 about lists and sequences as a whole, and those that need the expression engine.

mod expressions;
mod framework;
mod json;
mod suspicions;
