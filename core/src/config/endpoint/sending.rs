//! What the endpoints that send themselves say about how: format, time-outs, suspension, retries (endpoints.md §2).

use std::sync::Arc;
use std::time::Duration;

use crate::config::Switch;
use crate::message::SoapVersion;

/// The definition part that address, default, wsdl and http endpoints share (endpoints.md §2).
#[derive(Clone, Debug, Default)]
pub struct SendingDefinition {
    /// How the message is formatted; `None` leaves it as received.
    pub format: Option<Format>,
    /// The charset that the message is written in; `None` means UTF-8.
    pub encoding: Option<Arc<str>>,
    /// How long to wait for the head of the answer; `None` takes the transport's time-out.
    pub timeout: Option<Duration>,
    /// What happens when that time is over.
    pub response_action: ResponseAction,
    /// Errors that count as time-outs.
    pub mark_for_suspension: MarkForSuspension,
    /// Errors that suspend.
    pub suspend_on_failure: SuspendOnFailure,
    /// After which errors another endpoint is tried.
    pub retry: RetryConfig,
    /// `trace`.
    pub trace: Switch,
    /// `statistics`.
    pub statistics: Switch,
}

/// The message formats of `format="…"` (endpoints.md §2.4). All but `rest` read the payload before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `soap11`, `soap12`: a POST with an envelope of this version, without the suffix.
    Soap(SoapVersion),
    /// `pox`: `application/xml` without an envelope.
    Pox,
    /// `get`: a GET with the children of the payload as query.
    Get,
    /// `rest`: as received, with the suffix appended.
    Rest,
}

/// What happens when no answer came in time (endpoints.md §2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseAction {
    /// Fault handling with 101504.
    #[default]
    Fault,
    /// The answer is dropped and no fault handling runs; the client gets 504.
    Discard,
    /// Nothing: the transport's own time-out counts.
    Never,
}

/// A list of error codes; an empty one stands for the default set of its use.
pub type ErrorCodes = Arc<[u32]>;

/// Stands in an [`ErrorCodes`] for a number that is no error's, such as the `-1` of `<errorCodes>-1</errorCodes>`: the
/// list is not empty, and no error is in it.
pub const NO_SUCH_CODE: u32 = u32::MAX;

/// `markForSuspension`: failures that are forgiven a few times.
#[derive(Clone, Debug, Default)]
pub struct MarkForSuspension {
    /// The codes; empty means 101504 and 101505.
    pub codes: ErrorCodes,
    /// How many failures are forgiven.
    pub retries: u32,
    /// How long to wait before trying again.
    pub delay: Duration,
}

/// `suspendOnFailure`: failures that suspend for growing times.
#[derive(Clone, Debug)]
pub struct SuspendOnFailure {
    /// The codes; empty means every error.
    pub codes: ErrorCodes,
    /// The first suspension; `None` means 30 s.
    pub initial: Option<Duration>,
    /// By what the duration grows each time.
    pub factor: f32,
    /// The longest suspension; `None` means no limit.
    pub maximum: Option<Duration>,
}

impl Default for SuspendOnFailure {
    fn default() -> Self {
        Self { codes: ErrorCodes::default(), initial: None, factor: 1.0, maximum: None }
    }
}

/// `retryConfig`: after which errors another endpoint is tried (endpoints.md §5.4).
#[derive(Clone, Debug, Default)]
pub struct RetryConfig {
    /// Errors after which none is.
    pub disabled: ErrorCodes,
    /// The only errors after which one is; empty means all.
    pub enabled: ErrorCodes,
}

impl RetryConfig {
    /// Whether another endpoint may be tried after an error.
    pub fn allows(&self, code: u32) -> bool {
        !self.disabled.contains(&code) && (self.enabled.is_empty() || self.enabled.contains(&code))
    }
}
