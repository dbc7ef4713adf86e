//! Cases 38 to 40 of mediators.md §12.1.

use sinew_core::mediation::Flow;

use crate::testing::{Bench, assert_problems, is_refused};

const STOPS: (&str, &str, &str) = ("s1", "", "<property name='x' value='1'/><drop/>");

#[test]
fn case_038_the_key_may_be_computed() {
    for key in ["s1", "{$ctx:n}"] {
        let mediators = format!("<sequence key='{key}'/><property name='after' value='1'/>");
        let outcome = Bench::with(&mediators, &[STOPS]).property("n", "s1").run();
        assert!(outcome.reached("x"), "{key}");
        assert!(!outcome.reached("after"), "{key}");
        assert_eq!(outcome.flow.ok(), Some(Flow::Stop), "{key}");
    }
}

#[test]
fn case_039_what_a_key_does_not_name_cannot_be_found() {
    for mediators in ["<sequence key='nope'/>", "<sequence key='{$ctx:n}'/>"] {
        let outcome = Bench::new(mediators).property("n", "nope").run();
        assert_eq!(outcome.fault_message(), Some("Sequence named nope cannot be found"), "{mediators}");
    }
    let outcome = Bench::new("<sequence key='{$ctx:none}'/>").run();
    assert_eq!(outcome.fault_message(), Some("the sequence key {$ctx:none} gives nothing"));
}

#[test]
fn case_039_a_name_makes_a_definition() {
    let outcome = Bench::new("<sequence name='a' key='b'><property name='x' value='1'/></sequence>").run();
    assert!(outcome.reached("x"));
}

#[test]
fn case_040_an_empty_key_is_refused() {
    assert!(is_refused("<sequence key=''/>"));
}

#[test]
fn sequences_that_call_themselves_by_computed_keys_end_with_a_fault() {
    let outcome =
        Bench::with("<sequence key='loop'/>", &[("loop", "", "<sequence key=\"{'loop'}\"/>")]).run();
    let message = outcome.fault_message().expect("a fault");
    assert!(
        message.starts_with("sequences call each other more than 64 deep at sequence:loop/1."),
        "{message}"
    );
}

#[test]
fn wrong_sequences_are_explained() {
    assert_problems!(
        "<sequence/>
<sequence key=\" \"/>
<sequence key=\"a\" onError=\"b\"/>
<sequence name=\"\"/>
<sequence kye=\"a\"/>
<sequence key=\"a\" onerror=\"b\"/>"
    );
}
