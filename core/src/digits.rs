//! Numbers and addresses as text, for what is written once a request.
//!
//! `write!` works out for each number how it is to be signed, padded and aligned, which takes longer than its digits: an
//! IPv4 address costs as much as a look-up of its member. What is asked for rarely goes on using `write!`.

use std::fmt::Write;
use std::net::IpAddr;

/// Digits of the greatest number there is, 18,446,744,073,709,551,615.
const MOST: usize = 20;

/// Appends a number.
pub fn push_number(out: &mut String, number: u64) {
    push_padded(out, number, 1);
}

/// Appends a number with zeros in front, so that it has at least `width` digits; no more than 20 are added.
pub fn push_padded(out: &mut String, number: u64, width: usize) {
    let mut digits = [b'0'; MOST];
    let mut rest = number;
    let mut length = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        length += 1;
        if rest == 0 && length >= width {
            break;
        }
    }
    let written = digits.get(MOST - length..).and_then(|written| std::str::from_utf8(written).ok());
    out.push_str(written.unwrap_or_default());
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
        for (number, width, expected) in [
            (0, 0, "0"),
            (0, 3, "000"),
            (7, 2, "07"),
            (1234, 3, "1234"),
            (5, 20, "00000000000000000005"),
            (5, 99, "00000000000000000005"),
        ] {
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
