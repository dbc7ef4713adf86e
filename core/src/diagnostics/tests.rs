//! Tests of diagnostics.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{
    Diagnostic, Diagnostics, Location, Position, Severity, SourceFile, Span, codes, nearest, render,
    render_short,
};

const ORDERS: &str = "<proxy>\n  <target>\n    <sequence key=\"audti\"/>\n  </target>\n</proxy>\n";

fn orders() -> Arc<SourceFile> {
    SourceFile::new("proxy-services/Orders.xml", ORDERS)
}

/// Where `text` first stands in the file.
fn at(file: &Arc<SourceFile>, text: &str) -> Location {
    let start = u32::try_from(file.text().find(text).expect("text in the file")).expect("small");
    Location::new(Arc::clone(file), Span::new(start, start + u32::try_from(text.len()).expect("small")))
}

fn undefined_sequence() -> Diagnostic {
    Diagnostic::error(codes::SEQUENCE_NOT_DEFINED, "sequence \"audti\" is not defined")
        .at(at(&orders(), "audti"))
        .label("no sequence with this key")
        .help("a sequence \"audit\" is defined in sequences/audit.xml:2")
}

#[test]
fn positions_count_lines_and_characters_from_one() {
    let file = SourceFile::new("a", "é1\r\n\u{1F600}2\n");
    let position = |offset| {
        let Position { line, column } = file.position(offset);
        (line, column)
    };
    let expected = [
        (0, (1, 1)),
        (2, (1, 2)),
        (3, (1, 3)),
        (4, (1, 4)),
        (5, (2, 1)),
        (9, (2, 2)),
        (10, (2, 3)),
        (11, (3, 1)),
    ];
    for (offset, place) in expected {
        assert_eq!(position(offset), place, "offset {offset}");
    }
    assert_eq!(position(1), (1, 1), "inside a character");
    assert_eq!(position(7), (2, 1), "inside a character");
    assert_eq!(position(u32::MAX), (3, 1), "past the end");
    assert_eq!(SourceFile::new("a", "").position(5), Position { line: 1, column: 1 });
    assert_eq!(SourceFile::new("a", "\u{feff}ab").position(4), Position { line: 1, column: 2 });
}

#[test]
fn spans_never_end_before_they_start() {
    assert_eq!(Span::new(5, 3), Span::point(5));
    assert_eq!(at(&orders(), "audti").to_string(), "proxy-services/Orders.xml:3:20");
}

#[test]
fn codes_are_in_order_and_unique() {
    let numbers: Vec<_> =
        codes::ALL.iter().map(|(code, _)| (code.as_str().starts_with('W'), *code)).collect();
    assert!(numbers.is_sorted_by(|left, right| left < right), "{numbers:?}");
    for (code, title) in codes::ALL {
        let (letter, digits) = code.as_str().split_at(1);
        assert!(matches!(letter, "E" | "W") && digits.len() == 4 && digits.parse::<u16>().is_ok(), "{code}");
        assert!(!title.is_empty() && !title.ends_with('.'), "{code}");
        assert_eq!(code.title(), *title);
    }
}

#[test]
fn diagnostics_order_by_file_offset_and_code() {
    let file = |name: &str| SourceFile::new(name, ORDERS);
    let make = |code, place: Option<(&str, u32)>| {
        let diagnostic = Diagnostic::error(code, "m");
        match place {
            Some((name, offset)) => diagnostic.at(Location::new(file(name), Span::point(offset))),
            None => diagnostic,
        }
    };
    let sorted = [
        make(codes::DIRECTORY_MISSING, None),
        make(codes::UNKNOWN_ATTRIBUTE, Some(("a.xml", 3))),
        make(codes::ATTRIBUTE_INVALID, Some(("a.xml", 20))),
        make(codes::CHILD_MISSING, Some(("a.xml", 20))),
        make(codes::XML_MALFORMED, Some(("b.xml", 1))),
    ];
    let mut collected: Diagnostics = sorted.iter().rev().cloned().collect();
    collected.sort();
    assert_eq!(collected.into_vec(), sorted);
    let other = make(codes::DIRECTORY_MISSING, None).help("different");
    assert_ne!(other.cmp(&sorted[0]), Ordering::Equal);
    assert_eq!(other.cmp(&other.clone()), Ordering::Equal);
}

#[test]
fn the_collector_counts() {
    let mut all = Diagnostics::new();
    assert!(all.is_empty() && !all.has_errors());
    all.push(Diagnostic::warning(codes::FILE_IGNORED, "file ignored"));
    assert!(!all.has_errors());
    all.extend([undefined_sequence(), Diagnostic::note(codes::NEVER_REACHED, "never reached")]);
    assert_eq!((all.len(), all.error_count(), all.warning_count()), (3, 1, 1));
    assert!(all.has_errors());
    assert_eq!(all.iter().filter(|it| it.severity == Severity::Note).count(), 1);
}

#[test]
fn serializes_flat() {
    let file = orders();
    let diagnostic = undefined_sequence().related(at(&file, "<target>"), "in this target");
    let value = serde_json::to_value(&diagnostic).expect("serializable");
    assert_eq!(
        value,
        serde_json::json!({
            "code": "E0207",
            "severity": "error",
            "message": "sequence \"audti\" is not defined",
            "file": "proxy-services/Orders.xml",
            "line": 3, "column": 20, "end_line": 3, "end_column": 25,
            "label": "no sequence with this key",
            "help": "a sequence \"audit\" is defined in sequences/audit.xml:2",
            "related": [{
                "file": "proxy-services/Orders.xml",
                "line": 2, "column": 3, "end_line": 2, "end_column": 11,
                "message": "in this target"
            }]
        })
    );
    let bare = serde_json::to_value(Diagnostics::from(Diagnostic::warning(codes::FILE_IGNORED, "m")))
        .expect("a list");
    assert_eq!(bare[0]["severity"], "warning");
    assert!(bare[0]["file"].is_null() && bare[0]["line"].is_null() && bare[0]["help"].is_null());
}

/// operations.md §3.3.
#[test]
fn renders_like_a_compiler() {
    insta::assert_snapshot!(render(&undefined_sequence(), false), @r#"
    error[E0207]: sequence "audti" is not defined
     --> proxy-services/Orders.xml:3:20
      |
    3 |     <sequence key="audti"/>
      |                    ^^^^^ no sequence with this key
      |
      = help: a sequence "audit" is defined in sequences/audit.xml:2
    "#);
}

#[test]
fn renders_related_places_and_several_lines() {
    let file = orders();
    let other = SourceFile::new("sequences/audit.xml", "<sequence name=\"audit\"/>");
    let whole = Diagnostic::warning(codes::NEVER_REACHED, "never reached")
        .at(at(&file, "<target>\n    <sequence key=\"audti\"/>\n  </target>"))
        .label("this")
        .related(at(&file, "<proxy>"), "in this proxy")
        .related(at(&other, "audit"), "and here");
    insta::assert_snapshot!(render(&whole, false), @r#"
    warning[W0401]: never reached
     --> proxy-services/Orders.xml:2:3
      |
    1 | <proxy>
      | ------- in this proxy
    2 |   <target>
      |   ^^^^^^^^ this
      |
     ::: sequences/audit.xml:1:17
      |
    1 | <sequence name="audit"/>
      |                 ----- and here
    "#);
}

#[test]
fn renders_without_a_place_and_at_the_end() {
    insta::assert_snapshot!(render(&Diagnostic::error(codes::DIRECTORY_MISSING, "no such directory"), false), @"error[E0801]: no such directory");
    let end = Location::new(orders(), Span::point(u32::MAX));
    insta::assert_snapshot!(render(&Diagnostic::error(codes::XML_MALFORMED, "unclosed").at(end), false), @r#"
    error[E0102]: unclosed
     --> proxy-services/Orders.xml:6:1
      |
    6 |
      | ^
    "#);
    let marked = SourceFile::new("marked.xml", "\u{feff}<a b='1'/>");
    let place = at(&marked, "b='1'");
    insta::assert_snapshot!(render(&Diagnostic::error(codes::ATTRIBUTE_INVALID, "wrong").at(place), false), @r#"
    error[E0302]: wrong
     --> marked.xml:1:4
      |
    1 | <a b='1'/>
      |    ^^^^^
    "#);
    let tab = SourceFile::new("tab.xml", "<a>\r\n\t\u{1F600}<b/>\r\n</a>");
    let place = at(&tab, "<b/>\r\n<");
    insta::assert_snapshot!(render(&Diagnostic::error(codes::ATTRIBUTE_INVALID, "wrong").at(place), false), @r#"
    error[E0302]: wrong
     --> tab.xml:2:3
      |
    2 |     😀<b/>
      |       ^^^^
    "#);
    let empty = Location::new(SourceFile::new("empty.xml", ""), Span::point(0));
    insta::assert_snapshot!(render(&Diagnostic::error(codes::XML_MALFORMED, "empty").at(empty), false), @r#"
    error[E0102]: empty
     --> empty.xml:1:1
      |
    1 |
      | ^
    "#);
}

#[test]
fn clips_very_long_lines() {
    let file =
        SourceFile::new("long.xml", format!("<a>{}<b/>{}</a>", "x".repeat(100_000), "y".repeat(100_000)));
    let diagnostic =
        Diagnostic::error(codes::UNKNOWN_ELEMENT, "unknown").at(at(&file, "<b/>")).label("this one");
    let text = render(&diagnostic, false);
    assert!(text.lines().all(|line| line.chars().count() <= 160), "{text}");
    assert!(
        text.contains("<b/>") && text.contains("^^^^ this one") && text.contains("long.xml:1:100004"),
        "{text}"
    );
    let everything =
        Diagnostic::error(codes::UNKNOWN_ELEMENT, "unknown").at(at(&file, file.text())).label("all");
    let text = render(&everything, false);
    assert!(text.lines().all(|line| line.chars().count() <= 160), "{text}");
}

#[test]
fn colour_is_only_colour() {
    let colored = render(&undefined_sequence(), true);
    assert!(colored.contains('\u{1b}'));
    let mut plain = String::new();
    let mut letters = colored.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(|letter| letter.is_ascii_alphabetic());
        } else {
            plain.push(letter);
        }
    }
    assert_eq!(plain, render(&undefined_sequence(), false));
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let file = SourceFile::new("a.xml", "<a>\u{1b}[2J</a>");
    let diagnostic =
        Diagnostic::error(codes::XML_MALFORMED, "bad \u{1b}[31m").at(at(&file, "<a>")).label("\u{7}");
    assert!(!render(&diagnostic, false).contains(['\u{1b}', '\u{7}']));
    assert!(!render_short(&diagnostic).contains('\u{1b}'));
}

#[test]
fn renders_one_line() {
    assert_eq!(
        render_short(&undefined_sequence()),
        "proxy-services/Orders.xml:3:20: error[E0207]: sequence \"audti\" is not defined"
    );
    assert_eq!(
        render_short(&Diagnostic::warning(codes::FILE_IGNORED, "file ignored")),
        "warning[W0104]: file ignored"
    );
}

#[test]
fn finds_the_nearest_name() {
    let names = ["audit", "orders", "main", "fault", "logAndDrop"];
    let find = |name| nearest(name, names);
    assert_eq!(find("audti"), Some("audit"), "neighbours swapped");
    assert_eq!(find("order"), Some("orders"));
    assert_eq!(find("MAIN"), Some("main"));
    assert_eq!(find("LogAndDorp"), Some("logAndDrop"));
    assert_eq!(find("falt"), Some("fault"));
    assert_eq!(find("payload"), None);
    assert_eq!(find("x"), None, "nothing would be left of it");
    assert_eq!(find(""), None);
    assert_eq!(nearest("ab", ["abc", "aB"]), Some("aB"), "case alone wins over distance");
    assert_eq!(nearest("id", ["if", "is"]), Some("if"), "the first of equals");
    assert_eq!(nearest(&"a".repeat(10_000), ["a"]), None);
}
