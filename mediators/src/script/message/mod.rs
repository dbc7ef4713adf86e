//! What scripts can do with the message: the functions behind `mc`.

mod addressing;
mod datum;
mod natives;
mod payload;
mod properties;

pub(super) use natives::install;

use std::sync::{Arc, Mutex, PoisonError};

use rquickjs::{Ctx, Exception};
use sinew_core::mediation::Environment;
use sinew_core::message::Message;

use super::program::Program;
use super::xml::Values;

/// What a script works on while it runs.
pub(super) struct Desk {
    pub(super) message: Message,
    pub(super) environment: Arc<dyn Environment>,
    pub(super) program: Arc<Program>,
    pub(super) values: Values,
    /// Which mediator the script belongs to, for the log.
    pub(super) artifact: Arc<str>,
    /// What the script wrote to the mediation log: level and text.
    pub(super) logged: Vec<(String, String)>,
    /// What the script threw: message and stack.
    pub(super) failure: Option<(String, String)>,
}

impl Desk {
    fn log(&mut self, level: &str, text: String) {
        let artifact = &*self.artifact;
        match level {
            "TRACE" => tracing::trace!(target: "mediation", artifact, "{text}"),
            "DEBUG" => tracing::debug!(target: "mediation", artifact, "{text}"),
            "INFO" => tracing::info!(target: "mediation", artifact, "{text}"),
            "WARN" => tracing::warn!(target: "mediation", artifact, "{text}"),
            _ => tracing::error!(target: "mediation", artifact, "{text}"),
        }
        self.logged.push((level.to_owned(), text));
    }
}

/// The place where the functions of an engine find the desk while a script runs.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Option<Desk>>>);

impl Shared {
    /// A script starts on this desk.
    pub(super) fn lend(&self, desk: Desk) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(desk);
    }

    /// The script has ended.
    pub(super) fn take_back(&self) -> Desk {
        let desk = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        desk.expect("what was lent for a run stays until the run is over")
    }

    /// Does something with the desk; what goes wrong is thrown.
    fn ask<T>(
        &self,
        ctx: &Ctx<'_>,
        action: impl FnOnce(&mut Desk) -> Result<T, String>,
    ) -> rquickjs::Result<T> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let result = match slot.as_mut() {
            Some(desk) => action(desk),
            None => Err("there is no message here".to_owned()),
        };
        result.map_err(|message| Exception::throw_type(ctx, &message))
    }
}
