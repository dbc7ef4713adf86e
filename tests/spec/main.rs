//! The numbered cases of the specification, as tests with their numbers.

mod balancing;
mod composites;
mod configuration;
mod deployment;
mod endpoints;
mod formats;
mod http_endpoints;
mod members;
mod reuse;
mod routing;
#[cfg(feature = "script")]
mod script;
mod sessions;
mod support;
mod suspension;
mod tasks;
mod templates;
