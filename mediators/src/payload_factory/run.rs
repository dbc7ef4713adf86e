//! Making the new payload.

use std::sync::Arc;

use sinew_core::mediation::{Exchange, Fault, Flow, Mediate};
use sinew_core::message::{JsonPayload, Payload};

use super::argument::Content;
use super::config::Definition;
use super::format::Made;
use crate::parts::{declare_media_type, replace_content, replace_envelope};

/// Puts a new payload in the place of the old one.
pub(super) struct Factory(pub(super) Arc<Definition>);

impl Mediate for Factory {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        let made = self.make(exchange)?;
        let message = &mut exchange.message;
        match made {
            Made::Content(content) => {
                replace_content(message, content)?;
                declare_media_type(message, "application/xml");
            }
            Made::Envelope(envelope, version) => {
                replace_envelope(message, Arc::new(envelope), version);
                declare_media_type(message, "application/xml");
            }
            Made::Json(value) => {
                message.payload = Payload::Json(JsonPayload::new(value));
                declare_media_type(message, "application/json");
            }
            Made::Text(text) => {
                message.payload = Payload::Text(text.into());
                declare_media_type(message, "text/plain");
            }
        }
        Ok(Flow::Continue)
    }
}

impl Factory {
    fn make(&self, exchange: &Exchange) -> Result<Made, Fault> {
        let scope = exchange.scope();
        let arguments: Vec<Content<'_>> =
            self.0.arguments.iter().map(|argument| argument.content(scope)).collect::<Result<_, _>>()?;
        self.0.format.make(&arguments, scope)
    }
}
