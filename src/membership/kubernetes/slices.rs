//! What an EndpointSlice says of the endpoints of a service.
//!
//! The API server is believed, and what it passes on is not: whoever may write EndpointSlices can write anything into them.

use std::net::IpAddr;
use std::sync::Arc;

use k8s_openapi::api::discovery::v1 as discovery;

use crate::membership::values::check_host;
use crate::settings::{KubernetesService, ServicePort, ZoneName};

/// The endpoints of one slice that can be members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Slice(pub(super) Vec<Endpoint>);

/// One endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) address: IpAddr,
    /// It has this or the next.
    pub(super) http_port: Option<u16>,
    pub(super) https_port: Option<u16>,
    pub(super) standing: Standing,
    pub(super) zone: Option<Arc<str>>,
    /// Where it runs.
    pub(super) node: Option<Arc<str>>,
    pub(super) target: Option<Target>,
}

/// How far an endpoint is, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// It ends, and finishes what it has.
    Terminating,
    /// It is there and gets nothing now.
    Unready,
    /// It gets requests.
    Ready,
}

/// What is behind an endpoint: mostly a pod.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub(super) name: Arc<str>,
    /// Tells it from another one of the same name, or at the same address.
    pub(super) uid: Option<Arc<str>>,
}

/// The longest name that is kept, in bytes: that of an object of Kubernetes.
const LONGEST_NAME: usize = 253;

impl Slice {
    /// Reads a slice. What cannot be a member is left out, and `refused` is told why.
    pub(super) fn read(
        slice: &discovery::EndpointSlice,
        service: &KubernetesService,
        mut refused: impl FnMut(&'static str),
    ) -> Self {
        let port = |wanted: &Option<ServicePort>| wanted.as_ref().and_then(|wanted| number(slice, wanted));
        let (http_port, https_port) = (port(&service.http_port), port(&service.https_port));
        let endpoints = slice.endpoints.as_deref().unwrap_or_default();
        if http_port.is_none() && https_port.is_none() {
            // A service whose pods are not there yet may have slices without anything.
            if !endpoints.is_empty() {
                refused("port");
            }
            return Self::default();
        }
        let read = endpoints.iter().filter_map(|endpoint| {
            let address = address(&slice.address_type, endpoint).map_err(&mut refused).ok()?;
            Some(Endpoint {
                address,
                http_port,
                https_port,
                standing: Standing::of(endpoint.conditions.as_ref()),
                zone: endpoint.zone.as_deref().and_then(zone),
                node: endpoint.node_name.as_deref().and_then(name),
                target: target(endpoint),
            })
        });
        Self(read.collect())
    }
}

impl Standing {
    /// What the conditions mean. One that is not said is taken for true (`ready`) or false (`terminating`), as the API has it;
    /// `serving` tells only how one that ends does, which gets no new clients anyhow.
    fn of(conditions: Option<&discovery::EndpointConditions>) -> Self {
        let Some(conditions) = conditions else { return Self::Ready };
        match (conditions.ready, conditions.terminating) {
            // Services that publish addresses that are not ready say so of those that end as well.
            (None | Some(true), _) => Self::Ready,
            (Some(false), Some(true)) => Self::Terminating,
            (Some(false), None | Some(false)) => Self::Unready,
        }
    }
}

/// The number of a port: of those for TCP that the slice names, or as it was given.
fn number(slice: &discovery::EndpointSlice, wanted: &ServicePort) -> Option<u16> {
    let wanted = match wanted {
        ServicePort::Number(number) => return Some(*number),
        ServicePort::Name(name) => name.as_str(),
    };
    let mut ports = slice.ports.as_deref().unwrap_or_default().iter();
    let port = ports.find(|port| {
        port.name.as_deref() == Some(wanted) && port.protocol.as_deref().unwrap_or("TCP") == "TCP"
    })?;
    u16::try_from(port.port?).ok().filter(|number| *number > 0)
}

/// The address of an endpoint. Only the first has a meaning, and names have none (API of `discovery.k8s.io/v1`).
fn address(address_type: &str, endpoint: &discovery::Endpoint) -> Result<IpAddr, &'static str> {
    let is_of_type = match address_type {
        "IPv4" => IpAddr::is_ipv4,
        "IPv6" => IpAddr::is_ipv6,
        _ => return Err("address_type"),
    };
    let address: IpAddr = endpoint.addresses.first().and_then(|text| text.parse().ok()).ok_or("address")?;
    match is_of_type(&address) && check_host(&address.to_string()).is_ok() {
        true => Ok(address),
        false => Err("address"),
    }
}

fn target(endpoint: &discovery::Endpoint) -> Option<Target> {
    let reference = endpoint.target_ref.as_ref()?;
    Some(Target { name: name(reference.name.as_deref()?)?, uid: reference.uid.as_deref().and_then(name) })
}

fn name(text: &str) -> Option<Arc<str>> {
    ((1..=LONGEST_NAME).contains(&text.len()) && !text.chars().any(char::is_control)).then(|| text.into())
}

fn zone(text: &str) -> Option<Arc<str>> {
    text.parse::<ZoneName>().ok().map(|zone| zone.as_str().into())
}
