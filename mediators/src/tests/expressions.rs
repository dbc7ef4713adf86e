//! Cases with expressions that are more than a look-up: paths into the payload, functions, comparisons.

use crate::testing::{Bench, Outcome, assert_problems, is_refused, soap_request};

/// One case: its number, the mediators, the content of the SOAP body, and what must come of it.
type Row = (&'static str, &'static str, &'static str, fn(&Outcome) -> bool);

const ROWS: [Row; 22] = [
    ("9", "<property name='p' expression='//none'/>", "<a/>", |o| text(o) == Some("".into())),
    ("11", "<property name='p' expression='//a'/>", "<r><a>1</a><a>2</a></r>", |o| {
        text(o) == Some("12".into())
    }),
    ("12", "<property name='p' expression='//r'/>", "<r><a>1</a></r>", |o| {
        element(o) == Some("<r><a>1</a></r>".into())
    }),
    ("14", "<property name='p' expression='count(//a)'/>", "<r><a/><a/></r>", |o| {
        text(o) == Some("2.0".into())
    }),
    ("14, INTEGER", "<property name='p' type='INTEGER' expression='count(//a)'/>", "<r><a/></r>", |o| {
        o.fault_message() == Some("\"1.0\" is no INTEGER")
    }),
    ("15", "<property name='p' expression=\"//a='1'\"/>", "<r><a>1</a></r>", |o| {
        text(o) == Some("true".into())
    }),
    ("16", "<property name='p' expression='//s/@g'/>", "<s g='f'/>", |o| text(o) == Some("f".into())),
    ("22", "<property name='p' expression=\"get-property('FAULT')\"/>", "<s:Fault/>", |o| {
        text(o) == Some("TRUE".into())
    }),
    ("22, none", "<property name='p' expression=\"get-property('FAULT')\"/>", "<a/>", |o| {
        text(o) == Some("".into())
    }),
    ("46", "<property name='p' type='DOUBLE' expression='//a'/>", "<a>abc</a>", |o| {
        o.fault_message() == Some("\"abc\" is no DOUBLE")
    }),
    ("64", "<header name='To' expression=\"concat('http://','server','/path')\"/>", "", |o| {
        o.exchange.message.to().as_deref() == Some("http://server/path")
    }),
    (
        "96",
        "<filter xpath=\"//*[x:symbol='IBM']\" xmlns:x='urn:x'><property name='p' value='1'/></filter>",
        QUOTE,
        |o| o.reached("p"),
    ),
    (
        "96, other",
        "<filter xpath=\"//*[x:symbol='MSFT']\" xmlns:x='urn:x'><property name='p' value='1'/></filter>",
        QUOTE,
        |o| !o.reached("p"),
    ),
    (
        "97",
        "<filter source='//x:symbol' regex='IB' xmlns:x='urn:x'><property name='p' value='1'/></filter>",
        QUOTE,
        |o| !o.reached("p"),
    ),
    (
        "97, all",
        "<filter source='//x:symbol' regex='IB.*' xmlns:x='urn:x'><property name='p' value='1'/></filter>",
        QUOTE,
        |o| o.reached("p"),
    ),
    ("99", "<filter source='//none' regex='.*'><property name='p' value='1'/></filter>", "<a/>", |o| {
        o.reached("p")
    }),
    ("105", "<filter xpath='true()' source='x' regex='y'><property name='p' value='1'/></filter>", "", |o| {
        o.reached("p")
    }),
    (
        "107",
        "<switch source='//x:symbol' xmlns:x='urn:x'><case regex='MSFT'><property name='p' value='2'/></case>
        <case regex='IBM'><property name='p' value='1'/></case></switch>",
        QUOTE,
        |o| o.reached("p"),
    ),
    (
        "126",
        "<makefault version='soap11'><code expression=\"'Server'\"/><reason value='r'/>
        <detail expression='//r'/></makefault>",
        "<r><e>1</e></r>",
        |o| o.xml().contains("<detail><r><e>1</e></r></detail>"),
    ),
    (
        "126, elements with text",
        "<makefault version='soap11'><code expression=\"'Server'\"/><reason value='r'/>
           <detail expression='//e'/></makefault>",
        "<r><e>1</e><e>2</e></r>",
        |o| {
            let declaration = " xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"";
            o.xml().replace(declaration, "").contains("<detail><e>1</e><e>2</e></detail>")
        },
    ),
    (
        "message 2",
        "<property name='p' value='1'/><property name='p' expression=\"string(get-property('nope'))\"/>",
        "",
        |o| text(o) == Some("".into()),
    ),
    ("message 55", "<property name='p' expression=\"fn:lower-case($trp:Host)\"/>", "", |o| {
        text(o) == Some("abc".into())
    }),
];

const QUOTE: &str = "<x:q xmlns:x='urn:x'><x:symbol>IBM</x:symbol></x:q>";

fn text(outcome: &Outcome) -> Option<String> {
    outcome.default("p")
}

/// The same without the declaration of the envelope's prefix, which an element taken out of it keeps.
fn element(outcome: &Outcome) -> Option<String> {
    text(outcome).map(|text| text.replace(" xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"", ""))
}

#[test]
fn cases_with_paths_and_functions() {
    for (case, mediators, content, holds) in ROWS {
        let outcome = Bench::new(mediators).message(soap_request(content)).header("host", "ABC").run();
        assert!(holds(&outcome), "case {case}: {:?} {:?}", outcome.default("p"), outcome.fault_message());
    }
}

#[test]
fn case_006_bad_syntax_is_refused() {
    assert!(is_refused("<property name='p' expression=\"concat('a',\"/>"));
}

#[test]
fn wrong_expressions_are_pointed_at() {
    assert_problems!(
        "<property name=\"p\" expression=\"concat('a',\"/>
<property name=\"{$ctx:}\" value=\"1\"/>
<filter xpath=\" //a[\"/>
<switch source=\"get-property('a'\"/>
<sequence key=\"{get-property('a'}\"/>
<send receive=\"{1 +}\"/>"
    );
}
