//! What an `<endpoint>` says.

use std::sync::Arc;
use std::time::Duration;

use super::UriTemplate;
use crate::config::{ResourceKey, Switch};
use crate::diagnostics::Location;
use crate::expression::ValueSource;
use crate::message::SoapVersion;

/// One endpoint, named or anonymous.
#[derive(Clone, Debug)]
pub struct EndpointDefinition {
    /// The name; anonymous endpoints stand inside other artifacts.
    pub name: Option<Arc<str>>,
    /// Which kind, with what belongs to it.
    pub kind: EndpointKind,
    /// The sequence that runs when sending fails (endpoints.md §1.2).
    pub on_error: Option<ResourceKey>,
    /// Set on the message at each send.
    pub properties: Vec<EndpointProperty>,
    /// Where the element starts.
    pub location: Location,
}

/// The kinds of endpoints (endpoints.md §1.1).
#[derive(Clone, Debug)]
pub enum EndpointKind {
    /// `<address uri="…">`.
    Address {
        /// Where to send.
        uri: UriTemplate,
        /// How to send.
        sending: SendingDefinition,
    },
    /// `<default>`: to the message's `To`.
    Default(SendingDefinition),
    /// `<endpoint key="…"/>`: the endpoint with that name.
    Indirect(ResourceKey),
}

/// A property that an endpoint sets on what it sends.
#[derive(Clone, Debug)]
pub struct EndpointProperty {
    /// The name.
    pub name: Arc<str>,
    /// The value.
    pub value: ValueSource,
    /// Which scope it goes to.
    pub target: PropertyTarget,
}

/// The scopes that endpoint properties can be set in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PropertyTarget {
    /// The default scope.
    #[default]
    Default,
    /// The axis2 scope; `axis2-client` is the same to us.
    Axis2,
    /// A header.
    Transport,
}

/// The definition part that address and default endpoints share (endpoints.md §2).
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
    /// Errors after which no other endpoint is tried.
    pub retry_disabled: ErrorCodes,
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
