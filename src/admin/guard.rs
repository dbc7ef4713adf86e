//! Who may ask, and who may change something.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{AUTHORIZATION, CACHE_CONTROL, HOST, ORIGIN, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};

use super::resources::{HEALTH_PATHS, error};
use crate::settings::Secret;

/// The conditions, by the way a request came.
#[derive(Debug)]
pub(super) enum Guard {
    /// Over the Unix socket: who can open it may do everything.
    Socket,
    /// Over a port.
    Port {
        /// Only names of the loopback interface are accepted as host.
        loopback_only: bool,
        /// What a request must carry.
        token: Option<Secret>,
    },
}

/// What a request may do, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Access {
    /// Learn yes or no, as probes do, which have no token.
    Probe,
    /// Read everything.
    Read,
    /// Change what runs.
    Change,
}

/// The permission to change something, as an argument of what does.
pub(super) struct MayChange;

/// Lets a request pass, or answers it.
pub(super) async fn check(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    let mut response = match guard.access(&request) {
        Ok(access) => {
            request.extensions_mut().insert(access);
            next.run(request).await
        }
        Err(refusal) => *refusal,
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

impl Guard {
    /// What a request may do; the answer for one that may do nothing.
    fn access(&self, request: &Request) -> Result<Access, Box<Response>> {
        let Guard::Port { loopback_only, token } = self else { return Ok(Access::Change) };
        let headers = request.headers();
        let forbidden = |message| Err(Box::new(error(StatusCode::FORBIDDEN, message)));
        if *loopback_only && !is_loopback_host(request.uri(), headers) {
            return forbidden("the host is not of the loopback interface");
        }
        // Besides the token, which no page of others knows: a browser names the origin of the page that asks.
        if !request.method().is_safe() && !is_same_origin(headers) {
            return forbidden("the request comes from a page of another origin");
        }
        match token {
            None => Ok(Access::Read),
            Some(token) if carries(headers, token) => Ok(Access::Change),
            Some(_) if HEALTH_PATHS.contains(&request.uri().path()) => Ok(Access::Probe),
            Some(_) => {
                let mut response = error(StatusCode::UNAUTHORIZED, "a token is needed");
                response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                Err(Box::new(response))
            }
        }
    }
}

impl<S: Sync> FromRequestParts<S> for MayChange {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        match parts.extensions.get() {
            Some(Access::Change) => Ok(Self),
            _ => Err(error(
                StatusCode::FORBIDDEN,
                "changes are made over the admin socket, or with the token of the setting admin.token",
            )),
        }
    }
}

/// Whether exactly one host is given, and everywhere one of the loopback interface.
fn is_loopback_host(uri: &Uri, headers: &HeaderMap) -> bool {
    let host: Option<Authority> = only(headers, HOST).and_then(|host| host.parse().ok());
    let in_target = uri.authority().is_none_or(is_loopback);
    in_target && host.is_some_and(|host| is_loopback(&host))
}

fn is_loopback(authority: &Authority) -> bool {
    let host = authority.host();
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let with_user = authority.as_str().contains('@');
    let is_address = address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    !with_user && (is_address || host.eq_ignore_ascii_case("localhost"))
}

/// Whether no page of another origin made the request (RFC 6454 §7); programs that are no browsers name no origin.
fn is_same_origin(headers: &HeaderMap) -> bool {
    if !headers.contains_key(ORIGIN) {
        return true;
    }
    match (only(headers, ORIGIN), only(headers, HOST)) {
        (Some(origin), Some(host)) => {
            origin.strip_prefix("http://").is_some_and(|origin| origin.eq_ignore_ascii_case(host))
        }
        _ => false,
    }
}

/// The value of a header that is there exactly once.
fn only(headers: &HeaderMap, name: http::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Whether the token is there, once (RFC 6750 §2.1).
fn carries(headers: &HeaderMap, token: &Secret) -> bool {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let Some((scheme, guess)) = value.as_bytes().split_at_checked("Bearer ".len()) else { return false };
    scheme.eq_ignore_ascii_case(b"Bearer ") && token.matches(guess.trim_ascii())
}
