//! Where Jaxen, which the dialect is taken from, goes beyond XPath 1.0 or reads it in its own way. Jaxen itself was
//! asked for these, as `tests/jaxen_peer.rs` asks it for generated ones.

use super::support::Subject;
use crate::expression::{Expression, Namespaces};

fn subject() -> Subject {
    Subject::pox("<r><a n='1'>5</a><a n='2'>6</a><a n='3'>7</a><b/></r>").property("p", "text")
}

#[test]
fn the_fraction_of_a_position_is_cut_off() {
    subject().strings([
        ("//a[1.9]", Some("5")),
        ("//a[0.9]", Some("")),
        ("//a[-1]", Some("")),
        ("//r/a[last() div 2]", Some("5")),
        ("//r/a[number(@n) + 0.5 = 2.5]", Some("6")),
    ]);
}

#[test]
fn abbreviated_steps_take_predicates() {
    subject().strings([
        ("count(//.[@n])", Some("3.0")),
        ("//a[2]/.[@n = 2]", Some("6")),
        ("count(//a[1]/..[a])", Some("1.0")),
        ("count(//a[1]/..[z])", Some("0.0")),
    ]);
}

#[test]
fn predicates_leave_what_is_no_node_as_it_is() {
    let subject = subject();
    subject.strings([
        ("('x')[2]", Some("x")),
        ("$ctx:p[false()]", Some("text")),
        ("(1 + 1)[3]", Some("2.0")),
    ]);
    // A step leads nowhere from there.
    subject.strings([("$ctx:p/.", Some("")), ("$ctx:p[1]/a", Some(""))]);
    assert!(subject.boolean("$ctx:p[false()]"));
}

#[test]
fn nothing_stands_below_a_literal() {
    for text in ["'x'/a", "1//a", "'x'[1]/a"] {
        let problem = Expression::compile(text, &Namespaces::default()).expect_err(text);
        assert_eq!(problem.message, "there are no nodes below a text or number", "{text}");
    }
}

#[test]
fn orderings_with_a_truth_value_look_at_the_numbers_of_nodes() {
    let subject = subject();
    for (text, holds) in [
        ("//a > true()", true),
        ("//a < true()", false),
        ("false() <= //none", false),
        ("//none < true()", false),
        ("//none = false()", true),
        ("//a = true()", true),
        ("//a != true()", false),
    ] {
        assert_eq!(subject.boolean(text), holds, "{text}");
    }
}

#[test]
fn an_unbound_prefix_fails_where_an_element_could_have_it() {
    let subject = subject();
    subject.strings([("//b/x:a", Some("")), ("//text()/x:a", Some("")), ("//b/@x:a", Some(""))]);
    for text in ["//r/x:a", "//a/@x:n", "//a/parent::x:r"] {
        assert!(subject.failure_of_string(text).contains("prefix x "), "{text}");
    }
}

#[test]
fn a_locale_has_to_exist() {
    let subject = subject();
    subject.strings([("lower-case('A', 'en')", Some("a"))]);
    assert!(subject.failure("upper-case('a', none())").contains("none"));
}

/// What Jaxen gets wrong, as `docs/compatibility.md` lists it.
#[test]
fn mistakes_are_not_repeated() {
    let subject = subject();
    for (text, holds) in [
        ("//a | //b = '5'", true),
        ("position() = 1", true),
        ("count(//a/following::text()[1]) = 2", true),
        ("name((//r/@x | //a/@n | //r)[1]) = 'r'", true),
        ("name((//a[1]/@n | //a[1]/text())[1]) = 'n'", true),
        ("//a[1]/@n/following::text() = '5'", true),
        ("number('Infinity') = number('Infinity')", false),
        ("number('1e3') = 1000", false),
        ("number('0x1p3') = 8", false),
        ("-0 >= 0", true),
        ("round(100000000000000000000) = 100000000000000000000", true),
        ("substring('abc', 2, 1 div 0) = 'bc'", true),
    ] {
        assert_eq!(subject.boolean(text), holds, "{text}");
    }
}
