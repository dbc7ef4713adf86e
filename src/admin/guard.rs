//! Who may ask.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{AUTHORIZATION, CACHE_CONTROL, HOST, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};

use super::resources::{HEALTH_PATHS, error};
use crate::settings::Secret;

/// The conditions.
#[derive(Debug)]
pub(super) struct Guard {
    /// Only names of the loopback interface are accepted as host.
    pub(super) loopback_only: bool,
    /// What a request must carry.
    pub(super) token: Option<Secret>,
}

/// Whether the answer may hold details: probes may ask without the token, but then learn only yes or no.
#[derive(Debug, Clone, Copy)]
pub(super) struct Details(pub(super) bool);

/// Lets a request pass, or answers it.
pub(super) async fn check(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    let mut response = if guard.loopback_only && !is_loopback_host(request.uri(), request.headers()) {
        error(StatusCode::FORBIDDEN, "the host is not of the loopback interface")
    } else {
        let authorized = guard.token.as_ref().is_none_or(|token| carries(request.headers(), token));
        if authorized || HEALTH_PATHS.contains(&request.uri().path()) {
            request.extensions_mut().insert(Details(authorized));
            next.run(request).await
        } else {
            let mut response = error(StatusCode::UNAUTHORIZED, "a token is needed");
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Whether exactly one host is given, and everywhere one of the loopback interface.
fn is_loopback_host(uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let host: Option<Authority> = host.to_str().ok().and_then(|host| host.parse().ok());
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

/// Whether the token is there, once (RFC 6750 §2.1).
fn carries(headers: &HeaderMap, token: &Secret) -> bool {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let Some((scheme, guess)) = value.as_bytes().split_at_checked("Bearer ".len()) else { return false };
    scheme.eq_ignore_ascii_case(b"Bearer ") && token.matches(guess.trim_ascii())
}
