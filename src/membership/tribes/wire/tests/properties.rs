//! Properties, after the description of `java.util.Properties` and membership-wire.md §9.1.

use super::super::{Properties, PropertiesError};

fn read(text: &[u8]) -> Vec<(String, String)> {
    Properties::read(text).expect("properties").0.into_iter().collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn lines() {
    type Row<'a> = (&'a [u8], &'a [(&'a str, &'a str)]);
    let cases: &[Row<'_>] = &[
        (b"", &[]),
        (b"#\n#Sun Nov 22 02:21:02 UTC 2026\nhttpPort=9763\n", &[("httpPort", "9763")]),
        (b"! a comment \\\na=b", &[("a", "b")]),
        (b"ping", &[("ping", "")]),
        (b"a = b \n", &[("a", "b ")]),
        (b"a:b\r\nc d\re\t=\tf", &[("a", "b"), ("c", "d"), ("e", "f")]),
        (b"url=https\\://127.0.0.1\\:9443/services/", &[("url", "https://127.0.0.1:9443/services/")]),
        (b"a\\ b\\=c\\:d=e", &[("a b=c:d", "e")]),
        (b"long=one, \\\n   two, \\\r\n\tthree", &[("long", "one, two, three")]),
        (b"a=\\\n  b", &[("a", "b")]),
        (b"a=x=y:z", &[("a", "x=y:z")]),
        (b"a=1\na=2", &[("a", "2")]),
        (b"e=\\u00e9\\u20AC\\uD83D\\uDE00", &[("e", "\u{e9}\u{20ac}\u{1f600}")]),
        (b"latin=\xe9", &[("latin", "\u{e9}")]),
        (b"t=\\t\\n\\r\\f\\\\\\q", &[("t", "\t\n\r\u{c}\\q")]),
        (b"= only a value", &[("", "only a value")]),
        (b"end=\\", &[("end", "")]),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), pairs(expected), "{}", text.escape_ascii());
    }
}

#[test]
fn escapes_that_make_no_sense() {
    let cases: &[(&[u8], PropertiesError)] = &[
        (b"a=\\u12", PropertiesError::Escape { offset: 2 }),
        (b"a=\\u12x4", PropertiesError::Escape { offset: 2 }),
        (b"a=\\uD83D", PropertiesError::Character { offset: 2 }),
        (b"a=\\uD83Dx", PropertiesError::Character { offset: 2 }),
        (b"a=\\uDE00", PropertiesError::Character { offset: 2 }),
        (b"a=\\uD83D\\u0041", PropertiesError::Character { offset: 2 }),
    ];
    for (text, expected) in cases {
        assert_eq!(Properties::read(text), Err(*expected), "{}", text.escape_ascii());
    }
}

#[test]
fn writing() {
    let map = pairs(&[
        ("a b", " c d"),
        ("port.mapping.8280", "9763"),
        ("url", "http://x#!"),
        ("\u{e9}", "\u{1f600}"),
    ]);
    let text = Properties(map.into_iter().collect()).write();
    let expected = "a\\ b=\\ c d\nport.mapping.8280=9763\nurl=http\\://x\\#\\!\n\\u00E9=\\uD83D\\uDE00\n";
    assert_eq!(String::from_utf8(text).expect("ASCII"), expected);
}
