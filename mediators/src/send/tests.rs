//! The cases of mediators.md §12.4: `send`, `respond`, `loopback`, `drop`, `in` and `out`.

use sinew_core::mediation::{Flow, Recipient};
use sinew_core::message::{Body, Destination, Payload};

use crate::testing::{
    Bench, Compiled, Outcome, assert_problems, is_refused, request, soap_request, soap_response,
};

const AFTER: &str = "<property name='after' value='1'/>";

/// The sequence for the answer of each delivery to an endpoint.
fn receive(outcome: &Outcome) -> Vec<Option<&str>> {
    let deliveries = outcome.exchange.deliveries.iter();
    deliveries
        .map(|delivery| match &delivery.to {
            Recipient::Endpoint { receive, .. } => receive.as_deref(),
            Recipient::Client => panic!("sent to the client"),
        })
        .collect()
}

#[test]
fn case_073_in_and_out_let_the_other_direction_pass() {
    for (element, requests) in [("in", true), ("out", false)] {
        let mediators = format!("<{element}><property name='x' value='1'/></{element}>{AFTER}");
        for (message, is_request) in [(soap_request(""), true), (soap_response(""), false)] {
            let outcome = Bench::new(&mediators).message(message).run();
            assert_eq!(outcome.reached("x"), requests == is_request, "{element}");
            assert!(outcome.reached("after"), "{element}");
        }
    }
}

#[test]
fn case_074_the_list_goes_on_after_send() {
    let outcome = Bench::new(&format!("<send><endpoint key='e'/></send>{AFTER}")).run();
    assert_eq!(outcome.sent(), ["endpoint e"]);
    assert!(outcome.reached("after"));
    let sent = outcome.exchange.deliveries.first().and_then(|delivery| delivery.message.as_ref());
    let sent = sent.expect("the message was split off before the next mediator");
    assert!(sent.properties.value("after").is_none(), "what came later does not concern it");
    assert!(sent.payload.is_stream(), "the body went along");
    assert!(matches!(outcome.exchange.message.payload, Payload::Sent));
}

#[test]
fn case_075_without_an_endpoint_a_request_goes_to_its_address_and_a_response_to_the_client() {
    let outcome = Bench::new("<send/>").run();
    assert_eq!(outcome.sent(), ["endpoint default"]);
    assert!(outcome.streams(), "nothing was built");
    let outcome = Bench::new("<send/>").message(soap_response("")).run();
    assert_eq!(outcome.sent(), ["client"]);
    let outcome = Bench::new("<send><endpoint key='e'/></send>").message(soap_response("")).run();
    assert_eq!(outcome.sent(), ["endpoint e"]);
}

#[test]
fn case_076_and_077_the_answer_goes_to_the_receiving_sequence() {
    for (key, expected) in [("seqR", "seqR"), ("{$ctx:n}", "s2")] {
        let outcome = Bench::new(&format!("<send receive='{key}'><endpoint key='e'/></send>"))
            .property("n", "s2")
            .run();
        assert_eq!(receive(&outcome), [Some(expected)]);
        assert_eq!(outcome.default("RECEIVING_SEQUENCE"), None);
    }
    let compiled = Compiled::new("<send receive='seqR'/>", &[]);
    assert_eq!(compiled.missing, ["seqR"], "reported when the configuration is read");
}

#[test]
fn case_078_without_receive_the_property_counts_once() {
    let send = "<send><endpoint key='e'/></send>";
    let outcome = Bench::new(&format!("{send}{send}")).property("RECEIVING_SEQUENCE", "old").run();
    assert_eq!(receive(&outcome), [Some("old"), None]);
    let outcome = Bench::new("<send receive='{$ctx:none}'/>").property("RECEIVING_SEQUENCE", "old").run();
    assert_eq!(receive(&outcome), [Some("old")], "null leaves the property");
    let outcome = Bench::new("<send receive='new'/>").property("RECEIVING_SEQUENCE", "old").run();
    assert_eq!(receive(&outcome), [Some("new")]);
    assert_eq!(outcome.default("RECEIVING_SEQUENCE"), None);
}

#[test]
fn case_079_drop_ends_the_flow_and_sends_nothing() {
    let outcome = Bench::new(&format!("<drop/>{AFTER}")).run();
    assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Stop));
    assert_eq!(outcome.exchange.message.addressing.to, Destination::Cleared);
    assert!(!outcome.reached("after"));
    assert!(outcome.sent().is_empty());
}

#[test]
fn drop_after_send_leaves_what_is_sent_alone() {
    let outcome = Bench::new("<send/><drop/>").run();
    assert_eq!(outcome.sent(), ["endpoint default"]);
    assert!(
        outcome.exchange.deliveries.iter().all(|delivery| delivery.message.is_none()),
        "not copied for it"
    );
    assert_eq!(outcome.exchange.message.to().as_deref(), Some("http://h/p"));
}

#[test]
fn case_080_respond_answers_with_the_message_itself() {
    let outcome = Bench::new(&format!("<respond/>{AFTER}")).run();
    assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Stop));
    assert_eq!(outcome.sent(), ["client"]);
    assert_eq!(outcome.exchange.message.addressing.to, Destination::Cleared);
    assert!(outcome.exchange.message.is_response());
    assert_eq!(outcome.default("RESPONSE"), None);
    assert!(outcome.streams());
    assert!(!outcome.reached("after"));
}

#[test]
fn case_081_the_echo_idiom_answers_with_the_request() {
    let mediators = "<header name='To' action='remove'/>
        <property name='NO_ENTITY_BODY' scope='axis2' action='remove'/>
        <property name='RESPONSE' value='true'/>
        <send/>";
    let outcome = Bench::new(mediators).message(request("POST", "text/plain", "hi")).run();
    assert_eq!(outcome.sent(), ["client"]);
    assert!(outcome.streams());
    assert!(!outcome.exchange.message.no_entity_body());
}

#[test]
fn case_082_loopback_turns_a_request_round() {
    let mediators = "<in><loopback/><property name='x' value='1'/></in>
        <out><property name='y' value='1'/><send/></out>";
    let compiled = Compiled::new(mediators, &[]);
    let outcome = compiled.run(soap_request(""));
    assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Stop));
    assert!(outcome.exchange.loops_back);
    assert_eq!(outcome.exchange.message.addressing.to, Destination::Cleared);
    let outcome = compiled.again(outcome);
    assert!(outcome.reached("y"));
    assert!(!outcome.reached("x"));
    assert_eq!(outcome.sent(), ["client"]);
}

#[test]
fn case_083_loopback_on_a_response_only_stops() {
    let outcome = Bench::new(&format!("<loopback/>{AFTER}")).message(soap_response("")).run();
    assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Stop));
    assert!(!outcome.exchange.loops_back);
    assert!(!outcome.reached("after"));
}

#[test]
fn send_builds_the_message_when_it_is_asked_to() {
    for (value, streams) in [("true", false), ("TRUE", true), ("false", true)] {
        let outcome = Bench::new(&format!("<send buildmessage='{value}'/>")).run();
        assert_eq!(outcome.streams(), streams, "{value}");
    }
}

#[test]
fn a_message_that_was_sent_twice_has_its_body_once() {
    let mut message = request("POST", "text/plain", "");
    message.payload = Payload::Stream(Body::full("hi"));
    let outcome =
        Bench::new("<send><endpoint key='a'/></send><send><endpoint key='b'/></send>").message(message).run();
    assert_eq!(outcome.sent(), ["endpoint a", "endpoint b"]);
}

#[test]
fn wrong_flow_mediators_are_explained() {
    assert!(is_refused("<send receive=''/>"));
    assert_problems!(
        "<send receive=\"\"/>
<send><endpoint/></send>
<send><endpoint key=\"a\"/><endpoint key=\"b\"/><log/></send>
<send endpoint=\"a\"/>
<drop to=\"client\"/>
<respond><log/></respond>
<in xpath=\"a\"><lgo/></in>"
    );
}
