//! Bytes to a tree: no panic, errors lie inside the text, and what is written is read as the same tree again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sinew_core::xml::{Limits, parse, parse_bytes};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Err(error) = parse(text, &limits)
    {
        assert!(error.offset as usize <= text.len(), "{error:?}");
    }
    let Ok(document) = parse_bytes(bytes, None, &limits) else { return };
    let written = document.to_xml();
    let again = parse(&written, &limits).unwrap_or_else(|error| panic!("{error}: {written}"));
    assert_eq!(again.to_xml(), written);
    let text = |document: &sinew_core::xml::Document| document.string_value(document.document_node()).into_owned();
    assert_eq!(text(&again), text(&document));
});
