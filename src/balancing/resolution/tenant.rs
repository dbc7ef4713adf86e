//! The tenant that a request names (elastic-load-balancer.md §2.3, W11, W14).
//!
//! Nearly all requests name none and are looked at nevertheless: as bytes, since everything that divides a target is ASCII.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// Query parameters that name the tenant; the second is a misspelling that clients use.
const PARAMETERS: [&str; 2] = ["tenantDomain", "teantDomain"];

/// The shortest of them.
const SHORTEST: usize = PARAMETERS[1].len();

/// The tenant domain in the path of a target: what stands in `/t/<domain>`, at the first segment `t`.
///
/// Segments are decoded, and parameters behind `;` are no part of them. The query is not looked at.
pub(super) fn in_path(target: &str) -> Option<Cow<'_, str>> {
    let path = until(until(without_authority(target).as_bytes(), b'?'), b'#');
    let mut segments = path.split(|&byte| byte == b'/');
    // What stands in front of the first slash is no segment of its own.
    segments.next();
    segments.find(|segment| {
        // The first letter spares most of them the rest.
        matches!(segment.first(), Some(b't' | b'%')) && matches!(until(segment, b';'), b"t" | b"%74")
    })?;
    decode(until(segments.next()?, b';'))
}

/// The tenant domain in the query of a target: the first parameter `tenantDomain` or `teantDomain` with a value.
pub(super) fn in_query(target: &str) -> Option<Cow<'_, str>> {
    let target = target.as_bytes();
    let query = target.get(until(target, b'?').len() + 1..)?;
    until(query, b'#').split(|&byte| byte == b'&').find_map(|parameter| {
        let name = until(parameter, b'=');
        let value = parameter.get(name.len() + 1..)?;
        // Encoding makes no name shorter.
        if name.len() < SHORTEST || !PARAMETERS.contains(&&*decode_form(name)?) {
            return None;
        }
        decode_form(value)
    })
}

/// The tenant domain that a target names: in its path, else in its query. `target` is path and query, or an absolute
/// address.
pub fn tenant_domain(target: &str) -> Option<Cow<'_, str>> {
    in_path(target).or_else(|| in_query(target))
}

/// The target from its path on.
fn without_authority(target: &str) -> &str {
    if target.starts_with('/') {
        return target;
    }
    let before_query = target.split(['?', '#']).next().unwrap_or_default();
    match before_query.split_once("://") {
        Some((scheme, _)) => {
            let authority = target.get(scheme.len() + "://".len()..).unwrap_or_default();
            authority.find('/').and_then(|at| authority.get(at..)).unwrap_or_default()
        }
        None => target,
    }
}

/// What stands before the first of these bytes; everything when there is none.
fn until(bytes: &[u8], end: u8) -> &[u8] {
    memchr::memchr(end, bytes).and_then(|at| bytes.get(..at)).unwrap_or(bytes)
}

/// Undoes percent encoding; `None` for nothing and for bytes that are no UTF-8, which no tenant is called.
fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    percent_decode(bytes).decode_utf8().ok().filter(|text| !text.is_empty())
}

/// The same for parts of a query, where a plus sign is a blank.
fn decode_form(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if !bytes.contains(&b'+') {
        return decode(bytes);
    }
    let spaced: Vec<u8> = bytes.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    decode(&spaced).map(|text| Cow::Owned(text.into_owned()))
}
