//! What an expression is evaluated against.

use std::borrow::Cow;

use super::TemplateParameters;
use crate::message::Message;

/// What an expression reads: one message and what surrounds it.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The message.
    pub message: &'a Message,
    /// Local entries, the time, system properties.
    pub surroundings: &'a dyn Surroundings,
    /// The parameters of the innermost template that is running: scope `func`.
    pub parameters: Option<&'a TemplateParameters>,
}

/// What expressions can read besides the message.
pub trait Surroundings {
    /// The text of a local entry: the fallback of `get-property` (message-and-expressions.md §8.3).
    fn local_entry(&self, key: &str) -> Option<Cow<'_, str>>;
    /// The current time: `SYSTEM_TIME` and `SYSTEM_DATE`.
    fn now(&self) -> jiff::Zoned;
    /// A process-wide setting by name: scope `system`.
    fn system_property(&self, name: &str) -> Option<Cow<'_, str>>;
}
