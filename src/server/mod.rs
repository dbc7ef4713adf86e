//! The process: everything put together, started in order, and ended without losing a request.

mod background;
mod endpoints;
mod front;
mod group;
mod ledger;
mod membership;
mod report;
mod run;
mod settings;
mod start;
mod tasks;
mod topology;

pub use run::{Control, Ended, run};
pub use start::{Running, StartError, start};
