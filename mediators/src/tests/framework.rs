//! Lists, sequences, fault handlers and direct expressions.

use sinew_core::config::Definition;
use sinew_core::mediation::{ErrorCode, Flow};
use sinew_core::message::{Destination, Value};

use crate::testing::{
    Bench, Compiled, assert_problems, is_clean, is_refused, parse, problems, request, soap_request,
};

#[test]
fn case_001_and_002_what_is_no_mediator_is_refused() {
    let text = problems("<foo/>");
    assert!(text.contains("unknown mediator {http://ws.apache.org/ns/synapse}foo"), "{text}");
    assert!(is_refused("<log xmlns=\"\"/>"));
}

#[test]
fn case_003_a_versioned_name_is_the_mediator_before_the_dot() {
    assert!(is_clean("<log.v2 level=\"custom\"/>"));
}

#[test]
fn case_004_and_005_descriptions_and_comments_are_no_mediators() {
    for (mediators, count) in [("<description>d</description><drop/>", 1), ("<log/><!-- why --><log/>", 2)] {
        let (artifact, _) = parse(mediators);
        match artifact.expect("a sequence").definition {
            Definition::Sequence(sequence) => assert_eq!(sequence.mediators.0.len(), count, "{mediators}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn planned_elements_are_told_from_misspelt_ones() {
    assert_problems!(
        "<xslt/>
<sendd/>
<aggregate/>
<log xmlns=\"\"/>"
    );
}

#[test]
fn case_010_null_leaves_a_default_property_alone() {
    let outcome =
        Bench::new("<property name='p' expression=\"get-property('missing')\"/>").property("p", "old").run();
    assert_eq!(outcome.default("p").as_deref(), Some("old"));
}

#[test]
fn cases_018_to_023_direct_expressions() {
    let get = |expression: &str| format!("<property name='p' expression=\"{expression}\"/>");
    let table = [
        (18, "$trp:host", Some("x")),
        (19, "get-property('axis2','k')", Some("v")),
        (19, "get-property('axis2-client','k')", None),
        (20, "get-property('SYSTEM_DATE','yyyy')", Some("2001")),
        (20, "get-property('axis2','SYSTEM_TIME')", Some("981173106000")),
        (21, "get-property('nope')", None),
        (23, "get-property('MESSAGE_FORMAT')", Some("soap11")),
    ];
    for (case, expression, expected) in table {
        let outcome = Bench::new(&get(expression)).header("host", "x").axis2("k", "v").run();
        assert_eq!(outcome.default("p").as_deref(), expected, "case {case}: {expression}");
    }
    let mut to_null = soap_request("");
    to_null.addressing.to = Destination::Cleared;
    let outcome = Bench::new(&get("get-property('To')")).message(to_null).run();
    assert_eq!(outcome.default("p").as_deref(), Some(""), "case 21");
    for (message, expected) in
        [(request("POST", "application/soap+xml", "<a/>"), "soap12"), (request("GET", "", ""), "pox")]
    {
        let outcome = Bench::new(&get("get-property('MESSAGE_FORMAT')")).message(message).run();
        assert_eq!(outcome.default("p").as_deref(), Some(expected), "case 23");
    }
}

#[test]
fn case_028_a_direct_expression_leaves_a_malformed_stream_alone() {
    let mediators = "<log level='custom'><property name='h' expression='$trp:Host'/></log>
        <send><endpoint key='e'/></send>";
    let outcome = Bench::new(mediators).message(request("POST", "text/xml", "<a")).header("host", "x").run();
    assert_eq!(outcome.log(), ["h = x"]);
    assert_eq!(outcome.sent(), ["endpoint e"]);
    assert!(outcome.streams());
}

#[test]
fn case_029_and_030_a_malformed_body_fails_just_before_the_mediator_that_needs_it() {
    let mediators = "<property name='p' value='1'/><log level='full'/><property name='q' value='1'/>";
    let outcome =
        Bench::with(mediators, &[("unused", "", "")]).message(request("POST", "text/xml", "<a")).run();
    let fault = outcome.fault.as_ref().expect("a fault");
    assert_eq!(fault.code, ErrorCode::MESSAGE_PARSING);
    assert!(outcome.reached("p"));
    assert!(!outcome.reached("q"));
    assert_eq!(outcome.typed("ERROR_CODE"), Some(("INTEGER", "601000".to_owned())));
    assert!(matches!(outcome.exchange.message.payload, sinew_core::message::Payload::Empty));
}

#[test]
fn case_031_the_first_stop_ends_the_list() {
    let outcome = Bench::new("<property name='a' value='1'/><drop/><property name='b' value='1'/>").run();
    assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Stop));
    assert!(outcome.reached("a"));
    assert!(!outcome.reached("b"));
    assert_eq!(Bench::new("").run().flow.ok(), Some(Flow::Continue));
}

/// A sequence with `onError="E"` whose second mediator fails.
const FAILING: &str = "<sequence name='inner' onError='E'>
    <property name='t1' value='1'/><throw message='test'/><property name='t3' value='1'/>
  </sequence>";

/// Keeps what the handler saw.
const HANDLER: (&str, &str, &str) = (
    "E",
    "",
    "<property name='seen' expression=\"get-property('ERROR_MESSAGE')\"/><property name='e' value='1'/>",
);

#[test]
fn case_033_a_fault_runs_the_handler_of_its_sequence() {
    let outcome = Bench::with(FAILING, &[HANDLER]).run();
    assert!(outcome.reached("t1"));
    assert!(!outcome.reached("t3"));
    assert_eq!(outcome.typed("ERROR_CODE"), Some(("INTEGER", "0".to_owned())));
    assert_eq!(outcome.default("seen").as_deref(), Some("test"));
    assert!(outcome.default("ERROR_EXCEPTION").is_some());
    assert_eq!(outcome.flow.ok(), Some(Flow::Continue));
}

#[test]
fn case_034_an_older_error_code_stays() {
    let outcome = Bench::with(FAILING, &[HANDLER])
        .property("ERROR_CODE", Value::Integer(99))
        .property("ERROR_MESSAGE", "older")
        .run();
    assert_eq!(outcome.default("ERROR_CODE").as_deref(), Some("99"));
    assert_eq!(outcome.default("seen").as_deref(), Some("older"));
}

#[test]
fn case_035_a_missing_handler_is_passed_over() {
    let outcome = Bench::with(FAILING, &[]).run();
    assert!(outcome.reached("t1"));
    assert_eq!(outcome.flow.err().map(|fault| fault.message.into_owned()).as_deref(), Some("test"));
}

#[test]
fn case_036_a_sequence_that_ended_takes_its_handler_back() {
    let mediators = "<sequence name='outer' onError='E2'>
        <sequence name='inner' onError='E1'><property name='x' value='1'/></sequence>
        <throw message='later'/>
      </sequence>";
    let handlers =
        [("E1", "", "<property name='e1' value='1'/>"), ("E2", "", "<property name='e2' value='1'/>")];
    let outcome = Bench::with(mediators, &handlers).run();
    assert!(outcome.reached("x"));
    assert!(outcome.reached("e2"));
    assert!(!outcome.reached("e1"));
}

#[test]
fn case_037_a_handler_that_fails_hands_on_to_the_next() {
    let mediators = "<sequence name='outer' onError='E2'>
        <sequence name='inner' onError='E1'><throw message='first'/></sequence>
      </sequence>";
    let handlers = [
        ("E1", "", "<property name='e1' value='1'/><throw message='second'/>"),
        ("E2", "", "<property name='e2' value='1'/>"),
    ];
    let outcome = Bench::with(mediators, &handlers).run();
    assert!(outcome.reached("e1"));
    assert!(outcome.reached("e2"));
    assert_eq!(outcome.flow.ok(), Some(Flow::Continue));
}

#[test]
fn case_085_the_handler_of_a_sequence_that_sent_something_waits_for_the_fault_of_sending() {
    let others = [("inner", "onError='E'", "<send><endpoint key='e'/></send>"), HANDLER];
    let outcome = Bench::with("<sequence key='inner'/>", &others).run();
    assert_eq!(outcome.exchange.faults.len(), 1);
    let outcome =
        Bench::with("<sequence key='inner'/>", &[("inner", "onError='E'", "<log/>"), HANDLER]).run();
    assert_eq!(outcome.exchange.faults.len(), 0);
}

#[test]
fn a_sequence_can_run_again_with_what_came_out_of_it() {
    let compiled = Compiled::new("<property name='x' value='1'/>", &[]);
    let outcome = compiled.again(compiled.run(soap_request("")));
    assert!(outcome.reached("x"));
}
