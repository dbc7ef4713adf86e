//! Cases 179 to 182 of mediators.md §12.8.

use sinew_core::mediation::{ErrorCode, Flow, Recipient};

use crate::testing::{Bench, Compiled, assert_problems, is_refused, request, soap_request};

/// A template `t` with these parameters and this body, and a sequence with these mediators.
fn bench(parameters: &str, body: &str, mediators: &str) -> Bench {
    bench_with("", parameters, body, mediators)
}

fn bench_with(others: &str, parameters: &str, body: &str, mediators: &str) -> Bench {
    Bench::definitions(&format!(
        "<template name='t'>{parameters}<sequence>{body}</sequence></template>{others}\
         <sequence name='test'>{mediators}</sequence>"
    ))
}

const A: &str = "<parameter name='a'/>";
const READ: &str = "<property name='p' expression='$func:a'/>";
const AFTER: &str = "<property name='after' value='1'/>";

#[test]
fn case_179_parameters_are_taken_when_the_template_is_entered() {
    for read in ["$func:a", "get-property('func','a')", "get-property('func','a','ignored')"] {
        let body = format!("<property name=\"p\" expression=\"{read}\"/>");
        let call = "<call-template target='t'><with-param name='a' value='{//x}'/></call-template>";
        let outcome = bench(A, &body, call).message(soap_request("<x>5</x>")).run();
        assert_eq!(outcome.default("p").as_deref(), Some("5"), "{read}");
        assert_eq!(outcome.default("t:a"), None);
        assert!(outcome.exchange.parameters.is_none(), "they are gone afterwards");
    }
}

#[test]
fn case_179_what_changes_later_does_not_matter() {
    let body = format!("<property name='x' value='new'/>{READ}");
    let call = "<call-template target='t'><with-param name='a' value='{$ctx:x}'/></call-template>";
    let outcome = bench(A, &body, call).property("x", "old").run();
    assert_eq!(outcome.default("p").as_deref(), Some("old"));
}

#[test]
fn case_180_deferred_parameters_are_evaluated_when_they_are_read() {
    let body = format!("<property name='x' value='new'/>{READ}");
    for value in ["{{$ctx:x}}", " {{ $ctx:x }} "] {
        let call =
            format!("<call-template target='t'><with-param name='a' value='{value}'/></call-template>");
        let outcome = bench(A, &body, &call).property("x", "old").run();
        assert_eq!(outcome.default("p").as_deref(), Some("new"), "{value}");
    }
}

#[test]
fn case_180_deferred_parameters_see_the_changed_body() {
    let makefault = "<makefault version='soap11'><code value='s:Server' \
                     xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'/><reason value='r'/></makefault>";
    let body = format!("{makefault}{READ}");
    let call = "<call-template target='t'><with-param name='a' value='{{//faultstring}}'/></call-template>";
    let outcome = bench(A, &body, call).message(soap_request("<x/>")).run();
    assert_eq!(outcome.default("p").as_deref(), Some("r"));
}

/// A deferred expression means the parameters of the template it was written in, not those of the one that reads it.
#[test]
fn case_180_deferred_parameters_mean_the_parameters_around_the_call() {
    let inner = "<template name='inner'><parameter name='a'/><sequence>\
                 <property name='p' expression='$func:a'/></sequence></template>";
    for value in ["{$func:a}", "{{$func:a}}", "{{get-property('func','a')}}"] {
        let body = format!(
            "<call-template target='inner'><with-param name='a' value=\"{value}\"/></call-template>\
             <property name='q' expression='$func:a'/>"
        );
        let call = "<call-template target='t'><with-param name='a' value='outer'/></call-template>";
        let outcome = bench_with(inner, A, &body, call).run();
        assert_eq!(outcome.default("p").as_deref(), Some("outer"), "{value}");
        assert_eq!(outcome.default("q").as_deref(), Some("outer"), "its own are back");
    }
}

#[test]
fn case_181_a_parameter_that_is_not_given_has_its_default() {
    for (parameter, expected) in [
        ("<parameter name='a' default='7'/>", Some("7")),
        ("<parameter name='a' default='{$ctx:x}'/>", Some("x")),
        ("<parameter name='a' default='{{$ctx:x}}'/>", Some("x")),
        ("<parameter name='a' defaultValue='{$ctx:x}'/>", Some("{$ctx:x}")),
        ("<parameter name='a' isMandatory='true' default='7'/>", Some("7")),
        ("<parameter name='a' optional='true'/>", None),
        ("<parameter name='a'/>", None),
    ] {
        let call = format!("<call-template target='t'/>{AFTER}");
        let outcome = bench(parameter, READ, &call).property("x", "x").run();
        assert_eq!(outcome.default("p").as_deref(), expected, "{parameter}");
        assert!(outcome.reached("after"), "{parameter}");
    }
    let call = "<call-template target='t'><with-param name='a' value=''/></call-template>";
    let outcome = bench("<parameter name='a' default='7'/>", READ, call).run();
    assert_eq!(outcome.default("p").as_deref(), Some(""), "empty is given");
}

#[test]
fn case_181_a_mandatory_parameter_that_is_not_given_is_a_fault() {
    let parameter = "<parameter name='a' isMandatory='true'/>";
    let outcome = bench(parameter, READ, "<call-template target='t'/>").property("ERROR_CODE", "1").run();
    let fault = outcome.fault.as_ref().expect("a fault");
    assert_eq!(fault.code, ErrorCode::TEMPLATE_PARAMETER);
    assert_eq!(outcome.typed("ERROR_CODE"), Some(("INTEGER", "500101".to_owned())));
    assert_eq!(
        outcome.default("ERROR_MESSAGE").as_deref(),
        Some("The mandatory template parameter a is missing")
    );
}

#[test]
fn case_182_the_result_is_that_of_the_template() {
    let call = format!("<call-template target='t'/>{AFTER}");
    let outcome = bench("", "<drop/>", &call).run();
    assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Stop));
    assert!(!outcome.reached("after"));
    assert!(outcome.exchange.parameters.is_none());
    assert!(bench("", "<log/>", &call).run().reached("after"));
}

#[test]
fn case_182_an_unknown_template_is_a_fault() {
    let compiled = Compiled::new("<call-template target='nope'/>", &[]);
    assert_eq!(compiled.missing, ["nope"]);
    let outcome = compiled.run(soap_request(""));
    assert_eq!(outcome.fault_message(), Some("Sequence template nope cannot be found"));
}

#[test]
fn case_182_a_fault_leaves_the_template() {
    let handler = "<sequence name='h'><property name='p' expression='$func:a'/></sequence>";
    let body = "<throw message='wrong'/>";
    let call = "<sequence name='guarded' onError='h'><call-template target='t'>\
                <with-param name='a' value='1'/></call-template></sequence>";
    let outcome = bench_with(handler, A, body, call).run();
    assert_eq!(outcome.fault_message(), Some("wrong"));
    assert_eq!(outcome.default("p").as_deref(), Some(""), "as outside a template");
}

#[test]
fn the_on_error_of_a_template_handles_its_faults() {
    let handler = "<sequence name='h'><property name='handled' value='1'/></sequence>";
    for template in [
        "<template name='t' onError='h'><sequence><throw message='wrong'/></sequence></template>",
        "<template name='t'><sequence onError='h'><throw message='wrong'/></sequence></template>",
    ] {
        let sequence = "<sequence name='test'><call-template target='t'/></sequence>";
        let outcome = Bench::definitions(&format!("{template}{handler}{sequence}")).run();
        assert!(outcome.reached("handled"), "{template}");
    }
}

#[test]
fn a_stop_deep_inside_leaves_every_template() {
    let inner =
        "<template name='inner'><sequence><filter xpath=\"'x'\"><drop/></filter></sequence></template>";
    let call = format!("<call-template target='t'/>{AFTER}");
    let outcome = bench_with(inner, "", "<call-template target='inner'/>", &call).run();
    assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Stop));
    assert!(outcome.exchange.parameters.is_none());
}

#[test]
fn what_is_sent_from_a_template_takes_the_parameters_along() {
    let call = "<call-template target='t'><with-param name='a' value='1'/></call-template>";
    let outcome = bench(A, "<send><endpoint key='e'/></send>", call).run();
    let delivery = outcome.exchange.deliveries.first().expect("it was sent");
    assert!(matches!(delivery.to, Recipient::Endpoint { .. }));
    assert!(delivery.parameters.as_ref().is_some_and(|parameters| parameters.value("a").is_some()));
}

#[test]
fn the_payload_is_read_when_a_parameter_needs_it() {
    let sent = || request("POST", "text/xml", "<a>1</a>");
    for (parameter, given, streams) in [
        (A, "<with-param name='a' value='{$trp:Host}'/>", true),
        (A, "<with-param name='a' value='{/a}'/>", false),
        (A, "<with-param name='a' value='{{/a}}'/>", false),
        ("<parameter name='a' default='{{/a}}'/>", "", false),
        ("<parameter name='a' default='{{/a}}'/>", "<with-param name='a' value='1'/>", true),
    ] {
        let call = format!("<call-template target='t'>{given}</call-template>");
        let outcome = bench(parameter, READ, &call).message(sent()).run();
        assert_eq!(outcome.streams(), streams, "{parameter} {given}");
    }
}

#[test]
fn templates_can_be_called_wrongly() {
    for wrong in ["<call-template/>", "<call-template target=''/>"] {
        assert!(is_refused(wrong), "{wrong}");
    }
    assert!(is_refused("<call-template target='t'><with-param name='a'/></call-template>"));
    assert_problems!(
        "<call-template/>
<call-template target=\"t\"><with-param name=\"a\"/></call-template>
<call-template target=\"t\"><with-param value=\"a\"/><with-param name=\" \" value=\"a\"/></call-template>
<call-template target=\"t\"><with-param name=\"a\" value=\"{//(}\"/><with-param name=\"b\" value=\"{{//(}}\"/></call-template>
<call-template target=\"t\"><with-param name=\"a\" value=\"{{}}\"/></call-template>
<call-template target=\"t\" onError=\"h\" tarjet=\"u\"><log/></call-template>"
    );
}

#[test]
fn calls_are_compared_with_what_the_template_declares() {
    let compiled = Compiled::definitions(
        "<template name='t'><parameter name='a' isMandatory='true'/><sequence/></template>\
         <sequence name='test'><call-template target='t'><with-param name='b' value='1'/></call-template></sequence>",
    );
    let reported: Vec<String> = compiled.reported.iter().map(|found| found.message.clone()).collect();
    assert_eq!(
        reported,
        ["the template \"t\" has no parameter \"b\"", "the template \"t\" needs the parameter \"a\""]
    );
}
