//! Endpoints: where messages are sent (endpoints.md).
//!
//! [`definition`] is what an `<endpoint>` says, one type for each kind; `grammar` reads it, one file for each kind.

mod composite;
mod definition;
mod dynamic;
mod leaf;
mod owned;
mod sending;
mod template;
mod uri;
mod uri_template;

mod grammar;

pub use composite::{
    Balanced, FailoverDefinition, LoadBalanceDefinition, MemberAddress, RecipientListDefinition, Recipients,
    SessionDefinition, SessionKind, StaticAlgorithm, Weights,
};
pub use definition::{EndpointDefinition, EndpointKind, EndpointProperty, PropertyTarget};
pub use dynamic::{
    DynamicLoadBalanceDefinition, MembershipHandler, ServiceDynamicLoadBalanceDefinition, ServicesSource,
    TenantAwareDefinition,
};
pub use grammar::parse;
pub use leaf::{HttpDefinition, WsdlDefinition};
pub use owned::OwnedElement;
pub use sending::{
    ErrorCodes, Format, MarkForSuspension, NO_SUCH_CODE, ResponseAction, RetryConfig, SendingDefinition,
    SuspendOnFailure,
};
pub use template::TemplateInstance;
pub use uri::{AddressTemplate, UriPart};
pub use uri_template::{Operator, TemplateError, TemplatePart, UriTemplate, Variable};
