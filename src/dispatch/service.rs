//! Who serves a request: a proxy service, or the main sequence.

use std::borrow::Cow;
use std::sync::Arc;

use http::uri::{PathAndQuery, Scheme};
use sinew_core::message::Received;

use crate::compiler::{Deployed, ProxyService, normalized};
use crate::telemetry::metrics::{ServiceKind, ServiceMetrics};

/// Who serves a request.
#[derive(Clone)]
pub enum Service {
    /// A proxy service.
    Proxy(Arc<ProxyService>),
    /// Everything that no service claims.
    Main,
}

impl Service {
    /// Finds the service by the path, and records in the request which part of the path named it.
    ///
    /// Dot segments are removed first, in the request too: what is matched is what is forwarded.
    pub fn find(deployed: &Deployed, received: &mut Received) -> Self {
        if let Some(path) = normalized(received.path()) {
            replace_path(received, path);
        }
        let Some(route) = deployed.routes.find(received.path()) else {
            return Service::Main;
        };
        let service = Service::Proxy(route.proxy.clone());
        let length = route.length;
        received.set_service_length(length);
        service
    }

    /// The kind, for metrics and logs.
    pub fn kind(&self) -> ServiceKind {
        match self {
            Service::Proxy(_) => ServiceKind::Proxy,
            Service::Main => ServiceKind::Main,
        }
    }

    /// What is counted for the service.
    pub fn metrics<'a>(&'a self, deployed: &'a Deployed) -> &'a Arc<ServiceMetrics> {
        match self {
            Service::Proxy(proxy) => &proxy.metrics,
            Service::Main => &deployed.main_metrics,
        }
    }

    /// The service's name.
    pub fn name(&self) -> &str {
        match self {
            Service::Proxy(proxy) => &proxy.name,
            Service::Main => "main",
        }
    }

    /// Why the service does not take this request: it is stopped, or not there for the listener's scheme
    /// (configuration.md §7.2).
    pub(super) fn refusal(&self, received: &Received) -> Option<Cow<'static, str>> {
        let Service::Proxy(proxy) = self else { return None };
        if !proxy.started {
            return Some(format!("The service {} is inactive", proxy.name).into());
        }
        let offered =
            if received.scheme == Scheme::HTTPS { proxy.transports.https } else { proxy.transports.http };
        (!offered).then(|| "The service cannot be found for the endpoint reference (EPR)".into())
    }
}

fn replace_path(received: &mut Received, path: String) {
    let path_and_query = match received.target.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = received.target.clone().into_parts();
    if let Ok(both) = PathAndQuery::try_from(path_and_query) {
        parts.path_and_query = Some(both);
        if let Ok(target) = http::Uri::from_parts(parts) {
            received.target = target;
        }
    }
}
