//! Writing heads (RFC 9112 §3, §4, §5).

use ::http::{Method, StatusCode, Uri, Version};

/// Writes the first line of a request; the header lines and an empty line must follow. The target is written as it is: path and
/// query, or an absolute address.
pub(crate) fn write_request_line(out: &mut Vec<u8>, method: &Method, target: &Uri, version: Version) {
    out.extend_from_slice(method.as_str().as_bytes());
    out.push(b' ');
    if let (Some(scheme), Some(authority)) = (target.scheme_str(), target.authority()) {
        out.extend_from_slice(scheme.as_bytes());
        out.extend_from_slice(b"://");
        out.extend_from_slice(authority.as_str().as_bytes());
    }
    out.extend_from_slice(target.path_and_query().map_or("/", |target| target.as_str()).as_bytes());
    out.extend_from_slice(if version == Version::HTTP_10 { b" HTTP/1.0\r\n" } else { b" HTTP/1.1\r\n" });
}

/// Writes the first line of an answer; the header lines and an empty line must follow. No reason phrase is as good as any
/// (RFC 9112 §4).
pub(crate) fn write_status_line(out: &mut Vec<u8>, version: Version, status: StatusCode, reason: &[u8]) {
    out.extend_from_slice(if version == Version::HTTP_10 { b"HTTP/1.0 " } else { b"HTTP/1.1 " });
    out.extend_from_slice(status.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(reason);
    out.extend_from_slice(b"\r\n");
}

/// Writes a header line. Names are written in lower case, as other proxies of these days do: they are the same in any
/// (RFC 9110 §5.1).
pub(crate) fn write_line(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.reserve(name.len() + value.len() + 4);
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}
