//! XPath 1.0 by the sections of its recommendation. Results are shown through `concat(…, '')`, which is `string()`.

use super::support::{Subject, om};

const DOCUMENT: &str = "<doc xml:lang='en'><chapter n='1'><title>One</title><para type='a'>p1</para><para>p2<b>bold</b></para>\
    </chapter><!--note--><chapter n='2'><title xmlns:x='urn:x' x:k='v'>Two</title><x:para xmlns:x='urn:x'>p3</x:para>\
    <?go fast?></chapter><appendix n='3'/></doc>";

/// Evaluates `string(text)` with `<doc>` as context node.
fn string_at_doc(text: &str) -> String {
    let subject = Subject::empty().property("doc", om(DOCUMENT)).prefix("x", "urn:x");
    let text = format!("string({text})");
    let compiled = subject.compile(&text);
    let doc = subject.compile("$ctx:doc").expression.clone();
    let nodes = doc.nodes(subject.scope()).expect("the document is a node");
    let object =
        compiled.expression.value_at(subject.scope(), nodes[0]).unwrap_or_else(|error| panic!("{error}"));
    object.into_text().expect("a string is never null").into_owned()
}

fn at_doc<const N: usize>(table: [(&str, &str); N]) {
    for (text, expected) in table {
        assert_eq!(string_at_doc(text), expected, "{text}");
    }
}

fn strings<const N: usize>(table: [(&str, &str); N]) {
    let subject = Subject::empty();
    for (text, expected) in table {
        assert_eq!(subject.string(&format!("string({text})")).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn section_2_location_paths() {
    at_doc([
        ("count(child::chapter)", "2"),
        ("count(child::*)", "3"),
        ("count(child::node())", "4"),
        ("chapter/para", "p1"),
        ("attribute::xml:lang", "en"),
        ("@xml:lang", "en"),
        ("count(chapter/attribute::*)", "2"),
        ("count(descendant::para)", "2"),
        ("count(chapter[1]/descendant-or-self::*)", "5"),
        ("count(//para/ancestor::*)", "2"),
        ("count(//b/ancestor-or-self::*)", "4"),
        ("count(self::doc)", "1"),
        ("count(self::chapter)", "0"),
        ("count(chapter[1]/descendant::text())", "4"),
        ("chapter/descendant::b", "bold"),
        ("count(*/para)", "2"),
        ("count(/)", "1"),
        ("count(/descendant::title)", "2"),
        ("/descendant::title[position()=2]", "Two"),
        ("child::chapter[position()=1]/title", "One"),
        ("child::chapter[position()=last()]/title", "Two"),
        ("child::chapter[position()=last()-1]/title", "One"),
        ("count(child::chapter[position()>1])", "1"),
        ("chapter[1]/following-sibling::chapter[position()=1]/@n", "2"),
        ("chapter[2]/preceding-sibling::chapter[position()=1]/@n", "1"),
        ("/child::doc/child::chapter[position()=2]/child::title", "Two"),
        ("chapter/child::para[attribute::type='a']", "p1"),
        ("chapter[child::title='Two']/@n", "2"),
        ("count(chapter[child::title])", "2"),
        ("count(child::*[self::chapter or self::appendix])", "3"),
        ("child::*[self::chapter or self::appendix][position()=last()]/@n", "3"),
    ]);
}

#[test]
fn section_2_2_axes() {
    at_doc([
        ("name(//b/ancestor::*[1])", "para"),
        ("name(//b/ancestor::*[last()])", "doc"),
        ("name(//b/ancestor-or-self::node()[1])", "b"),
        ("count(//b/ancestor::node())", "4"),
        ("appendix/preceding::title[1]", "Two"),
        ("appendix/preceding::title[2]", "One"),
        ("(appendix/preceding::title)[1]", "One"),
        ("count(appendix/preceding::node())", "16"),
        ("name(appendix/preceding-sibling::*[1]/@n/..)", "chapter"),
        ("appendix/preceding-sibling::*[1]/@n", "2"),
        ("name(chapter[1]/following::*[1])", "chapter"),
        ("count(chapter[1]/following::*)", "4"),
        ("count(//b/following::node())", "8"),
        ("count(//title/following::para)", "2"),
        ("count(//b/preceding::*)", "2"),
        ("count(//para/parent::*)", "1"),
        ("count(chapter/@n/following-sibling::node())", "0"),
        ("name(chapter[1]/@n/following::*[1])", "title"),
        ("count(chapter[2]/@n/preceding::*)", "5"),
        ("count(@*/self::node())", "1"),
        ("count(@*/self::*)", "0"),
        ("count(//@*/parent::chapter)", "2"),
        ("count(namespace::*)", "1"),
        ("count(chapter/title/namespace::x)", "1"),
        ("chapter/title/namespace::x", "urn:x"),
        ("name(chapter/title/namespace::x/..)", "title"),
        ("count(chapter/title/namespace::x:x)", "0"),
        ("count(//comment()/following::appendix)", "1"),
        ("count(appendix/following::node())", "0"),
        ("count(/descendant-or-self::node()/self::node())", "19"),
    ]);
}

#[test]
fn section_2_3_node_tests() {
    at_doc([
        ("count(//x:para)", "1"),
        ("count(//x:*)", "1"),
        ("count(//@x:*)", "1"),
        ("count(//@*)", "6"),
        ("count(//@x:k)", "1"),
        ("count(//@k)", "0"),
        ("//comment()", "note"),
        ("//processing-instruction()", "fast"),
        ("//processing-instruction('go')", "fast"),
        ("count(//processing-instruction('stop'))", "0"),
        ("name(//processing-instruction())", "go"),
        ("count(//text())", "6"),
        ("count(//node())", "18"),
    ]);
}

#[test]
fn section_2_4_predicates() {
    at_doc([
        ("count(//para[1])", "1"),
        ("count(/descendant::para[1])", "1"),
        ("count(//title[1])", "2"),
        ("count((//title)[1])", "1"),
        ("count(//*[1])", "5"),
        ("(//title)[2]", "Two"),
        ("(//title)[last()]", "Two"),
        ("//title[last()][. = 'Two']", "Two"),
        ("chapter[2]/title", "Two"),
        // As in Jaxen, the fraction of a position is cut off.
        ("chapter[1.5]/title", "One"),
        ("chapter[last() div 1.1]/title", "One"),
        ("chapter[0]/title", ""),
        ("chapter[-1]/title", ""),
        ("chapter['x'][2]/title", "Two"),
        ("count(chapter[''])", "0"),
        ("chapter[number(2)]/title", "Two"),
        ("chapter[count(../appendix) + 1]/title", "Two"),
        ("chapter[@n = 2][1]/title", "Two"),
        ("chapter[position() = 2 and @n]/title", "Two"),
        ("count(chapter[true()])", "2"),
        ("count(chapter[para][title])", "1"),
        ("chapter[last()]/@n", "2"),
        ("//para[@type][1]", "p1"),
        ("//para[not(@type)]/b", "bold"),
        ("count(//chapter[.//b])", "1"),
        ("count(//*[.])", "10"),
        ("count(.//title)", "2"),
        ("count(././/.)", "18"),
    ]);
}

#[test]
fn section_3_1_to_3_3_basics() {
    strings([
        ("'a\"b'", "a\"b"),
        ("\"a'b\"", "a'b"),
        ("(1)", "1"),
        ("((('a')))", "a"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1000000000000000000000", "1000000000000000000000"),
    ]);
    at_doc([
        ("count(chapter | appendix)", "3"),
        ("(appendix | chapter)[1]/@n", "1"),
        ("count(chapter | chapter)", "2"),
        ("count(//para | //title | //b)", "5"),
        ("name((@xml:lang | . | chapter)[2])", "xml:lang"),
        ("(chapter | appendix)[2]/title", "Two"),
        ("(//chapter)[2]/title", "Two"),
    ]);
    for text in ["count('a')", "'a' | //b", "sum(1)", "name(true())"] {
        assert!(Subject::empty().failure(text).starts_with("nodes are needed"), "{text}");
    }
}

#[test]
fn section_3_4_booleans() {
    at_doc([
        ("1 = 1 = 1", "true"),
        ("3 > 2 > 1", "false"),
        ("1 or 1 div 0 = 2", "true"),
        ("false() and $none", "false"),
        ("true() or $none", "true"),
        ("'a' = 'a'", "true"),
        ("'1' = 1.0", "true"),
        ("'a' = true()", "true"),
        ("'' = false()", "true"),
        ("0 = false()", "true"),
        ("'a' < 'b'", "false"),
        ("'10' > 5", "true"),
        ("'2' < '10'", "true"),
        ("true() > false()", "true"),
        ("//title = 'Two'", "true"),
        ("//title != 'Two'", "true"),
        ("not(//title = 'Two')", "false"),
        ("//none = //none", "false"),
        ("//none != 'a'", "false"),
        ("//none = false()", "true"),
        ("//title = true()", "true"),
        ("//@n > 2", "true"),
        ("//@n > 3", "false"),
        ("2 < //@n", "true"),
        ("//@n = 3", "true"),
        ("//@n < //@n", "true"),
        ("//chapter/@n > //appendix/@n", "false"),
        ("//chapter/@n < //appendix/@n", "true"),
        ("//@n <= //@n", "true"),
        ("//title = //para", "false"),
        ("//chapter[1]/title = //title", "true"),
        ("//chapter[1]/title != //chapter[1]/title", "false"),
        ("//title != //title", "true"),
        ("//title > //title", "false"),
        ("//para = 'p2bold'", "true"),
        ("//para = 'p2'", "false"),
        ("//appendix = ''", "true"),
        ("0 div 0 = 0 div 0", "false"),
        ("0 div 0 != 0 div 0", "true"),
        ("//title >= 'x'", "false"),
    ]);
}

#[test]
fn section_3_5_numbers() {
    strings([
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 2 - 3", "5"),
        ("8 div 4 div 2", "1"),
        ("5 mod 2", "1"),
        ("5 mod -2", "1"),
        ("-5 mod 2", "-1"),
        ("-5 mod -2", "-1"),
        ("1.5 mod 0.5", "0"),
        ("5 mod 0", "NaN"),
        ("1 div 0", "Infinity"),
        ("-1 div 0", "-Infinity"),
        ("0 div 0", "NaN"),
        ("-2 + 3", "1"),
        ("2 - -3", "5"),
        ("--2", "2"),
        ("- 2 * 3", "-6"),
        ("'3' * '4'", "12"),
        ("true() + true()", "2"),
        ("'a' + 1", "NaN"),
        ("--'4'", "4"),
        ("1 - 1", "0"),
        ("-0", "0"),
    ]);
    at_doc([
        ("-//appendix/@n", "-3"),
        ("-(chapter/@n | appendix/@n)", "-1"),
        ("//appendix/@n - 1", "2"),
        ("sum(//@n) div count(//@n)", "2"),
    ]);
}

#[test]
fn section_3_7_names_that_are_operators() {
    let subject = Subject::pox(
        "<div><and>1</and><or>2</or><mod>3</mod><for a-b='4'>5</for><if/><a-b>6</a-b><div/></div>",
    );
    subject.strings([
        ("concat($body/div/and, //or, //mod)", Some("123")),
        ("string(//and + //or)", Some("3")),
        ("string(//and and //or)", Some("true")),
        ("string($body/div/mod mod $body/div/or)", Some("1")),
        ("string(//div/for div//or)", Some("2.5")),
        ("count($body/div/*)", Some("7.0")),
        ("string(//or * //mod)", Some("6")),
        ("string(//for/@a-b - 1)", Some("3")),
        ("string(//a-b)", Some("6")),
        ("count(//div/div)", Some("1.0")),
        ("count(//if | //for)", Some("2.0")),
        ("string(count(//*) * count(/*))", Some("20")),
    ]);
}

#[test]
fn section_4_1_node_functions() {
    at_doc([
        ("last()", "1"),
        ("position()", "1"),
        ("count(//title)", "2"),
        ("local-name()", "doc"),
        ("local-name(//x:para)", "para"),
        ("name(//x:para)", "x:para"),
        ("namespace-uri(//x:para)", "urn:x"),
        ("namespace-uri(@xml:lang)", "http://www.w3.org/XML/1998/namespace"),
        ("name(//text())", ""),
        ("local-name(//none)", ""),
        ("namespace-uri()", ""),
        ("name(/)", ""),
        ("count(id('a'))", "0"),
        ("local-name(//title/namespace::x)", "x"),
    ]);
}

#[test]
fn section_4_2_string_functions() {
    at_doc([
        ("string(chapter)", "Onep1p2bold"),
        ("string(/)", "Onep1p2boldTwop3"),
        ("string-length(chapter)", "11"),
        ("string-length(chapter/title)", "3"),
        ("normalize-space(chapter/title)", "One"),
    ]);
    strings([
        ("concat('a', 1, true())", "a1true"),
        ("starts-with('abc', 'ab')", "true"),
        ("starts-with('abc', 'b')", "false"),
        ("starts-with('abc', '')", "true"),
        ("contains('abc', 'bc')", "true"),
        ("contains('abc', 'x')", "false"),
        ("contains('', '')", "true"),
        ("ends-with('abc', 'bc')", "true"),
        ("ends-with('abc', 'ab')", "false"),
        ("substring-before('1999/04/01', '/')", "1999"),
        ("substring-before('abc', 'x')", ""),
        ("substring-after('1999/04/01', '/')", "04/01"),
        ("substring-after('1999/04/01', '19')", "99/04/01"),
        ("substring-after('abc', 'x')", ""),
        ("substring-after('abc', '')", "abc"),
        ("substring('12345', 2, 3)", "234"),
        ("substring('12345', 2)", "2345"),
        ("substring('12345', 1.5, 2.6)", "234"),
        ("substring('12345', 0, 3)", "12"),
        ("substring('12345', 0 div 0, 3)", ""),
        ("substring('12345', 1, 0 div 0)", ""),
        ("substring('12345', -42, 1 div 0)", "12345"),
        ("substring('12345', -1 div 0, 1 div 0)", ""),
        ("substring('häß', 2, 1)", "ä"),
        ("string-length('häß')", "3"),
        ("string-length('')", "0"),
        ("normalize-space('  a \t b\n')", "a b"),
        ("normalize-space('a b')", "a b"),
        ("normalize-space(' ')", ""),
        ("normalize-space('\u{A0}a')", "\u{A0}a"),
        ("translate('bar', 'abc', 'ABC')", "BAr"),
        ("translate('--aaa--', 'abc-', 'ABC')", "AAA"),
        ("translate('aba', 'aab', 'xyz')", "xzx"),
        ("lower-case('ÄB')", "äb"),
        ("upper-case('äb', 'de')", "ÄB"),
        ("string(2)", "2"),
        ("string(-0.5)", "-0.5"),
        ("string(true())", "true"),
        ("string(0.0000001)", "0.0000001"),
        ("string(123456789012)", "123456789012"),
    ]);
}

#[test]
fn section_4_3_boolean_functions() {
    at_doc([
        ("boolean(//title)", "true"),
        ("boolean(//none)", "false"),
        ("boolean('')", "false"),
        ("boolean('false')", "true"),
        ("boolean(0)", "false"),
        ("boolean(-0)", "false"),
        ("boolean(0 div 0)", "false"),
        ("boolean(-1)", "true"),
        ("not(1)", "false"),
        ("true()", "true"),
        ("false()", "false"),
        ("lang('en')", "true"),
        ("lang('EN')", "true"),
        ("lang('e')", "false"),
        ("lang('en-GB')", "false"),
        ("count(//para[lang('en')])", "2"),
        ("count(@*[lang('en')])", "1"),
    ]);
    let subject = Subject::soap("<a xml:lang='en-us'/>");
    subject.booleans([("//a[lang('en')]", true), ("//a[lang('en-US')]", true), ("//a[lang('en-u')]", false)]);
    subject.booleans([("$body[lang('en')]", false)]);
}

#[test]
fn section_4_4_number_functions() {
    at_doc([
        ("number(//appendix/@n)", "3"),
        ("number()", "NaN"),
        ("sum(//@n)", "6"),
        ("sum(//none)", "0"),
        ("sum(//title)", "NaN"),
    ]);
    strings([
        ("number(' 12 ')", "12"),
        ("number('-1.50')", "-1.5"),
        ("number('1e3')", "NaN"),
        ("number('+1')", "NaN"),
        ("number('')", "NaN"),
        ("number('- 1')", "NaN"),
        ("number('Infinity')", "NaN"),
        ("number(true())", "1"),
        ("floor(2.6)", "2"),
        ("floor(-2.5)", "-3"),
        ("ceiling(2.2)", "3"),
        ("ceiling(-2.5)", "-2"),
        ("round(2.4)", "2"),
        ("round(2.5)", "3"),
        ("round(2.6)", "3"),
        ("round(-2.5)", "-2"),
        ("round(-2.6)", "-3"),
        ("round(-0.2)", "0"),
        ("1 div round(-0.2)", "-Infinity"),
        ("round(0 div 0)", "NaN"),
        ("round(1 div 0)", "Infinity"),
    ]);
}

#[test]
fn the_imagined_envelope_has_axes() {
    let subject = Subject::read("application/xml", "<!--before--><r><a>1</a><a>2</a></r><?after?>");
    for (text, expected) in [
        ("count(//*)", "5"),
        ("count(//comment())", "0"),
        ("name(/*[1])", "soapenv:Header"),
        ("name(/*[2])", "soapenv:Body"),
        ("count(//a/ancestor::*)", "3"),
        ("name(//a/ancestor::*[last()])", "soapenv:Envelope"),
        ("count(//a/ancestor::node())", "3"),
        ("name(//r/preceding::*)", "soapenv:Header"),
        ("count(//r/preceding::node())", "1"),
        ("count($header/following::*)", "4"),
        ("name($header/following-sibling::*)", "soapenv:Body"),
        ("name($body/preceding-sibling::*)", "soapenv:Header"),
        ("count(//r/following-sibling::node() | //r/preceding-sibling::node())", "0"),
        ("string(/)", "12"),
        ("string($body)", "12"),
        ("name(($body | //a | $header | $env)[1])", "soapenv:Envelope"),
        ("count($body | //r/.. | /s:Body)", "1"),
        ("name(($body | //a)[2])", "a"),
        ("count($body/namespace::*)", "0"),
        ("count(//r/namespace::*)", "1"),
        ("count(/descendant-or-self::node())", "8"),
        ("string($body//a[2])", "2"),
    ] {
        assert_eq!(subject.string(&format!("string({text})")).as_deref(), Some(expected), "{text}");
    }
}
