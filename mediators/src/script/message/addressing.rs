//! Who the message is for and about.

use std::sync::Arc;

use sinew_core::message::{Destination, Direction};

use super::Desk;

impl Desk {
    /// The address in a field; `None` when there is none.
    pub(super) fn address(&self, field: &str) -> Result<Option<String>, String> {
        let message = &self.message;
        let addressing = &message.addressing;
        let address = match field {
            "To" => return Ok(message.to().map(|to| to.into_owned())),
            "From" => addressing.from(),
            "ReplyTo" => addressing.reply_to(),
            "FaultTo" => addressing.fault_to(),
            "RelatesTo" => addressing.relates_to(),
            "Action" => message.action(),
            other => return Err(format!("there is no field \"{other}\"")),
        };
        Ok(address.map(str::to_owned))
    }

    /// Sets a field, or removes it without an address.
    pub(super) fn set_address(&mut self, field: &str, address: Option<String>) -> Result<(), String> {
        // Addresses and actions end up in request lines and headers (hardening.md §2 row 5).
        if address.as_ref().is_some_and(|address| address.contains(char::is_control)) {
            return Err("an address contains a control character".to_owned());
        }
        let address: Option<Arc<str>> = address.map(Arc::from);
        let addressing = &mut self.message.addressing;
        match field {
            "To" => addressing.to = address.map_or(Destination::Cleared, Destination::Address),
            // Empty, so that what the client says does not take the place of what was removed.
            "From" => addressing.from = Some(address.unwrap_or_default()),
            "ReplyTo" => addressing.reply_to = Some(address.unwrap_or_default()),
            "FaultTo" => addressing.fault_to = Some(address.unwrap_or_default()),
            "Action" => addressing.action = Some(address.unwrap_or_default()),
            other => return Err(format!("there is no field \"{other}\"")),
        }
        Ok(())
    }

    /// `mc.setResponse(flag)`.
    pub(super) fn set_response(&mut self, response: bool) {
        self.message.direction = if response { Direction::Response } else { Direction::Request };
    }
}
