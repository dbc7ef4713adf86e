//! Problems found in configuration: where, what, how bad, and what to do about it.
//!
//! Whoever finds a problem makes a [`Diagnostic`] with a [`Code`] from [`codes`] and pushes it to a
//! [`Diagnostics`] collector, so that one run reports every problem. [`render`] prints it for people,
//! `serde` for machines.

pub mod codes;
mod collector;
mod diagnostic;
mod nearest;
mod render;
mod source;
#[cfg(test)]
mod tests;

pub use codes::Code;
pub use collector::Diagnostics;
pub use diagnostic::{Diagnostic, Severity};
pub use nearest::nearest;
pub use render::{render, render_short};
pub use source::{Location, Position, SourceFile, Span};
