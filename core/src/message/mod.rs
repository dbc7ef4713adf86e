//! What travels: messages, their payloads and properties.

mod body;

pub use body::{Body, BodyError};
