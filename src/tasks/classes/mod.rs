//! What tasks can do, one file or folder for each class.

mod autoscaler;
mod message_injector;

pub(super) use autoscaler::Autoscaler;
pub(super) use message_injector::MessageInjector;
