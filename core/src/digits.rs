//! Numbers and addresses as text, for what is written once a request.
//!
//! `write!` works out for each number how it is to be signed, padded and aligned, which takes longer than its digits: an
//! IPv4 address costs as much as a look-up of its member. What is asked for rarely goes on using `write!`.

use std::fmt::Write;
use std::net::IpAddr;

/// Appends a number.
pub fn push_number(out: &mut String, number: u64) {
    push_padded(out, number, 1);
}

/// Appends a number with zeros in front, so that it has at least `width` digits.
pub fn push_padded(out: &mut String, number: u64, width: u8) {
    if number >= 10 || width > 1 {
        push_padded(out, number / 10, width.saturating_sub(1));
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

/// Appends an address: `192.0.2.1`, or an IPv6 address in the form of RFC 5952.
pub fn push_address(out: &mut String, address: IpAddr) {
    match address {
        IpAddr::V4(address) => {
            let [first, others @ ..] = address.octets();
            push_number(out, first.into());
            for octet in others {
                out.push('.');
                push_number(out, octet.into());
            }
        }
        // Writing to a string cannot fail.
        IpAddr::V6(address) => drop(write!(out, "{address}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = "before ".to_owned();
        write(&mut out);
        out.split_off("before ".len())
    }

    #[test]
    fn numbers_are_written_as_display_writes_them() {
        for number in [0, 1, 9, 10, 99, 100, 65_535, 1_000_000_007, u64::MAX - 1, u64::MAX] {
            assert_eq!(written(|out| push_number(out, number)), number.to_string());
        }
    }

    #[test]
    fn zeros_go_in_front_and_nothing_is_cut_off() {
        for (number, width, expected) in
            [(0, 0, "0"), (0, 3, "000"), (7, 2, "07"), (1234, 3, "1234"), (5, 20, "00000000000000000005")]
        {
            assert_eq!(written(|out| push_padded(out, number, width)), expected, "{number} {width}");
        }
    }

    #[test]
    fn addresses_are_written_as_display_writes_them() {
        for text in
            ["0.0.0.0", "127.0.0.1", "255.255.255.255", "10.20.30.4", "::", "2001:db8::1", "::ffff:1.2.3.4"]
        {
            let address: IpAddr = text.parse().expect("an address");
            assert_eq!(written(|out| push_address(out, address)), text);
        }
    }
}
