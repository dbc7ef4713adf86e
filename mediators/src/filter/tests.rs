//! The cases of mediators.md §12.6 about filters.

use sinew_core::mediation::Flow;
use sinew_core::message::Value;

use crate::testing::{Bench, assert_problems, is_refused, request};

fn holds(condition: &str, property: Option<&str>) -> bool {
    let bench = Bench::new(&format!("<filter {condition}><property name='x' value='1'/></filter>"));
    let bench = match property {
        Some(value) => bench.property("f", value),
        None => bench,
    };
    let outcome = bench.run();
    assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Continue), "{condition}");
    outcome.reached("x")
}

#[test]
fn case_097_the_whole_source_must_match() {
    assert!(!holds("source='$ctx:f' regex='IB'", Some("IBM")));
    assert!(holds("source='$ctx:f' regex='IB.*'", Some("IBM")));
}

#[test]
fn case_098_every_text_that_is_not_empty_is_true() {
    let table = [(Some("false"), true), (None, false), (Some(""), false)];
    for (value, expected) in table {
        assert_eq!(holds("xpath=\"get-property('f')\"", value), expected, "{value:?}");
    }
}

#[test]
fn case_098_a_boolean_property_is_what_it_says() {
    for flag in [true, false] {
        let mediators = "<filter xpath=\"get-property('f')\"><property name='x' value='1'/></filter>";
        let outcome = Bench::new(mediators).property("f", Value::Boolean(flag)).run();
        assert_eq!(outcome.reached("x"), flag);
    }
}

#[test]
fn case_099_null_never_matches_and_the_empty_text_may() {
    assert!(!holds("source='$ctx:none' regex='.*'", None));
    assert!(holds("source=\"get-property('')\" regex='.*'", None));
}

#[test]
fn case_100_a_filter_needs_a_whole_condition() {
    for filter in [
        "<filter xpath=''/>",
        "<filter source='$ctx:x'/>",
        "<filter regex='x'/>",
        "<filter/>",
        "<filter source='$ctx:x' regex='('/>",
        "<filter source='' regex='x'/>",
        "<filter source='$ctx:x' regex=''/>",
    ] {
        assert!(is_refused(filter), "{filter}");
    }
}

#[test]
fn case_101_an_else_needs_a_then() {
    assert!(is_refused("<filter xpath=\"'x'\"><else><log/></else></filter>"));
}

#[test]
fn case_102_beside_then_and_else_nothing_runs() {
    let mediators = "<filter xpath=\"'x'\"><then><property name='x' value='1'/></then><log/></filter>";
    let outcome = Bench::new(mediators).run();
    assert!(outcome.reached("x"));
    assert!(outcome.log().is_empty());
}

#[test]
fn case_103_the_result_is_that_of_the_part() {
    let after = "<property name='after' value='1'/>";
    let outcome = Bench::new(&format!("<filter xpath=\"'x'\"><then><drop/></then></filter>{after}")).run();
    assert!(!outcome.reached("after"));
    assert_eq!(outcome.flow.ok(), Some(Flow::Stop));
    let outcome = Bench::new(&format!("<filter xpath=\"''\"><then><drop/></then></filter>{after}")).run();
    assert!(outcome.reached("after"));
    let parts = "<then/><else><property name='else' value='1'/></else>";
    let outcome = Bench::new(&format!("<filter xpath=\"''\">{parts}</filter>{after}")).run();
    assert!(outcome.reached("else"));
    assert!(outcome.reached("after"));
}

#[test]
fn case_104_a_missing_sequence_fails_only_when_it_is_chosen() {
    let filter = |condition: &str| format!("<filter xpath=\"{condition}\"><then sequence='nope'/></filter>");
    let outcome = Bench::new(&filter("'x'")).run();
    assert_eq!(outcome.fault_message(), Some("Sequence named nope cannot be found"));
    assert!(Bench::new(&filter("''")).run().fault.is_none());
}

#[test]
fn a_part_by_key_beats_what_stands_inside() {
    let others = [("other", "", "<property name='other' value='1'/>")];
    let mediators =
        "<filter xpath=\"'x'\"><then sequence='other'><property name='x' value='1'/></then></filter>";
    let outcome = Bench::with(mediators, &others).run();
    assert!(outcome.reached("other"));
    assert!(!outcome.reached("x"));
}

#[test]
fn a_filter_on_headers_leaves_the_body_alone() {
    let mediators = "<filter source='$trp:Host' regex='x'><property name='x' value='1'/></filter>";
    let outcome = Bench::new(mediators).message(request("POST", "text/xml", "<a")).header("host", "x").run();
    assert!(outcome.reached("x"));
    assert!(outcome.streams());
}

#[test]
fn wrong_filters_are_explained() {
    assert_problems!(
        "<filter/>
<filter xpath=\"\"/>
<filter source=\"$ctx:a\"/>
<filter source=\"$ctx:a\" regex=\"(a\"/>
<filter source=\"$ctx:a\" regex=\"a(?=b)\"/>
<filter xpath=\"$ctx:x\"><else><log/></else></filter>
<filter xpath=\"$ctx:x\" source=\"$ctx:a\" regex=\"b\"><then><log/></then><log/></filter>
<filter xpath=\"$ctx:x\" regexp=\"b\"/>"
    );
}
