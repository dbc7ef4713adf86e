//! What tasks can do, one file or folder for each class.

mod autoscaler;
mod message_injector;

pub use autoscaler::AutoscalerTask;
pub(super) use message_injector::MessageInjector;
