//! Tests of rewriting: the numbered cases of elastic-load-balancer.md §9.4, and properties.

mod cookies;
mod forwarded;
mod locations;
mod logic;

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use super::*;

/// Headers of these lines.
fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a header value"));
    }
    headers
}

/// All lines of a header as text.
fn lines<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    headers.get_all(name).iter().map(|value| value.to_str().expect("text")).collect()
}
