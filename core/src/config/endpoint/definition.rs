//! What an `<endpoint>` says.

use std::sync::Arc;

use super::{
    AddressTemplate, DynamicLoadBalanceDefinition, FailoverDefinition, HttpDefinition, LoadBalanceDefinition,
    RecipientListDefinition, SendingDefinition, ServiceDynamicLoadBalanceDefinition, TemplateInstance,
    TenantAwareDefinition, WsdlDefinition,
};
use crate::config::ResourceKey;
use crate::diagnostics::Location;
use crate::expression::{Expression, ValueSource};

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
        uri: AddressTemplate,
        /// How to send.
        sending: SendingDefinition,
    },
    /// `<default>`: to the message's `To`.
    Default(SendingDefinition),
    /// `<wsdl>`: to the address in a WSDL document.
    Wsdl(WsdlDefinition),
    /// `<http>`: to an address made from a URI template.
    Http(Box<HttpDefinition>),
    /// `<endpoint key="…"/>`: the endpoint with that name.
    Indirect(ResourceKey),
    /// `<endpoint key-expression="…"/>`: the endpoint whose name the expression gives for the message.
    Resolving(Expression),
    /// `<endpoint template="…"/>`: made from a template.
    Template(TemplateInstance),
    /// `<loadbalance>`, with or without a `<session>`.
    LoadBalance(LoadBalanceDefinition),
    /// `<failover>`.
    Failover(FailoverDefinition),
    /// `<recipientlist>`.
    RecipientList(RecipientListDefinition),
    /// `<dynamicLoadbalance>`.
    DynamicLoadBalance(DynamicLoadBalanceDefinition),
    /// `<serviceDynamicLoadbalance>`.
    ServiceDynamicLoadBalance(ServiceDynamicLoadBalanceDefinition),
    /// `<class>` with the only class there is.
    TenantAware(TenantAwareDefinition),
}

impl EndpointKind {
    /// The element that makes an endpoint one of this kind, or the attribute for those without an element.
    pub fn word(&self) -> &'static str {
        match self {
            EndpointKind::Address { .. } => "address",
            EndpointKind::Default(_) => "default",
            EndpointKind::Wsdl(_) => "wsdl",
            EndpointKind::Http(_) => "http",
            EndpointKind::Indirect(_) => "key",
            EndpointKind::Resolving(_) => "key-expression",
            EndpointKind::Template(_) => "template",
            EndpointKind::LoadBalance(_) => "loadbalance",
            EndpointKind::Failover(_) => "failover",
            EndpointKind::RecipientList(_) => "recipientlist",
            EndpointKind::DynamicLoadBalance(_) => "dynamicLoadbalance",
            EndpointKind::ServiceDynamicLoadBalance(_) => "serviceDynamicLoadbalance",
            EndpointKind::TenantAware(_) => "class",
        }
    }
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
    /// Where its value was written.
    pub location: Location,
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
