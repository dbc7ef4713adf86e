//! Parameters of templates: `$func:p` and `get-property('func','p')` (message-and-expressions.md §2, §7.1, §8.4).

use super::support::Subject;
use crate::expression::{ParameterSource, ParameterValue, TemplateParameters, ValueSource};

fn text(text: &str) -> ParameterValue {
    ParameterValue::Text(text.into())
}

fn deferred(expression: &str) -> ParameterValue {
    ParameterValue::Deferred(Subject::empty().compile(expression).expression)
}

fn parameters<const N: usize>(
    values: [(&str, ParameterValue); N],
    caller: Option<TemplateParameters>,
) -> TemplateParameters {
    TemplateParameters::new(values.map(|(name, value)| (name.into(), value)), caller)
}

#[test]
fn texts_are_read_by_name() {
    let subject = Subject::empty().parameters(parameters(
        [("a", text("1")), ("none", ParameterValue::Null), ("SYSTEM_TIME", text("mine"))],
        None,
    ));
    subject.strings([
        ("$func:a", Some("1")),
        ("get-property('func','a')", Some("1")),
        ("get-property('func', concat('', 'a'))", Some("1")),
        ("get-property('func','a','yyyy')", Some("1")),
        ("get-property('func','')", Some("")),
        ("get-property('func','SYSTEM_TIME')", Some("mine")),
        ("$func:none", None),
        ("$func:unknown", None),
        ("$func:a + 1", Some("2.0")),
        ("get-property('func')", None),
    ]);
    subject.booleans([("$func:a = 1", true), ("$func:none", false)]);
}

#[test]
fn deferred_parameters_see_the_message_as_it_is_now() {
    let frame = parameters([("a", deferred("//x")), ("p", deferred("$ctx:p"))], None);
    let subject = Subject::soap("<x><y>1</y><y>2</y></x>").parameters(frame).property("p", "now");
    subject.strings([
        ("$func:p", Some("now")),
        ("count($func:a/y)", Some("2.0")),
        ("$func:a/y[2]", Some("2")),
    ]);
}

#[test]
fn deferred_parameters_mean_those_around_the_call() {
    let outer = parameters([("a", text("outer"))], None);
    let inner = parameters([("a", deferred("$func:a")), ("b", deferred("$func:b"))], Some(outer));
    let innermost = parameters([("a", deferred("concat($func:a, '!')"))], Some(inner.clone()));
    Subject::empty().parameters(inner).strings([("$func:a", Some("outer")), ("$func:b", None)]);
    Subject::empty().parameters(innermost).strings([("$func:a", Some("outer!"))]);
    let alone = parameters([("a", deferred("$func:a"))], None);
    Subject::empty().parameters(alone).strings([("$func:a", Some(""))]);
}

#[test]
fn a_deferred_parameter_that_fails_fails_the_expression_that_reads_it() {
    let subject = Subject::empty().parameters(parameters([("a", deferred("count('x')"))], None));
    assert_eq!(subject.failure("$func:a"), "nodes are needed, not a text");
}

#[test]
fn only_the_giver_of_a_parameter_needs_the_payload() {
    let subject = Subject::empty();
    let expression = |text: &str| subject.compile(text).expression;
    assert!(!expression("$func:a").needs_payload());
    for (text, needs) in [("//x", true), ("$ctx:x", false)] {
        assert_eq!(ParameterSource::Deferred(expression(text)).needs_payload(), needs);
        assert_eq!(ParameterSource::Now(ValueSource::Computed(expression(text))).needs_payload(), needs);
    }
    assert!(!ParameterSource::Now(ValueSource::Literal("//x".into())).needs_payload());
}
