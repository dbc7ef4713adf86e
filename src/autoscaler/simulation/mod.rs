//! Traces of traffic replayed against the real [`super::tick()`] on simulated time, so that limits can be calibrated before
//! they cost anything.

mod trace;

mod options;
mod replay;
mod run;

mod plot;
mod scale;
mod svg;

#[cfg(test)]
mod tests;

pub use options::{Impossible, Options};
pub use plot::plot;
pub use replay::replay;
pub use run::{Point, Run, Summary, TickRecord};
pub use trace::{Column, Traffic, traces};
