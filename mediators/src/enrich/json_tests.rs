//! The cases of mediators.md §5.4 and §12.7 about `enrich` with JSONPaths.

use sinew_core::message::Payload;

use crate::testing::{Bench, Outcome, assert_problems, is_clean, request, soap_request};

fn enrich(source: &str, target: &str) -> String {
    format!("<enrich><source {source}/><target {target}/></enrich>")
}

fn inline(text: &str, target: &str) -> String {
    format!("<enrich><source type='inline'>{text}</source><target {target}/></enrich>")
}

fn run(mediators: &str, payload: &str) -> Outcome {
    Bench::new(mediators).message(request("POST", "application/json", payload)).property("p", "[1]").run()
}

fn written(outcome: &Outcome) -> String {
    match &outcome.exchange.message.payload {
        Payload::Json(json) => json.text().to_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn case_144_a_value_is_added_to_a_list() {
    let mediator = inline("2", "xpath='json-eval($.a)' action='child'");
    assert!(is_clean(&mediator));
    assert_eq!(written(&run(&mediator, "{\"a\":[1]}")), "{\"a\":[1,2]}");
}

#[test]
fn values_go_where_a_path_leads() {
    let table = [
        (inline("2", "xpath='json-eval($.a)'"), "{\"a\":{\"b\":1}}", "{\"a\":2}"),
        (inline("x y", "xpath='json-eval($.a)'"), "{\"a\":1}", "{\"a\":\"x y\"}"),
        (
            inline("{\"c\":2}", "xpath='json-eval($.a)' action='child'"),
            "{\"a\":{\"b\":1}}",
            "{\"a\":{\"b\":1,\"c\":2}}",
        ),
        (inline("{\"b\":2}", "xpath='json-eval($)' action='child'"), "{\"a\":1}", "{\"a\":1,\"b\":2}"),
        (inline("0", "xpath='json-eval($..n)'"), "[{\"n\":1},{\"n\":{\"n\":2}}]", "[{\"n\":0},{\"n\":0}]"),
        (
            enrich("xpath='json-eval($.a.b)'", "xpath='json-eval($.c)'"),
            "{\"a\":{\"b\":1.0},\"c\":null}",
            "{\"a\":{\"b\":1.0},\"c\":1.0}",
        ),
        (
            enrich("xpath='json-eval($..n)'", "xpath='json-eval($.c)'"),
            "{\"a\":{\"n\":\"1\"},\"n\":2,\"c\":0}",
            "{\"a\":{\"n\":\"1\"},\"n\":2,\"c\":[2,\"1\"]}",
        ),
        (enrich("xpath='json-eval($.a)'", "type='body'"), "{\"a\":{\"b\":1}}", "{\"b\":1}"),
        (
            enrich("xpath='json-eval($.a)'", "type='body' action='child'"),
            "{\"a\":{\"b\":1}}",
            "{\"a\":{\"b\":1},\"b\":1}",
        ),
        (enrich("type='body'", "xpath='json-eval($.a)'"), "{\"a\":1}", "{\"a\":{\"a\":1}}"),
        (enrich("type='property' property='p'", "xpath='json-eval($.a)'"), "{\"a\":1}", "{\"a\":[1]}"),
        (
            enrich("xpath='json-eval($ctx:p[0])'", "xpath='json-eval($.a)' action='child'"),
            "{\"a\":[]}",
            "{\"a\":[1]}",
        ),
    ];
    for (mediator, payload, expected) in table {
        let outcome = run(&mediator, payload);
        assert!(outcome.fault.is_none(), "{mediator}: {:?}", outcome.fault);
        assert_eq!(written(&outcome), expected, "{mediator} {payload}");
    }
}

/// Only objects and lists can be a body, only lists and objects take children; a value has nothing beside it.
#[test]
fn what_has_no_room_changes_nothing() {
    let payload = "{\"a\": \"x\"}";
    for mediator in [
        enrich("xpath='json-eval($.a)'", "type='body'"),
        inline("1", "xpath='json-eval($.a)' action='child'"),
        inline("1", "xpath='json-eval($)' action='child'"),
        inline("1", "xpath='json-eval($.a)' action='sibling'"),
        enrich("xpath='json-eval($.none)'", "type='body'"),
        enrich("xpath='json-eval($.none)'", "xpath='json-eval($.a)'"),
    ] {
        let outcome = run(&mediator, payload);
        assert!(outcome.fault.is_none(), "{mediator}");
        assert_eq!(written(&outcome).replace("\": \"", "\":\""), "{\"a\":\"x\"}", "{mediator}");
    }
}

#[test]
fn case_140_a_path_that_leads_nowhere_is_no_target() {
    let invalid = Some("Invalid Target object to enrich");
    for target in ["$.none", "$.a.b", "$.l[5]", "$.l.length()"] {
        let outcome = run(&inline("1", &format!("xpath='json-eval({target})'")), "{\"a\":1,\"l\":[]}");
        assert_eq!(outcome.fault_message(), invalid, "{target}");
        assert_eq!(written(&outcome), "{\"a\":1,\"l\":[]}", "{target}");
    }
    let outcome = Bench::new(&inline("1", "xpath='json-eval($.a)'")).message(soap_request("<a/>")).run();
    assert_eq!(outcome.fault_message(), invalid);
}

#[test]
fn properties_take_json_as_text() {
    let payload = "{\"a\":{\"b\":[1,2.0]},\"s\":\"x\",\"n\":null,\"t\":true}";
    for (path, text) in [
        ("$.a", "{\"b\":[1,2.0]}"),
        ("$.s", "x"),
        ("$.n", "null"),
        ("$.t", "true"),
        ("$..b", "[[1,2.0]]"),
        ("$.none", ""),
    ] {
        let outcome =
            run(&enrich(&format!("xpath='json-eval({path})'"), "type='property' property='q'"), payload);
        assert_eq!(outcome.typed("q"), Some(("STRING", text.to_owned())), "{path}");
        assert_eq!(written(&outcome), payload);
    }
    let add = "type='property' property='p' action='child'";
    for (source, text) in
        [("xpath='json-eval($.s)'", "[1,\"x\"]"), ("xpath='json-eval($.a)'", "[1,{\"b\":[1,2.0]}]")]
    {
        assert_eq!(run(&enrich(source, add), payload).default("p").as_deref(), Some(text), "{source}");
    }
    assert_eq!(run(&inline("2", add), payload).default("p").as_deref(), Some("[1,2]"));
}

#[test]
fn values_that_are_not_cloned_move() {
    let table = [
        ("$.a", "xpath='json-eval($.l)' action='child'", "{\"a\":{\"n\":1},\"l\":[]}", "{\"l\":[{\"n\":1}]}"),
        ("$..n", "xpath='json-eval($.l)'", "{\"a\":{\"n\":1},\"n\":2,\"l\":0}", "{\"a\":{},\"l\":[2,1]}"),
        ("$.l[0]", "xpath='json-eval($.l)' action='child'", "{\"l\":[1,2,3]}", "{\"l\":[2,3,1]}"),
        ("$.a", "type='property' property='q'", "{\"a\":1,\"b\":2}", "{\"b\":2}"),
        ("$.a", "type='body'", "{\"a\":{\"b\":2}}", "{\"b\":2}"),
    ];
    for (source, target, payload, expected) in table {
        let outcome = run(&enrich(&format!("xpath='json-eval({source})' clone='false'"), target), payload);
        assert_eq!(written(&outcome), expected, "{source} {target}");
    }
    let inside = enrich("xpath='json-eval($.a)' clone='false'", "xpath='json-eval($.a.b)'");
    let outcome = run(&inside, "{\"a\":{\"b\":1}}");
    assert!(outcome.fault_message().is_some(), "a value cannot move into itself");
    assert_eq!(written(&outcome), "{\"a\":{\"b\":1}}");
}

#[test]
fn what_paths_lead_to_can_be_removed() {
    let payload = "{\"a\":1,\"b\":[1,2,3],\"c\":{\"a\":2}}";
    let table = [
        ("$.a", "{\"b\":[1,2,3],\"c\":{\"a\":2}}"),
        ("$.a, $.b[0,1]", "{\"b\":[3],\"c\":{\"a\":2}}"),
        ("$..a,$.b", "{\"c\":{}}"),
        ("$.none,$.c", "{\"a\":1,\"b\":[1,2,3]}"),
        ("$.b[?(@ > 1)]", "{\"a\":1,\"b\":[1],\"c\":{\"a\":2}}"),
    ];
    for (paths, expected) in table {
        let mediator = enrich(
            &format!("xpath='json-eval({})'", paths.replace('>', "&gt;")),
            "type='body' action='remove'",
        );
        assert!(is_clean(&mediator), "{mediator}");
        assert_eq!(written(&run(&mediator, payload)), expected, "{paths}");
    }
    let all = enrich("xpath='json-eval($)'", "type='body' action='remove'");
    assert!(matches!(run(&all, payload).exchange.message.payload, Payload::Empty));
    let outcome =
        Bench::new(&all.replace("$)", "$.a)")).message(request("POST", "application/xml", "<a/>")).run();
    assert_eq!(outcome.xml(), "<a/>");
}

#[test]
fn json_goes_into_messages_of_other_types() {
    let source = "xpath='json-eval($ctx:p)'";
    let pox =
        || Bench::new(&enrich(source, "type='body'")).message(request("POST", "application/xml", "<a/>"));
    let outcome = pox().property("p", "{\"b\":1}").run();
    assert_eq!(written(&outcome), "{\"b\":1}");
    assert_eq!(outcome.axis2("messageType").as_deref(), Some("application/json"));
    assert_eq!(pox().property("p", "7").run().xml(), "<a>7</a>");
    let into_element = Bench::new(&enrich(source, "xpath='//a'")).message(soap_request("<r><a/></r>"));
    let xml = into_element.property("p", "{\"b\":\"<\"}").run().xml();
    assert!(xml.contains("<a>{\"b\":\"&lt;\"}</a>"), "{xml}");
    let element = run(
        "<enrich><source type='inline'><x xmlns=''><y>1</y></x></source><target xpath='json-eval($.a)'/></enrich>",
        "{\"a\":0}",
    );
    assert_eq!(written(&element), "{\"a\":{\"x\":{\"y\":1}}}");
}

#[test]
fn wrong_paths_are_explained() {
    assert_problems!(
        "<enrich><source xpath=\"json-eval($.a,$.b[)\"/><target type=\"body\" action=\"remove\"/></enrich>
<enrich><source xpath=\"json-eval($.a,$.b)\"/><target type=\"body\"/></enrich>
<enrich><source type=\"inline\">1</source><target xpath=\"json-eval($ctx:p.a)\"/></enrich>
<enrich><source type=\"inline\">1</source><target xpath=\"json-eval($)\"/></enrich>
<enrich><source type=\"inline\">1</source><target xpath=\"json-eval($.a)\" action=\"sibling\"/></enrich>"
    );
}
