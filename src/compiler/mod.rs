//! Definitions to what runs: the only place that knows every kind of artifact.
//!
//! [`compile`] turns a [`Configuration`] into one immutable [`Deployed`]; what is wrong is reported, never fatal here.

mod balancer;
mod build;
mod defaults;
mod deployed;
mod endpoints;
mod keys;
mod proxy;
mod reach;
mod reuse;
mod routes;
mod sequences;
mod tasks;

pub use build::{CompileSettings, compile};
pub use deployed::Deployed;
pub use proxy::ProxyService;
pub use routes::{Route, Routes, normalized};

#[cfg(doc)]
use sinew_core::config::Configuration;
