//! The XML of scripts. Where nothing else is said, the expectations are what Rhino 1.7.14 answers.

use super::{run, value};

#[test]
fn literals() {
    let table = [
        ("<a><b>1</b></a>.toXMLString()", "<a>\n  <b>1</b>\n</a>"),
        ("<a>{'<&>'}</a>.toString()", "<&>"),
        ("<a>{null}{undefined}{1.5}{true}</a>", "nullundefined1.5true"),
        ("<a> {'x'} y </a>", "x y"),
        ("<a> x <b/> y </a>", "<a>\n  x\n  <b/>\n  y\n</a>"),
        ("<a>  <b/>  </a>", "<a>\n  <b/>\n</a>"),
        ("<a><!--c--><?p d?><![CDATA[<x>]]>]]&gt;<![CDATA[]]></a>", "<x>]]>"),
        ("<a>&lt;&amp;&#65;&quot;</a>", "<&A\""),
        ("<a>x{1}y{2}z</a>.toXMLString()", "<a>x1y2z</a>"),
        ("<a>{}</a>.toXMLString()", "<a/>"),
        ("<a>{'x'}<b/>{'y'}</a>.toXMLString()", "<a>\n  x\n  <b/>\n  y\n</a>"),
        ("<a><b> </b></a>.toXMLString()", "<a>\n  <b/>\n</a>"),
        ("<a><b>{' '}</b></a>.toXMLString()", "<a>\n  <b/>\n</a>"),
        ("<a>{' a '}</a>+'|'", "a|"),
        ("<a>{'a'}{' '}{'b'}</a>", "a b"),
        ("<a>{[1,2]}</a>.toXMLString()", "<a>1,2</a>"),
        ("<a>{new Date(0).getTime()}</a>.toXMLString()", "<a>0</a>"),
        ("<a>{{a:1}.a}</a>.toXMLString()", "<a>1</a>"),
        ("<a>{'}'}</a>.toXMLString()", "<a>}</a>"),
        ("<a b={function(){return '}'}()}/>.toXMLString()", "<a b=\"}\"/>"),
        ("<a b = \"1\"  c='2' />.toXMLString()", "<a b=\"1\" c=\"2\"/>"),
        ("<a b=\"x{1}y\"/>.toXMLString()", "<a b=\"x{1}y\"/>"),
        ("<a b='\"'/>.toXMLString()", "<a b=\"&quot;\"/>"),
        ("<a></a >.toXMLString()", "<a/>"),
        ("<a>\u{e9}\u{20ac}</a>.toXMLString()", "<a>\u{e9}\u{20ac}</a>"),
        ("<a xml:lang=\"en\"/>.toXMLString()", "<a xml:lang=\"en\"/>"),
        ("<><a/><b/></>.toXMLString()", "<a/>\n<b/>"),
        ("<><a/><b/></>.length()", "2"),
        (
            "<m:a xmlns:m=\"urn:m\"><b xmlns=\"urn:b\"><c/></b></m:a>.toXMLString()",
            "<m:a xmlns:m=\"urn:m\">\n  <b xmlns=\"urn:b\">\n    <c/>\n  </b>\n</m:a>",
        ),
    ];
    for (expression, expected) in table {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn names_attributes_and_elements_can_be_computed() {
    let table = [
        (
            "(function(){var n='b'; return <a><{n} {n}={n}>1</{n}></a>.toXMLString()})()",
            "<a>\n  <b b=\"b\">1</b>\n</a>",
        ),
        (
            "<{'S'}Response xmlns=\"org.wso2.gateway\"><T>{1}</T></{'S'}Response>.toXMLString()",
            "<SResponse xmlns=\"org.wso2.gateway\">\n  <T>1</T>\n</SResponse>",
        ),
        ("<{null}Response/>.toXMLString()", "<nullResponse/>"),
        ("<a x={'1<2\"&'}/>.@x", "1<2\"&"),
        (
            "(function(){var i=<b>1</b>; return <a>{i}{i.text()}</a>.toXMLString()})()",
            "<a>\n  <b>1</b>\n  1\n</a>",
        ),
        (
            "(function(){var i=<b k=\"1\"/>; return <a j={i.@k}>{i.@k}</a>.toXMLString()})()",
            "<a j=\"1\">1</a>",
        ),
        // An element without a namespace takes the default one of where it is put.
        ("(function(){var i=<b/>; return <a xmlns=\"urn:x\">{i}</a>.*::b.namespace()})()", "urn:x"),
        // ECMA-357 §11.1.4; Rhino refuses a literal directly inside braces.
        ("<a>{<b/>}{<b>{'1'}</b>}</a>.toXMLString()", "<a>\n  <b/>\n  <b>1</b>\n</a>"),
    ];
    for (expression, expected) in table {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn members() {
    let m = "<m:a xmlns:m=\"urn:m\"><m:b>1</m:b></m:a>";
    let table = [
        ("<a><b>petra</b></a>.b == 'petra'", "true"),
        ("<a><b>x</b></a>.b == 'petra'", "false"),
        (&*format!("{m}..*::b"), "1"),
        (&format!("{m}..b.toString()"), ""),
        (&format!("{m}.*::b"), "1"),
        (&format!("{m}.*::b.toXMLString()"), "<m:b xmlns:m=\"urn:m\">1</m:b>"),
        (&format!("(function(){{var n=new Namespace('urn:m'); return {m}.n::b}})()"), "1"),
        ("<a><b>1</b><b>2</b></a>.b.toString()", "<b>1</b>\n<b>2</b>"),
        ("<a><b>1</b><b>2</b></a>.b.length()", "2"),
        ("<a><b>1</b><b>2</b></a>.b[1].toString()", "2"),
        ("<a><b>1</b><b>2</b></a>.b[5] === undefined", "true"),
        ("<a><b><c>1</c></b></a>", "<a>\n  <b>\n    <c>1</c>\n  </b>\n</a>"),
        ("<a><b><c>1</c></b>t<d/></a>", "<a>\n  <b>\n    <c>1</c>\n  </b>\n  t\n  <d/>\n</a>"),
        ("<a>text</a>", "text"),
        ("<a/>+'|'", "|"),
        ("<a i=\"7\" m:i=\"8\" xmlns:m=\"urn:m\"/>.@i", "7"),
        ("<a i=\"7\" m:i=\"8\" xmlns:m=\"urn:m\"/>.@*::i", "78"),
        ("<a b=\"1\"/>.attributes().length()", "1"),
        ("<a i=\"7\"/>.@i == 7", "true"),
        ("<a i=\"7\"/>.@i > 6", "true"),
        ("<a i=\"7\"/>.@j.length()", "0"),
        ("<a i=\"7\"/>.@j == null", "false"),
        ("<a k=\"1\"/>[\"@k\"]", "1"),
        ("<a k=\"1\"/>.@[\"k\"]", "1"),
        ("<a>1<b>2</b>3</a>.text()", "13"),
        ("<a>1<b>2</b>3</a>.*.length()", "3"),
        ("<a>1<b>2</b>3</a>.children().length()", "3"),
        ("<m:a xmlns:m=\"urn:m\"/>.name()", "urn:m::a"),
        ("<m:a xmlns:m=\"urn:m\"/>.localName()", "a"),
        ("<m:a xmlns:m=\"urn:m\"/>.namespace()", "urn:m"),
        ("<a><b>x,y</b></a>.b.split(',')[1]", "y"),
        ("<a><b>x</b></a>.b.toUpperCase()", "X"),
        ("<a><b>1</b></a>.b.indexOf('1')", "0"),
        ("<a><b>x</b></a>.b + 'y'", "xy"),
        ("<a><b>5</b></a>.b * 2", "10"),
        ("<a><b>5</b></a>.b == 5", "true"),
        ("<a><b>x</b></a>.b === 'x'", "false"),
        ("Number(<a>1</a>)+1", "2"),
        ("<a><b><c>1</c></b><c>2</c></a>..c.length()", "2"),
        ("<a><b/></a>.hasSimpleContent()", "false"),
        ("<a>x</a>.hasSimpleContent()", "true"),
        ("<a/>.hasSimpleContent()", "true"),
        ("<a><name>n</name></a>.name", "n"),
        ("<a><length>n</length></a>.length", "n"),
        ("<a><b>1</b><c>2</c></a>.elements('c').toXMLString()", "<c>2</c>"),
        ("<a><b>1</b><c>2</c></a>.child('c').toXMLString()", "<c>2</c>"),
        ("<a><b>1</b><c>2</c></a>.descendants('c').toXMLString()", "<c>2</c>"),
        ("<a><b>1</b><c>2</c></a>.attribute('c').length()", "0"),
        ("<a><b>1</b></a>.b.parent().toXMLString()", "<a>\n  <b>1</b>\n</a>"),
        ("<a><b/></a>.nodeKind()", "element"),
        ("<a b=\"1\"/>.@b.nodeKind()", "attribute"),
        ("<a>x</a>.*[0].nodeKind()", "text"),
        ("<a b=\"1\"/>.@b.name()", "b"),
        ("<a><b>1</b></a>.b.c.length()", "0"),
        ("<a/>.b ? 1 : 2", "1"),
        ("JSON.stringify({a: <a>1</a>})", "{\"a\":\"1\"}"),
        ("<a/> instanceof XML", "true"),
        ("<a><b>1</b></a>.b instanceof XMLList", "true"),
        ("new XML('<a> <b> x </b> </a>').toXMLString()", "<a>\n  <b>x</b>\n</a>"),
        ("XML('<a><b>1</b></a>').b", "1"),
        ("new XML('text')", "text"),
        ("new XMLList('<a/><b/>').length()", "2"),
        ("<a\n>\n<b>1</b>\n</a>\n.b", "1"),
    ];
    for (expression, expected) in table {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn statements() {
    let table = [
        ("var r=''; for each (var i in <a><b>1</b><b>2</b></a>.b) r += i + ';';", "1;2;"),
        ("var r=''; for each (var i in [3, 4]) { r += i; }", "34"),
        ("var l=<a><b>1</b><b>2</b></a>.b, r=''; for (var i in l) r += i;", "01"),
        ("var x = <a/>; x.b = '1'; var r = x.toXMLString()", "<a>\n  <b>1</b>\n</a>"),
        ("var x = <a><b>1</b></a>; x.b = '<'; var r = x.toXMLString()", "<a>\n  <b>&lt;</b>\n</a>"),
        ("var x = <a><b>1</b></a>; x.b = <c/>; var r = x.toXMLString()", "<a>\n  <c/>\n</a>"),
        ("var x = <a/>; x.@i = 5; var r = x.toXMLString()", "<a i=\"5\"/>"),
        ("var x = <a/>; x.@['i'] = 5; var r = x.toXMLString()", "<a i=\"5\"/>"),
        (
            "var x = <a i=\"1\"><b/><b/><c/></a>; delete x.b; delete x.@i; var r = x.toXMLString()",
            "<a>\n  <c/>\n</a>",
        ),
        (
            "var x = <a/>; x.appendChild(<b/>); x.appendChild('t'); var r = x.toXMLString()",
            "<a>\n  <b/>\n  t\n</a>",
        ),
        ("var i = 3; var r = i <4 && 5> i", "true"),
        ("var r = (function(){ if (true) return <a/>; })().toXMLString()", "<a/>"),
        ("var s = 'a/b', r = s.split(/\\//)[1] + (4 / 2 / 1) + `${<a>{1}</a>}<b>`", "b21<b>"),
        ("var r = /<a>[/}]{1}/.test('<a>}')", "true"),
    ];
    for (source, expected) in table {
        let outcome = run(&format!("{source}\nmc.setProperty('r', String(r));"));
        assert_eq!(outcome.fault_message(), None, "{source}");
        assert_eq!(outcome.default("r").as_deref(), Some(expected), "{source}");
    }
}

#[test]
fn changing_a_value_leaves_the_message_as_it_is() {
    let outcome = super::Bench::new(&super::script(
        "var a = mc.getPayloadXML(); a.b = '2'; mc.setProperty('r', String(a.b) + mc.getPayloadXML().b);",
    ))
    .message(crate::testing::soap_request("<a><b>1</b></a>"))
    .run();
    assert_eq!(outcome.default("r").as_deref(), Some("21"));
    assert!(outcome.xml().contains("<a><b>1</b></a>"), "{}", outcome.xml());
}

#[test]
fn values_cannot_add_markup() {
    let table = [
        ("<a>{'</a><evil/>'}</a>.toXMLString()", "<a>&lt;/a&gt;&lt;evil/&gt;</a>"),
        ("<a x={'\" y=\"1'}/>.toXMLString()", "<a x=\"&quot; y=&quot;1\"/>"),
        ("<a>{'\\u0000\\u0001\\ud800'}</a>", "\u{fffd}\u{fffd}\u{fffd}"),
    ];
    for (expression, expected) in table {
        assert_eq!(value(expression), expected, "{expression}");
    }
    for name in ["a b", "a><b", "a/", "a='1'", "", "1", "a{b", "a\u{0}"] {
        let message = value(&format!("(function(n){{ return <{{n}}/> }})({name:?})"));
        assert!(message.starts_with("the script failed in line 2: TypeError: "), "{name}: {message}");
    }
}
