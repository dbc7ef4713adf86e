//! What is not a document: hardening.md §2 rows 15 and 16, the hardening list of XML 1.0.

use crate::xml::XmlErrorKind::{self, *};
use crate::xml::{Limits, parse, parse_bytes};

fn refusal(text: &str) -> (XmlErrorKind, u32) {
    match parse(text, &Limits::default()) {
        Ok(document) => panic!("{text:?} was accepted as {document:?}"),
        Err(error) => (error.kind, error.offset),
    }
}

/// Each text with what is wrong and the byte where it is.
#[test]
fn refuses_what_is_not_well_formed() {
    let s = str::to_owned;
    let mismatched = |expected: &str, found: &str| MismatchedEnd { expected: s(expected), found: s(found) };
    let table: Vec<(&str, XmlErrorKind, u32)> = vec![
        ("", Empty, 0),
        ("  \n", Empty, 3),
        ("<!-- only -->", Empty, 13),
        ("<?xml version=\"1.0\"?>", Empty, 21),
        ("<!DOCTYPE a><a/>", Doctype, 0),
        ("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", Doctype, 0),
        ("<!DOCTYPE a SYSTEM \"http://127.0.0.1/\"><a/>", Doctype, 0),
        ("<?xml version='1.0'?>\n<!DOCTYPE a", Doctype, 22),
        ("<!DOCTYPE>", Doctype, 0),
        ("<a/><b/>", SecondRoot(s("b")), 4),
        ("<a></a><!--x--><b/>", SecondRoot(s("b")), 15),
        ("x<a/>", TextOutsideRoot, 0),
        ("<a/> x", TextOutsideRoot, 5),
        ("<a/>&#32;", TextOutsideRoot, 4),
        ("<a/><![CDATA[]]>", TextOutsideRoot, 4),
        ("\u{feff}\u{feff}<a/>", TextOutsideRoot, 3),
        ("<a>\u{1}</a>", ForbiddenCharacter(1), 3),
        ("<a b='\u{0}'/>", ForbiddenCharacter(0), 6),
        ("<a>\u{fffe}</a>", ForbiddenCharacter(0xFFFE), 3),
        ("<!--\u{ffff}--><a/>", ForbiddenCharacter(0xFFFF), 4),
        ("<a>&#0;</a>", ForbiddenCharacter(0), 3),
        ("<a>&#x1F;</a>", ForbiddenCharacter(0x1F), 3),
        ("<a b='&#8;'/>", ForbiddenCharacter(8), 6),
        ("<a>&#xD800;</a>", ForbiddenCharacter(0xD800), 3),
        ("<a>&#x110000;</a>", ForbiddenCharacter(0x11_0000), 3),
        ("<a>&#;</a>", InvalidCharacterReference(s("#")), 3),
        ("<a>&#x;</a>", InvalidCharacterReference(s("#x")), 3),
        ("<a>&#+65;</a>", InvalidCharacterReference(s("#+65")), 3),
        ("<a>&#X41;</a>", InvalidCharacterReference(s("#X41")), 3),
        ("<a>&#99999999999;</a>", InvalidCharacterReference(s("#99999999999")), 3),
        ("<a>&foo;</a>", UndefinedEntity(s("foo")), 3),
        ("<a b='&foo;'/>", UndefinedEntity(s("foo")), 6),
        ("<a>&LT;</a>", UndefinedEntity(s("LT")), 3),
        ("<a>a & b</a>", BareAmpersand, 5),
        ("<a>a&b</a>", BareAmpersand, 4),
        ("<a b='x&y'/>", BareAmpersand, 7),
        ("<a b='&lt'/>", BareAmpersand, 6),
        ("<a>&;</a>", BareAmpersand, 3),
        ("<a>x]]></a>", CdataEndInText, 4),
        ("<a>]]]></a>", CdataEndInText, 4),
        ("<!-- a -- b --><a/>", HyphensInComment, 7),
        ("<!-- a ---><a/>", HyphensInComment, 0),
        ("<a><?xml version=\"1.0\"?></a>", ReservedTarget(s("xml")), 3),
        ("\n<?xml version=\"1.0\"?><a/>", ReservedTarget(s("xml")), 1),
        ("<?XML version=\"1.0\"?><a/>", ReservedTarget(s("XML")), 0),
        ("<?xml?><a/>", InvalidDeclaration, 0),
        ("<?xml encoding=\"UTF-8\"?><a/>", InvalidDeclaration, 0),
        ("<?xml version=\"2.0\"?><a/>", InvalidDeclaration, 0),
        ("<?xml version=1.0?><a/>", InvalidDeclaration, 0),
        ("<?xml version=\"1.0\" standalone=\"maybe\"?><a/>", InvalidDeclaration, 0),
        ("<?xml version=\"1.0\" standalone=\"no\" encoding=\"UTF-8\"?><a/>", InvalidDeclaration, 0),
        ("<?a:b c?><a/>", InvalidName(s("a:b")), 2),
        ("<? a?><a/>", InvalidName(s("")), 2),
        ("<?a+?><a/>", MalformedInstruction, 3),
        ("<1a/>", InvalidName(s("1a")), 1),
        ("<-a/>", InvalidName(s("-a")), 1),
        ("<a:/>", InvalidName(s("a:")), 1),
        ("<:a/>", InvalidName(s(":a")), 1),
        ("<a:b:c/>", InvalidName(s("a:b:c")), 1),
        ("<a:1/>", InvalidName(s("a:1")), 1),
        ("< a/>", InvalidName(s("")), 1),
        ("<a 1b=''/>", InvalidName(s("1b")), 3),
        ("<a b/>", MalformedAttribute("\"=\""), 4),
        ("<a b=c/>", MalformedAttribute("a quoted value"), 5),
        ("<a b=/>", MalformedAttribute("a quoted value"), 5),
        ("<a b='c'd='e'/>", MalformedAttribute("white space"), 8),
        ("<a!/>", MalformedAttribute("white space"), 2),
        ("<a b='<'/>", LessThanInAttribute, 6),
        ("<a b='1' b='2'/>", DuplicateAttribute(s("b")), 9),
        ("<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>", DuplicateAttribute(s("y:b")), 35),
        ("<a xmlns='u' xmlns='v'/>", DuplicateAttribute(s("xmlns")), 13),
        ("<a xmlns:x='u' xmlns:x='u'/>", DuplicateAttribute(s("xmlns:x")), 15),
        ("<x:a/>", UnboundPrefix(s("x")), 1),
        ("<a x:b=''/>", UnboundPrefix(s("x")), 3),
        ("<a><b xmlns:x='u'/><x:c/></a>", UnboundPrefix(s("x")), 20),
        ("<xmlns:a/>", UnboundPrefix(s("xmlns")), 1),
        ("<a xmlns:xml='u'/>", ReservedNamespace(s("xmlns:xml")), 3),
        ("<a xmlns:xmlns='u'/>", ReservedNamespace(s("xmlns:xmlns")), 3),
        ("<a xmlns:x=''/>", ReservedNamespace(s("xmlns:x")), 3),
        ("<a xmlns:x='http://www.w3.org/2000/xmlns/'/>", ReservedNamespace(s("xmlns:x")), 3),
        ("<a xmlns:x='http://www.w3.org/XML/1998/namespace'/>", ReservedNamespace(s("xmlns:x")), 3),
        ("<a xmlns='http://www.w3.org/XML/1998/namespace'/>", ReservedNamespace(s("xmlns")), 3),
        ("<a></b>", mismatched("a", "b"), 3),
        ("<a><b></a></b>", mismatched("b", "a"), 6),
        ("<a></a b='c'>", mismatched("a", "a b='c'"), 3),
        ("</a>", UnexpectedEnd(s("a")), 0),
        ("<a/></a>", UnexpectedEnd(s("a")), 4),
        ("<a><b></b>", Unclosed(s("a")), 0),
        ("<a><b>text", Unclosed(s("b")), 3),
    ];
    for (text, kind, offset) in table {
        assert_eq!(refusal(text), (kind, offset), "{text:?}");
    }
}

/// The pull parser words these; only that they are refused, and where, is ours.
#[test]
fn refuses_unfinished_markup() {
    for (text, offset) in [
        ("<", 0),
        ("<a", 0),
        ("<a><b", 3),
        ("<a b='", 0),
        ("<a><!-- x", 3),
        ("<a><![CDATA[ x", 3),
        ("<a><? x", 3),
        ("<a><!x></a>", 3),
        ("<a><![cdata[x]]></a>", 3),
    ] {
        let (kind, at) = refusal(text);
        assert!(matches!(kind, Syntax(_)), "{text:?}: {kind:?}");
        assert_eq!(at, offset, "{text:?}");
    }
    for text in ["<!--><a/>", "<!---><a/>", "<a ", "<a b", "<a / >", "<a/", "<>", "<a><", "<a>&#65</a>"] {
        refusal(text);
    }
}

#[test]
fn refuses_what_exceeds_a_limit() {
    let limits = Limits { depth: 2, attributes: 2, name_length: 5, nodes: 6, input: 60 };
    let refusal = |text: &str| parse(text, &limits).map(|_| ()).map_err(|error| error.kind);
    assert_eq!(refusal("<a><b/></a>"), Ok(()));
    assert_eq!(refusal("<a><b><c/></b></a>"), Err(TooDeep(2)));
    assert_eq!(refusal("<a b='' c=''/>"), Ok(()));
    assert_eq!(refusal("<a b='' c='' d=''/>"), Err(TooManyAttributes(2)));
    assert_eq!(refusal("<a xmlns='u' b='' c=''/>"), Err(TooManyAttributes(2)));
    assert_eq!(refusal("<abcde/>"), Ok(()));
    assert_eq!(refusal("<abcdef/>"), Err(NameTooLong(5)));
    assert_eq!(refusal("<a abcdef=''/>"), Err(NameTooLong(5)));
    assert_eq!(refusal("<a><?abcdef?></a>"), Err(NameTooLong(5)));
    assert_eq!(refusal("<a>1<b/>2<b/>3</a>"), Ok(()));
    assert_eq!(refusal("<a>1<b/>2<b/>3<!----></a>"), Err(TooManyNodes(6)));
    assert_eq!(refusal("<a><b c='' d=''/><b c=''/></a>"), Ok(()));
    assert_eq!(refusal("<a><b c='' d=''/><b c='' d=''/></a>"), Err(TooManyNodes(6)));
    assert_eq!(refusal(&format!("<a>{}</a>", "x".repeat(53))), Ok(()));
    assert_eq!(refusal(&format!("<a>{}</a>", "x".repeat(54))), Err(TooLarge(60)));
    assert_eq!(
        parse_bytes(&[b' '; 61], None, &limits).map(|_| ()).map_err(|error| error.kind),
        Err(TooLarge(60))
    );
}

#[test]
fn says_which_refusals_are_limits() {
    assert!(TooDeep(1).is_limit());
    assert!(TooLarge(1).is_limit());
    assert!(!Doctype.is_limit());
    assert!(!Empty.is_limit());
}

#[test]
fn default_limits_are_those_of_the_specification() {
    let limits = Limits::default();
    let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert!(parse(&nested(256), &limits).is_ok());
    assert_eq!(refusal(&nested(257)), (TooDeep(256), 256 * 3));
    let attributes = |count: usize| (0..count).map(|number| format!(" a{number}=''")).collect::<String>();
    assert!(parse(&format!("<a{}/>", attributes(256)), &limits).is_ok());
    assert_eq!(refusal(&format!("<a{}/>", attributes(257))).0, TooManyAttributes(256));
    assert!(parse(&format!("<{}/>", "a".repeat(1024)), &limits).is_ok());
    assert_eq!(refusal(&format!("<{}/>", "a".repeat(1025))).0, NameTooLong(1024));
}
