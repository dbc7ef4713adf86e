//! How calls are signed.

use std::fmt::Write;

use aws_lc_rs::hmac;

/// The signature of a call: `v1=` and the HMAC with SHA-256 (RFC 2104), in hexadecimal digits, over the time as it is in its
/// header, the path, and the body, with a line feed after each of the first two. So nobody can change the operation, and
/// what is repeated later is old.
pub(super) fn sign(key: &hmac::Key, timestamp: &str, path: &str, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(key);
    for part in [timestamp.as_bytes(), b"\n", path.as_bytes(), b"\n", body] {
        context.update(part);
    }
    let mut text = "v1=".to_owned();
    for byte in context.sign().as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What another implementation computes, as docs/providers.md shows it.
    #[test]
    fn the_example_of_the_documentation() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"correct horse battery staple");
        let signature = sign(&key, "1767225600", "/v1/list", br#"{"owner":"balancers"}"#);
        assert_eq!(signature, "v1=315157149c0613fbebddf676b6fbab24232bff47feaa51204c0cdfcd1b02a2f1");
    }
}
