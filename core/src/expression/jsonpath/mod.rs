//! JSONPath in the dialect of Jayway's JsonPath 2.10: `json-eval()` (message-and-expressions.md §10, mediators.md §2.3).
//!
//! A path that names one place is *definite* and yields the value there; every other path yields a list. The parts, in
//! the order a path meets them: `syntax` reads text, `evaluation` walks a document, `text` and `edit` are what is done
//! with what was found.
//!
//! Where Jayway's documentation and its behaviour differ, the behaviour is kept: `==` holds between a number and the
//! text of that number (`===` does not), a filter on an object tests the object itself, and
//! `$..price.max()` is one maximum over all prices. Three things work here that do not there: `[a:b:c]` has a step,
//! `[(@.length-1)]` is the last element, and a negative end of a slice counts from the end also after a start.

mod edit;
mod evaluation;
mod path;
mod problem;
mod syntax;
#[cfg(test)]
mod tests;
mod text;

pub use path::{Found, JsonPath, Limits};
pub use problem::{PathError, Problem};
