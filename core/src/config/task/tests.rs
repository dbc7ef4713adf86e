//! Triggers and properties, right and wrong, with the place of what is reported.

use std::sync::Arc;

use super::{DEFAULT_GROUP, TaskDefinition, TaskTrigger, TaskValue};
use crate::config::{MediatorRegistry, ParseContext, Resources};
use crate::diagnostics::{Diagnostic, Diagnostics, SourceFile};
use crate::xml::{Limits, SourceDocument};

/// A process with one variable.
struct OneVariable;

impl Resources for OneVariable {
    fn read(&self, _: &str) -> Result<Arc<SourceFile>, String> {
        Err("no files".to_owned())
    }

    fn variable(&self, name: &str) -> Option<String> {
        (name == "QUOTES").then(|| "http://quotes.example/".to_owned())
    }
}

fn parse(xml: &str) -> (Option<TaskDefinition>, Vec<Diagnostic>) {
    let file = SourceFile::new("t.xml", xml);
    let source = SourceDocument::parse(file, &Limits::default()).expect("well-formed");
    let (registry, mut diagnostics) = (MediatorRegistry::default(), Diagnostics::new());
    let mut context = ParseContext::new(&registry, &mut diagnostics).with_resources(&OneVariable);
    let task = TaskDefinition::parse(source.root(), &mut context);
    (task, diagnostics.into_vec())
}

/// A task with a class and this inside.
fn task(inside: &str) -> (Option<TaskDefinition>, Vec<Diagnostic>) {
    parse(&format!("<task xmlns=\"http://ws.apache.org/ns/synapse\" name=\"t\" class=\"C\">{inside}</task>"))
}

/// Code and the text that is pointed at, for each report.
fn reports(diagnostics: &[Diagnostic]) -> Vec<String> {
    let report = |found: &Diagnostic| {
        let place = found.location.as_ref().expect("a place");
        let text = place.file.text().get(place.span.start as usize..place.span.end as usize);
        format!("{} {}", found.code, text.expect("a place in the file"))
    };
    diagnostics.iter().map(report).collect()
}

fn words(trigger: &TaskTrigger) -> String {
    match trigger {
        TaskTrigger::Once => "once".to_owned(),
        TaskTrigger::Every { interval, count: None } => format!("every {}", interval.as_secs()),
        TaskTrigger::Every { interval, count: Some(count) } => {
            format!("every {}, {count} times", interval.as_secs())
        }
        TaskTrigger::Cron(cron) => format!("cron {}", cron.text),
        TaskTrigger::Never => "never".to_owned(),
    }
}

/// configuration.md §6.6: what the attributes of a trigger mean together.
#[test]
fn triggers() {
    let rows: &[(&str, &str, &[&str])] = &[
        ("case C74", "", &[]),
        ("no attributes", "<trigger/>", &[]),
        ("case C73", r#"<trigger interval="1" count="3"/>"#, &[]),
        ("no count", r#"<trigger interval="5"/>"#, &[]),
        ("count -1", r#"<trigger interval="5" count="-1"/>"#, &[]),
        ("count 0", r#"<trigger interval="5" count="0"/>"#, &["W0302 0"]),
        ("count 1", r#"<trigger count="1"/>"#, &[]),
        ("count 0 alone", r#"<trigger count="0"/>"#, &[]),
        ("interval 0", r#"<trigger interval="0"/>"#, &["W0301 0"]),
        ("once", r#"<trigger once="true"/>"#, &[]),
        ("once with an interval", r#"<trigger once="true" interval="5" count="7"/>"#, &[]),
        ("not exactly once", r#"<trigger once="TRUE" interval="5"/>"#, &[]),
        ("case C75", r#"<trigger cron="0/2 * * * * ?"/>"#, &[]),
        ("cron with one run", r#"<trigger cron="0 0 0 * * ?" count="1"/>"#, &["W0301 1"]),
        ("case C76", r#"<trigger cron="0 0 0 * * ?" interval="5"/>"#, &["E0305 interval"]),
        ("cron and once", r#"<trigger cron="0 0 0 * * ?" once="true"/>"#, &["E0305 once"]),
        ("cron and count", r#"<trigger cron="0 0 0 * * ?" count="2"/>"#, &["E0305 count"]),
        ("case C77", r#"<trigger count="2"/>"#, &["E0301 2"]),
        ("no number", r#"<trigger interval="5s"/>"#, &["E0302 5s"]),
        ("negative", r#"<trigger interval="-5"/>"#, &["E0302 -5"]),
        ("too many", r#"<trigger interval="1" count="4294967296"/>"#, &["E0302 4294967296"]),
        ("two", r#"<trigger interval="1"/><trigger interval="2"/>"#, &["W0102 trigger"]),
        ("misspelt", r#"<trigger intervall="1"/>"#, &["W0101 intervall"]),
    ];
    let expected = [
        "once",
        "once",
        "every 1, 3 times",
        "every 5",
        "every 5",
        "never",
        "once",
        "once",
        "once",
        "once",
        "once",
        "every 5",
        "cron 0/2 * * * * ?",
        "cron 0 0 0 * * ?",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "every 1",
        "once",
    ];
    assert_eq!(rows.len(), expected.len());
    for ((row, inside, reported), trigger) in rows.iter().zip(expected) {
        let (task, diagnostics) = task(inside);
        assert_eq!(reports(&diagnostics), *reported, "{row}");
        assert_eq!(task.map(|task| words(&task.trigger)).unwrap_or_default(), trigger, "{row}");
    }
}

#[test]
fn properties() {
    let text = |text: &str| Some(TaskValue::Text(text.into()));
    let element = r#"<x xmlns="urn:x"><y>1</y></x>"#;
    let rows: &[(&str, &str, Option<TaskValue>, &[&str])] = &[
        ("text", r#"<property name="p" value=" v "/>"#, text(" v "), &[]),
        (
            "an element",
            r#"<property name="p"><x xmlns="urn:x"><y>1</y></x></property>"#,
            Some(TaskValue::Xml(element.into())),
            &[],
        ),
        ("case C78", r#"<property name="p" expression="$ctx:a"/>"#, None, &["E0305 expression"]),
        ("no value", r#"<property name="p"/>"#, None, &["E0301 property"]),
        ("text inside", r#"<property name="p">v</property>"#, None, &["E0301 property"]),
        ("no name", r#"<property value="v"/>"#, None, &["E0301 property"]),
        ("both", r#"<property name="p" value="v"><x/></property>"#, text("v"), &["W0102 x"]),
        (
            "set twice",
            r#"<property name="p" value="v"/><property name="p" value="w"/>"#,
            text("w"),
            &["W0301 v"],
        ),
        ("a variable", r#"<property name="p" value="$SYSTEM:QUOTES"/>"#, text("http://quotes.example/"), &[]),
        ("no variable", r#"<property name="p" value="$SYSTEM:NONE"/>"#, None, &["E0302 $SYSTEM:NONE"]),
        ("a file", r#"<property name="p" value="$FILE:a"/>"#, None, &["E0702 $FILE:a"]),
        ("another element", r#"<properties name="p"/>"#, None, &["W0102 properties"]),
    ];
    for (row, inside, value, reported) in rows {
        let (task, diagnostics) = task(inside);
        assert_eq!(reports(&diagnostics), *reported, "{row}");
        let task = task.expect("a task");
        assert_eq!(task.property("p").map(|property| property.value.clone()), *value, "{row}");
    }
}

#[test]
fn everything_else() {
    let xml = r#"<task xmlns="http://ws.apache.org/ns/synapse" name=" t " class=" a.b.C " pinnedServers="one, two">
        <description> what for </description></task>"#;
    let (task, diagnostics) = parse(xml);
    assert_eq!(reports(&diagnostics), [""; 0]);
    let task = task.expect("a task");
    assert_eq!((&*task.name, &*task.group), ("t", DEFAULT_GROUP));
    assert_eq!(task.class.as_ref().map(|class| &*class.text), Some("a.b.C"));
    assert_eq!(task.pinned_servers, [Arc::from("one"), Arc::from("two")]);
    assert_eq!(task.description.as_deref(), Some("what for"));
    let (task, diagnostics) = parse(r#"<task xmlns="http://ws.apache.org/ns/synapse" name="t" group="g"/>"#);
    assert_eq!(reports(&diagnostics), ["W0302 task"]);
    assert_eq!(task.map(|task| (task.class.is_none(), task.group)), Some((true, "g".into())));
    let (task, diagnostics) = parse(r#"<task xmlns="http://ws.apache.org/ns/synapse" class="C"/>"#);
    assert_eq!(reports(&diagnostics), ["E0301 task"]);
    assert!(task.is_none());
}
