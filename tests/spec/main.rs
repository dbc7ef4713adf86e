//! The numbered cases of the specification, as tests with their numbers.

mod configuration;
mod deployment;
mod endpoints;
mod formats;
mod routing;
#[cfg(feature = "script")]
mod script;
mod support;
mod templates;
