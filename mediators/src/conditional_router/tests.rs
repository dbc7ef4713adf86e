//! Cases 113 to 119 of mediators.md §12.6, and what §2.7 says about targets.

use sinew_core::mediation::Flow;
use sinew_core::message::{Destination, Value};

use crate::testing::{Bench, Outcome, assert_problems, is_refused, request, soap_request};

const TRUE: &str = "<condition><not><equal type='property' source='none' value='x'/></not></condition>";
const AFTER: &str = "<property name='after' value='1'/>";

fn set(name: &str) -> String {
    format!("<target><sequence><property name='{name}' value='1'/></sequence></target>")
}

/// A router with one route to a probe, and whether it was reached.
fn holds(condition: &str, change: impl FnOnce(Bench) -> Bench) -> bool {
    let bench = Bench::new(&router(condition));
    let outcome = change(bench).run();
    assert!(outcome.fault.is_none(), "{condition}: {:?}", outcome.fault);
    outcome.reached("x")
}

fn router(condition: &str) -> String {
    let target = set("x");
    format!(
        "<conditionalRouter><conditionalRoute><condition>{condition}</condition>{target}</conditionalRoute></conditionalRouter>"
    )
}

fn to(address: &str) -> impl FnOnce(Bench) -> Bench {
    let mut message = soap_request("");
    message.addressing.to = Destination::Address(address.into());
    |bench| bench.message(message)
}

#[test]
fn case_113_routes_run_in_order_until_one_breaks() {
    let second = "<target><sequence><property name='b' expression='$ctx:a'/></sequence></target>";
    for (attributes, expected) in
        [("", None), ("breakRoute='false'", Some("1")), ("breakRoute='No'", Some("1"))]
    {
        let outcome = Bench::new(&format!(
            "<conditionalRouter><conditionalRoute {attributes}>{TRUE}{}</conditionalRoute>\
             <conditionalRoute>{TRUE}{second}</conditionalRoute></conditionalRouter>",
            set("a")
        ))
        .run();
        assert!(outcome.reached("a"));
        assert_eq!(outcome.default("b").as_deref(), expected, "on the same message: {attributes}");
    }
}

#[test]
fn case_113_the_result_of_a_target_is_ignored() {
    let stops = "<target><sequence><filter xpath=\"'x'\"><drop/></filter><property name='a' value='1'/></sequence></target>";
    let outcome = Bench::new(&format!(
        "<conditionalRouter continueAfter='true'><conditionalRoute breakRoute='false'>{TRUE}{stops}</conditionalRoute>\
         <conditionalRoute>{TRUE}{}</conditionalRoute></conditionalRouter>{AFTER}",
        set("b")
    ))
    .run();
    assert!(!outcome.reached("a"));
    assert!(outcome.reached("b"));
    assert!(outcome.reached("after"));
}

#[test]
fn case_114_continue_after_decides_alone() {
    let never = "<condition><equal type='property' source='none' value='x'/></condition>";
    for condition in [TRUE, never] {
        for (attributes, goes_on) in [
            ("", false),
            ("continueAfter='false'", false),
            ("continueAfter='true'", true),
            ("continueAfter='YES'", true),
            ("continueAfter='1'", true),
        ] {
            let outcome = Bench::new(&format!(
                "<conditionalRouter {attributes}><conditionalRoute>{condition}{}</conditionalRoute></conditionalRouter>{AFTER}",
                set("x")
            ))
            .run();
            assert_eq!(outcome.reached("after"), goes_on, "{attributes}");
            assert_eq!(outcome.flow.as_ref().ok() == Some(&Flow::Continue), goes_on, "{attributes}");
            assert_eq!(outcome.reached("x"), condition == TRUE);
        }
    }
    assert!(!Bench::new(&format!("<conditionalRouter/>{AFTER}")).run().reached("after"));
    assert!(is_refused("<conditionalRouter continueAfter='maybe'/>"));
}

#[test]
fn case_115_equal_ignores_case() {
    let condition = "<equal type='url' source='host' value='EXAMPLE.org'/>";
    assert!(holds(condition, to("http://example.ORG/")));
    assert!(!holds(condition, to("http://example.com/")));
}

/// The original compares header names with their case, which HTTP does not know (RFC 9110 §5.1).
#[test]
fn case_116_header_names_mean_the_same_in_any_case() {
    for condition in [
        "<equal type='header' source='foo' value='1'/>",
        "<equal source='Foo' value='1'/>",
        "<match source='FOO' regex='\\d'/>",
    ] {
        assert!(holds(condition, |bench| bench.header("Foo", "1")), "{condition}");
        assert!(!holds(condition, |bench| bench), "{condition}");
    }
}

#[test]
fn case_117_conditions_must_be_whole() {
    for wrong in [
        "<and><equal source='x' value='1'/></and>",
        "<or><equal source='x' value='1'/></or>",
        "<not/>",
        "<equal source='x'/>",
        "<equal value='x'/>",
        "<equal type='param' value='x'/>",
        "<equal type='cookie' source='x' value='1'/>",
        "<equal type='url' source='fragment' value='1'/>",
        "<match source='x'/>",
        "<match source='x' regex='('/>",
        "<like source='x' value='1'/>",
        "",
    ] {
        assert!(is_refused(&router(wrong)), "{wrong}");
    }
}

#[test]
fn case_118_parameters_need_a_value() {
    let condition = "<match type='param' source='a' regex='[0-9]+'/>";
    for (address, expected) in [
        ("http://h/p?a=12", true),
        ("http://h/p?a", false),
        ("http://h/p?b=1&amp;a=1", false),
        ("http://h/p?a=1x", false),
        ("http://h/p?A=1", false),
        ("/p?a=%31", true),
    ] {
        assert_eq!(holds(condition, to(address)), expected, "{address}");
    }
}

#[test]
fn case_119_an_address_without_a_port_has_the_port_minus_one() {
    let condition = "<equal type='url' source='port' value='-1'/>";
    assert!(holds(condition, to("http://h/p")));
    assert!(!holds(condition, to("http://h:80/p")));
}

#[test]
fn every_source_and_operator() {
    let address = "http://user@h.example:8280/a%20b?q=1#r";
    for (condition, expected) in [
        ("<equal type='url' value='HTTP://user@h.example:8280/a%20b?q=1#r'/>", true),
        ("<equal type='url' source='protocol' value='http'/>", true),
        ("<equal type='url' source='user' value='user'/>", true),
        ("<equal type='url' source='port' value='8280'/>", true),
        ("<equal type='url' source='path' value='/a b'/>", true),
        ("<equal type='url' source='query' value='q=1'/>", true),
        ("<equal type='url' source='ref' value='r'/>", true),
        ("<match type='url' source='host' regex='h'/>", false),
        ("<match type='url' source='host' regex='h.*'/>", true),
        ("<not><match type='url' source='host' regex='h.*'/></not>", false),
        (
            "<and><equal type='param' source='q' value='1'/><equal type='param' source='q' value='2'/></and>",
            false,
        ),
        (
            "<or><equal type='param' source='q' value='1'/><equal type='param' source='q' value='2'/></or>",
            true,
        ),
        ("<equal type='param' source='q' value=''/>", false),
    ] {
        assert_eq!(holds(condition, to(address)), expected, "{condition}");
    }
}

#[test]
fn properties_and_bodies_can_be_asked() {
    let property = "<equal type='property' source='code' value='303001'/>";
    assert!(holds(property, |bench| bench.property("code", Value::Integer(303_001))));
    assert!(!holds(property, |bench| bench));
    let soap = "<equal type='soap' source='//symbol' value='ibm'/>";
    assert!(holds(soap, |bench| bench.message(soap_request("<symbol>IBM</symbol>"))));
    assert!(!holds(soap, |bench| bench.message(soap_request("<symbol>MSFT</symbol>"))));
}

#[test]
fn only_conditions_on_the_body_read_it() {
    let sent = || request("POST", "text/xml", "<a>1</a>");
    for (condition, streams) in [
        ("<equal type='url' source='host' value='h'/>", true),
        ("<not><equal type='soap' source='/a' value='1'/></not>", false),
        ("<equal type='soap' source='$trp:Host' value='1'/>", true),
    ] {
        let outcome = Bench::new(&router(condition)).message(sent()).run();
        assert_eq!(outcome.streams(), streams, "{condition}");
    }
}

fn target(target: &str) -> Outcome {
    let others = [("s", "", "<property name='s' value='1'/>")];
    let mediators = format!(
        "<conditionalRouter continueAfter='true'><conditionalRoute>{TRUE}{target}</conditionalRoute></conditionalRouter>{AFTER}"
    );
    Bench::with(&mediators, &others).run()
}

#[test]
fn targets_address_the_message_and_then_run_or_send_it() {
    let outcome = target("<target to='http://other/' soapAction='urn:a' sequence='s'/>");
    assert!(outcome.reached("s"));
    assert_eq!(outcome.exchange.message.to().as_deref(), Some("http://other/"));
    assert_eq!(outcome.exchange.message.action(), Some("urn:a"));
    for endpoint in ["<target endpoint='e'/>", "<target><endpoint key='e'/></target>"] {
        let outcome = target(endpoint);
        assert_eq!(outcome.sent(), ["endpoint e"], "{endpoint}");
        assert!(outcome.reached("after"));
    }
    assert!(target("<target><sequence key='s'/></target>").reached("s"));
    assert!(target("<target/>").reached("after"));
    let both = target("<target endpoint='e'><sequence><property name='x' value='1'/></sequence></target>");
    assert!(both.reached("x"));
    assert!(both.sent().is_empty());
}

/// What an earlier target sent is not addressed anew by a later one.
#[test]
fn targets_do_not_touch_what_was_sent_before() {
    let outcome = Bench::new(&format!(
        "<conditionalRouter><conditionalRoute breakRoute='false'>{TRUE}<target to='http://one/' endpoint='e'/></conditionalRoute>\
         <conditionalRoute>{TRUE}<target to='http://two/' endpoint='f'/></conditionalRoute></conditionalRouter>"
    ))
    .run();
    assert_eq!(outcome.sent(), ["endpoint e", "endpoint f"]);
    let first = outcome.exchange.deliveries.first().and_then(|delivery| delivery.message.as_ref());
    assert_eq!(first.expect("split off").to().as_deref(), Some("http://one/"));
    assert_eq!(outcome.exchange.message.to().as_deref(), Some("http://two/"));
}

#[test]
fn a_fault_in_a_target_is_a_fault_of_the_flow() {
    let outcome = target("<target><sequence><throw message='wrong'/></sequence></target>");
    assert_eq!(outcome.fault_message(), Some("wrong"));
    let outcome = target("<target sequence='nope'/>");
    assert_eq!(outcome.fault_message(), Some("Sequence named nope cannot be found"));
    let second = format!(
        "<conditionalRouter><conditionalRoute breakRoute='false'>{TRUE}{}</conditionalRoute>\
         <conditionalRoute>{TRUE}<target sequence='nope'/></conditionalRoute></conditionalRouter>",
        set("x")
    );
    let outcome = Bench::new(&second).run();
    assert!(outcome.reached("x"));
    assert_eq!(outcome.fault_message(), Some("Sequence named nope cannot be found"));
}

#[test]
fn wrong_routers_are_explained() {
    assert_problems!(
        "<conditionalRouter continueAfter=\"maybe\"/>
<conditionalRouter><log/><conditionalRoute/></conditionalRouter>
<conditionalRouter>
  <conditionalRoute breakRoute=\"x\" asynchronous=\"true\">
    <condition/>
    <target sequence=\"a\" endpoint=\"b\" too=\"c\"/>
  </conditionalRoute>
  <conditionalRoute>
    <condition><and><equal source=\"a\" value=\"b\"/></and><not/></condition>
    <target/>
  </conditionalRoute>
  <conditionalRoute>
    <condition><or><equl source=\"a\" value=\"b\"/><equal type=\"cookie\" source=\"a\" value=\"b\"/></or></condition>
    <target/>
  </conditionalRoute>
  <conditionalRoute>
    <condition><not><match type=\"url\" source=\"fragment\" regex=\"(\"/><equal/></not></condition>
    <target/>
  </conditionalRoute>
</conditionalRouter>"
    );
}
