//! Endpoints made of other endpoints, as written (endpoints.md §5, §6).

use std::sync::Arc;
use std::time::Duration;

use super::EndpointDefinition;
use crate::config::balancer::Algorithm;
use crate::diagnostics::Location;
use crate::expression::ValueSource;

/// `<loadbalance>` (endpoints.md §5.1), with the `<session>` beside it if there is one (§6).
#[derive(Clone, Debug)]
pub struct LoadBalanceDefinition {
    /// Among what it chooses, and how.
    pub balanced: Balanced,
    /// Whether another one is tried when one fails.
    pub failover: bool,
    /// `buildMessage`: bodies of any size are kept for another try.
    pub build_message: bool,
    /// What keeps the messages of one session together.
    pub session: Option<SessionDefinition>,
}

/// Among what a `<loadbalance>` chooses.
#[derive(Clone, Debug)]
pub enum Balanced {
    /// Endpoints; at least one.
    Endpoints {
        /// The endpoints in their order.
        children: Vec<EndpointDefinition>,
        /// How one is chosen.
        algorithm: StaticAlgorithm,
    },
    /// Hosts with ports; at least one.
    Members {
        /// The members in their order.
        members: Vec<MemberAddress>,
        /// How one is chosen; round robin when it is not said.
        algorithm: Option<Algorithm>,
    },
}

/// How a `<loadbalance>` chooses among endpoints (endpoints.md §5.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaticAlgorithm {
    /// One after the other.
    RoundRobin,
    /// Each so many times in a row: one weight for each endpoint, none of them 0.
    WeightedRoundRobin(Vec<u32>),
    /// Weights that are corrected by the number of open connections: one for each endpoint.
    WeightedRoundRobinLeastConnections {
        /// The weights.
        weights: Vec<Weights>,
        /// After how many rounds they are corrected; not 0.
        rounds: u32,
    },
}

/// The weight of an endpoint, and how far it may be corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// The weight that was set.
    pub weight: u32,
    /// The least it can become.
    pub minimum: u32,
    /// The most it can become.
    pub maximum: u32,
}

/// `<member>` of a `<loadbalance>` or `<recipientlist>`. It has at least one port.
#[derive(Clone, Debug)]
pub struct MemberAddress {
    /// The host name or address.
    pub host: Arc<str>,
    /// The port for plain HTTP.
    pub http_port: Option<u16>,
    /// The port for HTTP over TLS.
    pub https_port: Option<u16>,
    /// Where the element starts.
    pub location: Location,
}

/// `<session>`: what keeps the messages of one session together (endpoints.md §6).
#[derive(Clone, Debug)]
pub struct SessionDefinition {
    /// By what a session is known.
    pub kind: SessionKind,
    /// How long a session lasts; `None` takes the default of 2 minutes.
    pub timeout: Option<Duration>,
    /// Where the element starts.
    pub location: Location,
}

/// By what sessions are known (endpoints.md §6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// `http`: session cookies.
    Http,
    /// `soap`: the SOAP header `ServiceGroupId` of Axis2.
    Soap,
    /// `simpleClientSession`: the SOAP header `ClientID`.
    SimpleClient,
}

/// `<failover>` (endpoints.md §5.2).
#[derive(Clone, Debug)]
pub struct FailoverDefinition {
    /// The endpoints in the order of preference; at least one.
    pub children: Vec<EndpointDefinition>,
    /// Whether each message starts with the first one again; else the one that worked last is kept.
    pub dynamic: bool,
    /// `buildMessage`: bodies of any size are kept for another try.
    pub build_message: bool,
}

/// `<recipientlist>` (endpoints.md §5.3).
#[derive(Clone, Debug)]
pub struct RecipientListDefinition {
    /// Who gets a copy.
    pub recipients: Recipients,
}

/// Who gets a copy of the message.
#[derive(Clone, Debug)]
pub enum Recipients {
    /// These endpoints; at least one.
    Endpoints(Vec<EndpointDefinition>),
    /// These members; at least one.
    Members(Vec<MemberAddress>),
    /// The addresses in a text, separated by commas.
    Computed {
        /// The text.
        addresses: ValueSource,
        /// Of how many addresses it is remembered whether they can be sent to.
        max_cache: usize,
    },
}
