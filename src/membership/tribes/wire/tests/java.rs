//! Object streams that no node sends: limits, references, and what is merely skipped.

use super::super::WireError;
use super::super::java::{Value, read, write};

const HEADER: &[u8] = &[0xac, 0xed, 0, 5];

fn stream(parts: &[&[u8]]) -> Vec<u8> {
    [HEADER, &parts.concat()].concat()
}

/// A descriptor without parent: name, version, flags, fields and the end of its annotations.
fn class(name: &str, flags: u8, fields: &[u8], count: u16) -> Vec<u8> {
    let mut bytes = vec![0x72];
    bytes.extend((name.len() as u16).to_be_bytes());
    bytes.extend(name.bytes());
    bytes.extend([0; 8]);
    bytes.push(flags);
    bytes.extend(count.to_be_bytes());
    bytes.extend(fields);
    bytes.push(0x78);
    bytes
}

fn fails(bytes: &[u8]) -> WireError {
    read(bytes).expect_err("an error")
}

#[test]
fn everything_that_is_skipped_is_written_again() {
    let an_enum =
        [&class("E", 0x12, &[], 0)[..], &[0x72, 0, 1, b'S'], &[0; 8], &[0x12, 0, 0, 0x78, 0x70]].concat();
    let primitives = b"B\x00\x01bC\x00\x01cD\x00\x01dF\x00\x01fI\x00\x01iJ\x00\x01jS\x00\x01sZ\x00\x01z";
    let cases: [(&str, Vec<u8>); 9] = [
        ("null", vec![0x70]),
        ("string", b"\x74\x00\x02hi".to_vec()),
        ("modified UTF-8", b"\x74\x00\x0a\xc0\x80\xc3\xa9\xed\xa0\xbd\xed\xb8\x80".to_vec()),
        ("primitives", [&[0x73][..], &class("P", 2, primitives, 8), &[0x70], &[9; 30]].concat()),
        ("array of bytes", [&[0x75][..], &class("[B", 2, &[], 0), &[0x70, 0, 0, 0, 3, 1, 2, 3]].concat()),
        ("enum", [&[0x7e][..], &an_enum, b"\x74\x00\x01A"].concat()),
        ("class", [&[0x76][..], &class("C", 2, &[], 0), &[0x70]].concat()),
        ("proxy", [b"\x73\x7d\x00\x00\x00\x01\x00\x01I\x78".as_slice(), &[0x70]].concat()),
        (
            "own data",
            [&[0x73][..], &class("W", 3, &[], 0), &[0x70, 0x77, 1, 5, 0x71, 0, 0x7e, 0, 1, 0x78]].concat(),
        ),
    ];
    for (name, bytes) in cases {
        let bytes = stream(&[&bytes]);
        let (tree, length) = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(length, bytes.len(), "{name}");
        assert_eq!(write(&tree), bytes, "{name}");
    }
}

#[test]
fn long_strings() {
    let text = |length: usize| {
        let length_bytes = (length as u64).to_be_bytes();
        stream(&[&[0x7c], &length_bytes, &vec![b'x'; length]])
    };
    assert_eq!(read(&text(65_536)).expect("a string").0.root, Value::Text("x".repeat(65_536)));
    let wrong = WireError::Length { offset: 5, part: "a string", length: 65_537 };
    assert_eq!(fails(&text(65_537)), wrong);
}

#[test]
fn texts_that_java_never_writes() {
    for bytes in [&b"\x00"[..], b"\xc1\x81", b"\xe0\x80\x80", b"\xf0\x9f\x98\x80", b"\xed\xa0\xbd", b"\xc3"] {
        let whole = stream(&[&[0x74, 0, bytes.len() as u8], bytes]);
        assert_eq!(fails(&whole), WireError::Unexpected { offset: 5, part: "string" }, "{bytes:?}");
    }
}

#[test]
fn depth_is_bounded() {
    // An object whose only field is an object, and so on.
    let node = class("N", 2, b"L\x00\x01n\x74\x00\x03LN;", 1);
    let nested = |levels: usize| {
        let mut bytes = stream(&[&[0x73], &node, &[0x70]]);
        for _ in 1..levels {
            bytes.extend([0x73, 0x71, 0, 0x7e, 0, 0]);
        }
        bytes.push(0x70);
        bytes
    };
    assert!(read(&nested(31)).is_ok());
    assert!(matches!(fails(&nested(33)), WireError::TooDeep { .. }));
    assert!(matches!(fails(&nested(100_000)), WireError::TooDeep { .. }));
}

#[test]
fn classes_above_classes_are_bounded() {
    let mut bytes = stream(&[&[0x73]]);
    for _ in 0..100_000 {
        bytes.extend(class("C", 2, &[], 0));
    }
    assert!(matches!(fails(&bytes), WireError::TooDeep { .. }));
    // A class above itself.
    let itself = stream(&[&[0x73], &class("C", 2, &[], 0), &[0x71, 0, 0x7e, 0, 0]]);
    assert!(matches!(fails(&itself), WireError::Unexpected { part: "reference to a class", .. }));
}

#[test]
fn sizes_are_bounded() {
    let array = |count: u32, elements: usize| {
        stream(&[&[0x75], &class("[Lx;", 2, &[], 0), &[0x70], &count.to_be_bytes(), &vec![0x70; elements]])
    };
    assert!(read(&array(4096, 4096)).is_ok());
    assert!(matches!(fails(&array(4097, 4097)), WireError::Length { part: "an array", length: 4097, .. }));
    assert!(matches!(fails(&array(u32::MAX, 0)), WireError::Length { length: -1, .. }));
    // Ten thousand empty strings among what a class writes.
    let strings = [0x74, 0, 0].repeat(10_000);
    let many = stream(&[&[0x73], &class("W", 3, &[], 0), &[0x70], &strings, &[0x78]]);
    assert!(matches!(fails(&many), WireError::TooMany { .. }));
    // Small values without numbers.
    let blocks = [0x77, 0].repeat(65_536);
    let many = stream(&[&[0x73], &class("W", 3, &[], 0), &[0x70], &blocks, &[0x78]]);
    assert!(matches!(fails(&many), WireError::TooMany { .. }));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let reference = stream(&[&[0x71, 0, 0x7e, 0, 0]]);
    assert_eq!(fails(&reference), WireError::Value { offset: 5, part: "a reference", value: 0x7e_0000 });
    assert_eq!(fails(&stream(&[&[0x79]])), WireError::Token { offset: 4, token: 0x79 });
    assert_eq!(fails(&stream(&[&[0x77, 0]])), WireError::Token { offset: 4, token: 0x77 });
    assert_eq!(fails(&stream(&[&[0x73, 0x70]])), WireError::Token { offset: 5, token: 0x70 });
    // Data without blocks, of which only its class knows the end.
    let data = stream(&[&[0x73], &class("X", 4, &[], 0), &[0x70]]);
    assert!(matches!(fails(&data), WireError::Value { part: "the flags of a class", value: 4, .. }));
    let both = stream(&[&[0x73], &class("X", 0x0e, &[], 0), &[0x70]]);
    assert!(matches!(fails(&both), WireError::Value { part: "the flags of a class", value: 0x0e, .. }));
    assert_eq!(fails(b"\xac\xed\x00\x06\x70"), WireError::Unexpected { offset: 0, part: "object stream" });
}
