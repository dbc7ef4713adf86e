//! The tenant that a request names (elastic-load-balancer.md §2.3, W11, W14).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Query parameters that name the tenant; the second is a misspelling that clients use.
const PARAMETERS: [&str; 2] = ["tenantDomain", "teantDomain"];

/// The tenant domain in the path of a target: what stands in `/t/<domain>`, at the first segment `t`.
///
/// Segments are decoded, and parameters behind `;` are no part of them. The query is not looked at.
pub(super) fn in_path(target: &str) -> Option<Cow<'_, str>> {
    let path = without_authority(target);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut segments = path.split('/').map(|segment| segment.split(';').next().unwrap_or_default());
    // What stands in front of the first slash is no segment of its own.
    segments.next();
    segments.find(|segment| *segment == "t" || *segment == "%74")?;
    decode(segments.next()?)
}

/// The tenant domain in the query of a target: the first parameter `tenantDomain` or `teantDomain` with a value.
pub(super) fn in_query(target: &str) -> Option<Cow<'_, str>> {
    let (_, query) = target.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    query.split('&').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let name = decode_form(name)?;
        if PARAMETERS.contains(&&*name) { decode_form(value) } else { None }
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

/// Undoes percent encoding; `None` for nothing and for bytes that are no UTF-8, which no tenant is called.
fn decode(text: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(text).decode_utf8().ok().filter(|text| !text.is_empty())
}

/// The same for parts of a query, where a plus sign is a blank.
fn decode_form(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('+') {
        return decode(text);
    }
    decode(&text.replace('+', " ")).map(|text| Cow::Owned(text.into_owned()))
}
