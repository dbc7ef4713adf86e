//! Asking over the network.

use http::header::{HeaderValue, USER_AGENT};
use http::{Request, Uri};
use sinew_core::message::Body;
use tokio::net::TcpStream;

use super::{Failure, HealthCheck, Kind, Probe};
use crate::clusters::Member;
use crate::transport::http::CloseAfter;
use crate::transport::http::client::{HttpClient, Target, Timeouts};
use crate::transport::http::server::Scheme;

/// Asks on a connection of its own, which is closed after the answer. Plain HTTP is preferred where a member serves both.
#[derive(Clone)]
pub struct NetworkProbe {
    client: HttpClient,
}

/// What members see of a check.
const AGENT: HeaderValue = HeaderValue::from_static("Sinew-health-check");

impl NetworkProbe {
    /// Asks by a client, whose TLS settings hold for the checks.
    pub fn new(client: HttpClient) -> Self {
        Self { client }
    }

    async fn get(&self, target: &Target, check: &HealthCheck) -> Result<(), Failure> {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = Uri::from(check.path.clone());
        request.headers_mut().insert(USER_AGENT, AGENT);
        request.extensions_mut().insert(CloseAfter);
        let timeouts = Timeouts { connect: check.timeout, response: check.timeout };
        let status = self.client.send(target, request, timeouts).await?.status();
        if check.statuses.contain(status) { Ok(()) } else { Err(Failure::Status(status)) }
    }
}

impl Probe for NetworkProbe {
    async fn ask(&self, member: &Member, check: &HealthCheck) -> Result<(), Failure> {
        // No client asks for port 0, so this is the usual target and not a mapped one.
        let usual = |scheme| member.target(scheme, 0);
        let Some(target) = usual(Scheme::Http).or_else(|| usual(Scheme::Https)) else {
            return Ok(());
        };
        match check.kind {
            Kind::Http => self.get(target, check).await,
            Kind::Tcp => {
                let host = target.host().trim_start_matches('[').trim_end_matches(']');
                TcpStream::connect((host, target.port())).await?;
                Ok(())
            }
        }
    }
}
