//! The numbered cases of the specification, as tests with their numbers.

mod configuration;
mod deployment;
mod endpoints;
#[cfg(feature = "script")]
mod script;
mod support;
