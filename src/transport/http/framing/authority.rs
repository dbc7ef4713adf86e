//! What may stand in a `Host` header or in the authority of a target.

use std::net::Ipv6Addr;

/// True for bytes of a host name. RFC 3986 §3.2.2 allows more (sub-delims, percent-encoding); none of it is a
/// name in any resolver, and parsers disagree about it, so it is refused.
const NAME_BYTE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    table
};

/// Accepts `host` and `host:port`, where the host is a name, an IPv4 address or an IPv6 address in brackets.
pub(super) fn check(authority: &[u8]) -> Result<(), &'static str> {
    let (host_is_valid, rest) = match authority.strip_prefix(b"[") {
        Some(inner) => {
            let end = inner.iter().position(|&byte| byte == b']').ok_or("the host has no closing bracket")?;
            let (address, rest) = inner.split_at(end);
            (is_ipv6(address), rest.get(1..).unwrap_or_default())
        }
        None => {
            let end = authority.iter().position(|&byte| byte == b':').unwrap_or(authority.len());
            let (name, rest) = authority.split_at(end);
            (!name.is_empty() && name.iter().all(|&byte| NAME_BYTE[usize::from(byte)]), rest)
        }
    };
    if !host_is_valid {
        return Err("the host is not a name or an address");
    }
    match rest {
        [] => Ok(()),
        [b':', digits @ ..] if is_port(digits) => Ok(()),
        _ => Err("the port of the host is not a number up to 65535"),
    }
}

fn is_ipv6(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok())
}

fn is_port(digits: &[u8]) -> bool {
    let number = || digits.iter().fold(0_u32, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    (1..=5).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && number() <= u32::from(u16::MAX)
}
