//! JSON and trees (message-and-expressions.md §4.2, cases 38 to 40), and what is refused (hardening.md §2 row 16).

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{JsonError, JsonPayload, document_of, value_of};
use crate::xml::{Limits, parse};

fn tree(text: &str) -> String {
    JsonPayload::parse(text).expect(text).document().to_xml()
}

fn back(xml: &str) -> String {
    let document = parse(xml, &Limits::default()).expect(xml);
    value_of(&document, document.root_element().expect("a root")).expect(xml).to_string()
}

#[test]
fn case_039_case_040_values_as_trees() {
    for (text, xml) in [
        ("{\"a\":1,\"b\":[1,2]}", "<jsonObject><a>1</a><?xml-multiple b?><b>1</b><b>2</b></jsonObject>"),
        ("[1]", "<jsonArray><jsonElement>1</jsonElement></jsonArray>"),
        ("5", "<jsonValue>5</jsonValue>"),
        ("{}", "<jsonObject/>"),
        ("{\"a\":{\"b\":\"x < y\"}}", "<jsonObject><a><b>x &lt; y</b></a></jsonObject>"),
        (
            "{\"a\":null}",
            "<jsonObject><a xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/></jsonObject>",
        ),
        ("{\"a\":[]}", "<jsonObject><?xml-multiple a?></jsonObject>"),
        (
            "{\"a\":[[1]]}",
            "<jsonObject><?xml-multiple a?><a><jsonArray><jsonElement>1</jsonElement></jsonArray></a></jsonObject>",
        ),
        (
            "{\"1k\":1,\"$z\":2}",
            "<jsonObject><_JsonReader_PD_1k>1</_JsonReader_PD_1k><_JsonReader_PS_z>2</_JsonReader_PS_z></jsonObject>",
        ),
        ("{\"a\":{\"@id\":\"i\",\"$\":\"t\"}}", "<jsonObject><a id=\"i\">t</a></jsonObject>"),
        ("{\"a\":1.0,\"b\":1e-400}", "<jsonObject><a>1.0</a><b>1e-400</b></jsonObject>"),
    ] {
        assert_eq!(tree(text), xml);
        assert_eq!(back(xml), text);
    }
}

/// What XML looks like that nobody made from JSON.
#[test]
fn trees_as_values() {
    for (xml, text) in [
        ("<a/>", "{\"a\":\"\"}"),
        ("<a><b>1</b><b>x</b><c>true</c></a>", "{\"a\":{\"b\":[1,\"x\"],\"c\":true}}"),
        ("<p:a xmlns:p='urn:p' p:x='007'>t</p:a>", "{\"a\":{\"@x\":\"007\",\"$\":\"t\"}}"),
        ("<a>\n  <b>1</b>\n</a>", "{\"a\":{\"b\":1}}"),
        ("<a> 1 </a>", "{\"a\":\" 1 \"}"),
        ("<a><b/><?xml-multiple b?></a>", "{\"a\":{\"b\":[\"\"]}}"),
        ("<jsonArray/>", "[]"),
    ] {
        assert_eq!(back(xml), text, "{xml}");
    }
}

#[test]
fn the_text_stays_until_the_value_changes() {
    let text = " {\"a\" : 1.0,\n \"b\":[ ] } ";
    let mut payload = JsonPayload::parse(text).expect("JSON");
    assert_eq!(payload.text(), text);
    assert!(payload.document().root_element().is_some());
    let copy = payload.clone();
    payload.value_mut()["c"] = json!("d");
    assert_eq!(payload.text(), "{\"a\":1.0,\"b\":[],\"c\":\"d\"}");
    assert!(payload.document().to_xml().contains("<c>d</c>"));
    assert_eq!(copy.text(), text);
}

#[test]
fn an_attribute_can_not_declare_a_namespace() {
    assert_eq!(
        tree("{\"@xmlns\":\"urn:x\",\"@xmlns:p\":\"y\"}"),
        "<jsonObject><_x0040_xmlns>urn:x</_x0040_xmlns><_x0040_xmlns_x003A_p>y</_x0040_xmlns_x003A_p></jsonObject>"
    );
}

#[test]
fn what_is_no_json_is_refused() {
    for text in
        ["", " ", "{", "{\"a\":}", "[1,]", "nul", "01", "\"\u{1}\"", "{} {}", "'a'", "\"\\ud800\"", "NaN"]
    {
        assert!(matches!(JsonPayload::parse(text), Err(JsonError::Syntax(_))), "{text}");
    }
}

#[test]
fn limits() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(JsonPayload::parse(&nested(JsonError::DEPTH)).is_ok());
    for depth in [JsonError::DEPTH + 1, 100_000] {
        assert!(matches!(JsonPayload::parse(&nested(depth)), Err(JsonError::TooDeep)));
    }
    assert!(matches!(JsonPayload::parse(&"{\"a\":".repeat(100_000)), Err(JsonError::TooDeep)));
    let many = format!("[{}1]", "1,".repeat(JsonError::VALUES));
    assert!(matches!(JsonPayload::parse(&many), Err(JsonError::TooManyValues)));
    // 1 MB of key and 2 MB of list would be 2 TB of XML.
    let bomb = format!("{{\"{}\":[{}0]}}", "k".repeat(1_000_000), "0,".repeat(999_990));
    assert!(matches!(JsonPayload::parse(&bomb), Err(JsonError::TooLarge)));
    assert!(JsonPayload::parse(&format!("[{}0]", "0,".repeat(999_990))).is_ok());
    assert!(JsonPayload::parse("\"[[[[{{{{,,,,\\\"[\"").is_ok());
}

/// Values without the few that a tree cannot tell apart: strings that look like numbers or Booleans, and `$` texts.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(|number| json!(number)),
        "[a-z <&\u{e9}]{0,6}"
            .prop_filter("a word that is none", |text| text != "true" && text != "false")
            .prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec(("[a-c0-9 $]{0,3}", inner), 0..4).prop_map(|members| Value::Object(
                members.into_iter().filter(|(key, _)| key != "$").collect::<Map<_, _>>()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn values_come_back_from_their_trees(value in values()) {
        let document = document_of(&value);
        let written = document.to_xml();
        let read = parse(&written, &Limits::default()).expect("what is written can be read");
        for document in [document, read] {
            let root = document.root_element().expect("a root");
            prop_assert_eq!(&value_of(&document, root).expect("shallow"), &value, "{}", written);
        }
    }

    #[test]
    fn any_json_makes_a_well_formed_tree(text in "[\\[\\]{}:,\"a@$\\\\u0x1 .-]{0,24}") {
        if let Ok(payload) = JsonPayload::parse(&text) {
            let xml = payload.document().to_xml();
            prop_assert!(parse(&xml, &Limits::default()).is_ok(), "{}", xml);
        }
    }
}
