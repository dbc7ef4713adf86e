//! The application log: what `tracing` events say, as JSON or text, one line each, on standard error.
//!
//! A record has `ts` (RFC 3339 in UTC with milliseconds), `level`, `target`, `message`, then the fields of the event
//! and of the spans around it. Values may come from the wire, so control characters are escaped in both formats.

mod layer;
mod record;

#[cfg(test)]
mod tests;

pub use layer::LogLayer;

use std::io::{self, IsTerminal, Write};

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, reload};

use crate::settings::{LogFilter, LogFormat, Logs};

/// Changes what is logged while the process runs.
#[derive(Debug, Clone)]
pub struct LogControl {
    filter: reload::Handle<EnvFilter, Registry>,
}

/// Why the log could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The process has one already.
    #[error("the log is set up already")]
    Installed,
}

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineFormat {
    /// One JSON object a line.
    Json,
    /// Text for people.
    Text,
}

/// Sets up the log of the process, which goes to standard error.
///
/// # Errors
///
/// When it was set up before.
pub fn install(settings: &Logs) -> Result<LogControl, LogError> {
    let format = LineFormat::choose(settings.format, io::stderr().is_terminal());
    let (filter, handle) = reload::Layer::new(settings.level.to_filter());
    let layer = LogLayer::new(format, |line| {
        // There is nowhere left to report that the log cannot be written.
        let _ = io::stderr().lock().write_all(line);
    });
    let subscriber = Registry::default().with(filter).with(layer);
    subscriber.try_init().map_err(|_| LogError::Installed)?;
    Ok(LogControl { filter: handle })
}

impl LogControl {
    /// Changes what is logged from now on.
    pub fn set_level(&self, level: &LogFilter) {
        // The only error is that the subscriber is gone, and it lives as long as the process.
        let _ = self.filter.reload(level.to_filter());
    }
}

impl LineFormat {
    /// `auto` is text on a terminal and JSON elsewhere.
    pub fn choose(format: LogFormat, terminal: bool) -> LineFormat {
        match format {
            LogFormat::Json => Self::Json,
            LogFormat::Text => Self::Text,
            LogFormat::Auto if terminal => Self::Text,
            LogFormat::Auto => Self::Json,
        }
    }
}
