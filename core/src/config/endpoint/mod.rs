//! Endpoints: where messages are sent (endpoints.md).

mod definition;
mod grammar;
mod uri;

pub use definition::{
    EndpointDefinition, EndpointKind, EndpointProperty, ErrorCodes, Format, MarkForSuspension,
    PropertyTarget, ResponseAction, SendingDefinition, SuspendOnFailure,
};
pub use grammar::parse;
pub use uri::{UriPart, UriTemplate};
