//! The cases of mediators.md §12.2 and of message-and-expressions.md §14 about properties.

use sinew_core::mediation::Flow;
use sinew_core::message::{Payload, Value};

use crate::testing::{Bench, Compiled, assert_problems, is_clean, is_refused, parse, request, soap_request};

/// Type and text of `p` after a `<property name="p" …>`.
fn set(attributes: &str) -> Option<(&'static str, String)> {
    Bench::new(&format!("<property name='p' {attributes}/>")).run().typed("p")
}

fn string(text: &str) -> Option<(&'static str, String)> {
    Some(("STRING", text.to_owned()))
}

#[test]
fn case_041_a_property_needs_a_name_and_something_to_be_set_to() {
    assert_eq!(set("value=''"), string(""));
    assert!(is_refused("<property value='x'/>"));
    assert!(is_refused("<property name='' value='x'/>"));
    assert!(is_refused("<property name='p'/>"));
    assert!(is_clean("<property name='p' action='remove'/>"));
}

#[test]
fn case_042_every_action_but_remove_sets() {
    assert_eq!(set("action='delete' value='1'"), string("1"));
    assert!(!parse("<property name='p' action='delete' value='1'/>").1.is_empty(), "with a warning");
}

#[test]
fn case_043_value_beats_element_beats_expression() {
    let run = |attributes: &str| {
        Bench::new(&format!("<property name='p' {attributes}><m:a xmlns:m='urn:m' b='c'/></property>"))
            .run()
            .typed("p")
    };
    assert_eq!(run("value='v' expression=\"'e'\""), string("v"));
    assert_eq!(run("expression=\"'e'\""), Some(("OM", "<m:a xmlns:m=\"urn:m\" b=\"c\"/>".to_owned())));
}

#[test]
fn case_044_and_045_literals_are_converted_when_they_are_read() {
    assert_eq!(set("type='INTEGER' value='7'"), Some(("INTEGER", "7".to_owned())));
    assert!(is_refused("<property name='p' type='INTEGER' value='x'/>"));
    assert!(is_refused("<property name='p' type='integer' value='7'/>"));
    for (value, expected) in
        [("yes", "true"), ("TRUE", "true"), ("1", "true"), ("on", "false"), ("", "false")]
    {
        let found = set(&format!("type='BOOLEAN' value='{value}'"));
        assert_eq!(found, Some(("BOOLEAN", expected.to_owned())), "{value}");
    }
    assert_eq!(set("type='DOUBLE' value='2'"), Some(("DOUBLE", "2.0".to_owned())));
    assert_eq!(set("type='OM' value='&lt;a/>'"), Some(("OM", "<a/>".to_owned())));
}

#[test]
fn case_046_what_does_not_convert_fails_for_the_message() {
    let mediators = "<property name='p' type='DOUBLE' expression='$ctx:a'/>";
    let outcome = Bench::new(mediators).property("a", "abc").run();
    assert_eq!(outcome.fault_message(), Some("\"abc\" is no DOUBLE"));
    let outcome = Bench::new(mediators).property("a", "1.5").run();
    assert_eq!(outcome.typed("p"), Some(("DOUBLE", "1.5".to_owned())));
}

#[test]
fn cases_047_to_051_pattern_and_group() {
    let table = [
        (47, "value='HELLOWORLD123' pattern='([A-Z]+)([0-9]+)'", "HELLOWORLD123"),
        (47, "value='HELLOWORLD123' pattern='([A-Z]+)([0-9]+)' group='1'", "HELLOWORLD"),
        (47, "value='HELLOWORLD123' pattern='([A-Z]+)([0-9]+)' group='2'", "123"),
        (48, "value='xxabc' pattern='abc'", ""),
        (49, "value='abc' pattern='a(b)c' group='2'", "abc"),
    ];
    for (case, attributes, expected) in table {
        assert_eq!(set(attributes), string(expected), "case {case}: {attributes}");
        let computed =
            attributes.replacen("value='", "expression=\"'", 1).replacen("' pattern", "'\" pattern", 1);
        assert_eq!(set(&computed), string(expected), "case {case}: {computed}");
    }
    assert!(is_refused("<property name='p' value='a' group='1'/>"), "case 50");
    assert!(is_refused("<property name='p' value='a' pattern='a' group='-1'/>"), "case 50");
    assert!(is_refused("<property name='p' value='a' pattern='a' group='x'/>"), "§3.8");
    assert!(is_refused("<property name='p' value='a' pattern='('/>"), "§3.8");
    assert_eq!(set("type='LONG' value='5' pattern='x'"), Some(("LONG", "5".to_owned())), "case 51");
}

#[test]
fn case_052_an_inline_element_is_everybodys_own() {
    let compiled = Compiled::new("<property name='p'><m:a xmlns:m='urn:m'>1</m:a></property>", &[]);
    let mut first = compiled.run(soap_request(""));
    let second = compiled.run(soap_request(""));
    let properties = &mut first.exchange.message.properties;
    let Some(Value::Xml(element)) = properties.value("p").cloned() else { panic!("an element") };
    let mut element = element;
    let document = std::sync::Arc::make_mut(&mut element);
    let root = document.root_element().expect("a root");
    document.set_text(root, "2");
    properties.set("p", Value::Xml(element));
    assert_eq!(first.default("p").as_deref(), Some("<m:a xmlns:m=\"urn:m\">2</m:a>"));
    assert_eq!(second.default("p").as_deref(), Some("<m:a xmlns:m=\"urn:m\">1</m:a>"));
}

#[test]
fn case_053_only_some_scopes_can_be_set() {
    for scope in ["bogus", "system", "registry", "analytics", "trace", "func", "Default"] {
        assert!(is_refused(&format!("<property name='p' value='1' scope='{scope}'/>")), "{scope}");
    }
    let outcome = Bench::new("<property name='p' value='1' scope='operation'/>").run();
    assert_eq!(outcome.operation("p").as_deref(), Some("1"));
    assert_eq!(outcome.default("p"), None);
    let outcome = Bench::new("<property name='p' value='1' scope='default'/>").run();
    assert!(outcome.reached("p"));
}

#[test]
fn case_054_headers_are_found_in_any_case() {
    let mediators = "<property name='X-A' value='2' scope='transport'/>
        <property name='p' expression='$trp:x-a'/>";
    assert_eq!(Bench::new(mediators).run().default("p").as_deref(), Some("2"));
}

#[test]
fn case_055_null_leaves_no_header() {
    let mediators = "<property name='X-A' expression=\"get-property('none')\" scope='transport'/>";
    let outcome = Bench::new(mediators).header("x-a", "1").run();
    assert!(outcome.headers("x-a").is_empty());
    assert!(outcome.fault.is_none());
}

#[test]
fn case_056_removing_what_is_not_there_is_no_error() {
    for scope in ["default", "axis2", "axis2-client", "transport", "operation"] {
        let outcome = Bench::new(&format!("<property name='x' action='remove' scope='{scope}'/>")).run();
        assert_eq!(outcome.flow.ok(), Some(Flow::Continue), "{scope}");
    }
}

#[test]
fn case_057_the_client_options_are_axis2_properties() {
    let set = "<property name='p' value='1' scope='axis2-client'/>";
    assert_eq!(Bench::new(set).run().axis2("p").as_deref(), Some("1"));
    let mediators = format!("{set}<property name='p' action='remove' scope='axis2-client'/>");
    assert_eq!(Bench::new(&mediators).run().axis2("p"), None);
}

#[test]
fn case_058_response_makes_a_response_of_a_request() {
    let out = "<out><property name='x' value='1'/></out>";
    for (attributes, is_response) in [("value='TRUE'", true), ("type='BOOLEAN' value='true'", false)] {
        let outcome = Bench::new(&format!("<property name='RESPONSE' {attributes}/>{out}")).run();
        assert_eq!(outcome.reached("x"), is_response, "{attributes}");
        assert_eq!(outcome.operation("RESPONSE_WRITTEN").as_deref(), Some("SKIP"), "{attributes}");
    }
}

#[test]
fn case_059_message_type_is_only_set_and_reads_nothing() {
    let mediators = "<property name='messageType' value='application/json' scope='axis2'/>";
    let outcome = Bench::new(mediators).run();
    assert_eq!(outcome.axis2("messageType").as_deref(), Some("application/json"));
    assert_eq!(outcome.headers("content-type"), ["text/xml"]);
    assert!(outcome.streams());
}

#[test]
fn case_060_names_may_be_computed() {
    let outcome = Bench::new("<property name='{$ctx:n}' value='v'/>").property("n", "k").run();
    assert_eq!(outcome.default("k").as_deref(), Some("v"));
    for scope in ["default", "transport"] {
        let outcome =
            Bench::new(&format!("<property name='{{$ctx:none}}' value='v' scope='{scope}'/>")).run();
        assert!(outcome.fault.is_none(), "an empty name is skipped, {scope}");
    }
    let outcome =
        Bench::new("<property name='{$ctx:n}' value='v' scope='transport'/>").property("n", "a b").run();
    assert_eq!(outcome.fault_message(), Some("no header can be named \"a b\""));
}

#[test]
fn case_062_a_removed_property_is_null() {
    let mediators =
        "<property name='a' action='remove'/><property name='p' expression=\"get-property('a')\"/>";
    let outcome = Bench::new(mediators).property("a", "1").property("p", "old").run();
    assert_eq!(outcome.default("a"), None);
    assert_eq!(outcome.default("p").as_deref(), Some("old"));
}

#[test]
fn message_cases_001_to_009_values() {
    let missing = "<property name='a' value='1'/><property name='a' expression=\"get-property('nope')\"/>";
    assert_eq!(Bench::new(missing).run().default("a").as_deref(), Some("1"), "case 1");
    assert!(is_refused("<property name='n' value='12x' type='INTEGER'/>"), "case 3");
    let outcome = Bench::new("<property name='n' expression=\"'12x'\" type='INTEGER'/>").run();
    assert_eq!(outcome.fault_message(), Some("\"12x\" is no INTEGER"), "case 4");
    let boolean = |text: &str| Some(("BOOLEAN", text.to_owned()));
    assert_eq!(set("value='yes' type='BOOLEAN'"), boolean("true"), "case 6");
    assert_eq!(set("value='maybe' type='BOOLEAN'"), boolean("false"), "case 6");
    let url = "value='http://h:8080/p'";
    assert_eq!(set(&format!("{url} pattern='https?://([^:/]+).*' group='1'")), string("h"), "case 7");
    assert_eq!(set(&format!("{url} pattern='https?://([^:/]+)'")), string(""), "case 8");
    assert_eq!(set(&format!("{url} pattern='(.*)' group='2'")), string("http://h:8080/p"), "case 9");
}

#[test]
fn message_cases_010_to_013_headers() {
    let set = "<property name='x-a' value='2' scope='transport'/>";
    let outcome = Bench::new(set).header("X-A", "1").run();
    assert_eq!(outcome.headers("x-a"), ["2"], "case 10");
    let remove = "<property name='X-A' action='remove' scope='transport'/>";
    assert!(Bench::new(remove).header("x-a", "1").run().headers("x-a").is_empty(), "case 11");
    let mediators = "<property name='TRANSPORT_HEADERS' action='remove' scope='axis2'/>
        <property name='X-A' value='3' scope='transport'/><property name='p' expression='$trp:x-a'/>";
    let outcome = Bench::new(mediators).header("X-B", "1").run();
    assert_eq!(outcome.default("p").as_deref(), Some("3"), "case 12");
    assert_eq!(outcome.exchange.message.headers.len(), 1, "case 12");
    let integer = "<property name='x-a' value='5' type='INTEGER' scope='transport'/>";
    assert_eq!(Bench::new(integer).run().headers("x-a"), ["5"], "case 13, repaired");
}

#[test]
fn message_case_017_default_properties_reach_the_response_and_axis2_properties_do_not() {
    let mediators = "<property name='d' value='1'/><property name='a' value='1' scope='axis2'/>
        <property name='o' value='1' scope='operation'/>";
    let mut message = Bench::new(mediators).run().exchange.message;
    message.become_response(http::StatusCode::OK, http::HeaderMap::new(), Payload::Empty);
    let mediators = "<property name='d2' expression='$ctx:d'/><property name='a2' expression='$axis2:a'/>
        <property name='o2' expression='$operation:o'/>";
    let outcome = Bench::new(mediators).message(message).run();
    assert!(outcome.reached("d2"));
    assert!(outcome.reached("o2"));
    assert_eq!(outcome.default("a2"), None);
}

#[test]
fn message_case_020_removal_takes_every_line_and_setting_replaces_every_line() {
    let bench = |mediators: &str| Bench::new(mediators).header("a", "1").header("a", "2").run();
    assert!(bench("<property name='A' action='remove' scope='transport'/>").headers("a").is_empty());
    assert_eq!(bench("<property name='A' value='3' scope='transport'/>").headers("a"), ["3"]);
}

#[test]
fn message_cases_021_and_022_response() {
    let outcome = Bench::new("<property name='RESPONSE' value='true'/><drop/>").run();
    assert_eq!(outcome.operation("RESPONSE_WRITTEN").as_deref(), Some("SKIP"), "case 21");
    assert!(outcome.sent().is_empty(), "case 21");
    let outcome = Bench::new("<property name='RESPONSE' value='true' type='BOOLEAN'/><send/>").run();
    assert_eq!(outcome.sent(), ["endpoint default"], "case 22");
    let outcome = Bench::new("<property name='RESPONSE' expression='$ctx:none'/>").run();
    assert_eq!(outcome.operation("RESPONSE_WRITTEN"), None, "null sets nothing");
}

#[test]
fn nobody_injects_headers() {
    let mediators = "<property name='X-A' expression='$ctx:evil' scope='transport'/>";
    for evil in ["a\r\nX-B: 1", "a\nb", "a\rb", "a\0b"] {
        let outcome = Bench::new(mediators).property("evil", evil).run();
        assert_eq!(outcome.fault_message(), Some("a header value contains a control character"), "{evil:?}");
        assert!(outcome.headers("x-a").is_empty(), "{evil:?}");
    }
    assert!(is_refused("<property name='X-A' value='a&#13;&#10;b' scope='transport'/>"));
    assert!(is_refused("<property name='a b' value='1' scope='transport'/>"));
}

#[test]
fn headers_keep_the_bytes_they_came_with() {
    let mut message = request("GET", "", "");
    let latin1 = http::HeaderValue::from_bytes(b"caf\xe9").expect("a header value");
    message.headers.insert("x-a", latin1.clone());
    let mediators = "<property name='X-B' expression='$trp:x-a' scope='transport'/>";
    let outcome = Bench::new(mediators).message(message).run();
    assert_eq!(outcome.exchange.message.headers.get("x-b"), Some(&latin1));
}

#[test]
fn null_in_the_axis2_scope_hides_what_was_there() {
    let mediators = "<property name='HTTP_METHOD' expression='$ctx:none' scope='axis2'/>";
    assert_eq!(Bench::new(mediators).run().axis2("HTTP_METHOD"), None);
    assert_eq!(Bench::new("").run().axis2("HTTP_METHOD").as_deref(), Some("POST"));
}

#[test]
fn wrong_properties_are_explained() {
    assert_problems!(
        "<property value=\"x\"/>
<property name=\"p\"/>
<property name=\"p\" value=\"x\" type=\"INTEGER\"/>
<property name=\"p\" value=\"7\" type=\"integer\"/>
<property name=\"p\" value=\"{}\" type=\"JSON\"/>
<property name=\"p\" value=\"x\" scope=\"bogus\"/>
<property name=\"p\" value=\"x\" scope=\"system\"/>
<property name=\"p\" value=\"x\" scope=\"registry\"/>
<property name=\"p\" value=\"x\" group=\"1\"/>
<property name=\"p\" value=\"x\" pattern=\"x\" group=\"-1\"/>
<property name=\"p\" value=\"x\" pattern=\"x)(y\"/>
<property name=\"a b\" value=\"x\" scope=\"transport\"/>
<property name=\"a\" value=\"x&#10;y\" scope=\"transport\"/>"
    );
}

#[test]
fn doubtful_properties_are_warned_of() {
    assert_problems!(
        "<property name=\"p\" action=\"delete\" value=\"1\"/>
<property name=\"p\" value=\"1\" expression=\"'2'\"/>
<property name=\"p\" expression=\"'2'\"><a/></property>
<property name=\"p\" value=\"abc\" pattern=\"a(b)c\" group=\"2\"/>
<property name=\"p\" value=\"5\" type=\"LONG\" pattern=\"x\"/>
<property name=\"p\" vaule=\"5\" value=\"5\"/>"
    );
}
