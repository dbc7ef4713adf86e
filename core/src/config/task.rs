//! Tasks: what runs by the clock (configuration.md §6.6).
//!
//! Classes and cron expressions are only taken down here; the compiler knows which there are.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use super::proxy::words;
use super::{Attributes, NAMESPACE, ParseContext};
use crate::diagnostics::{Diagnostic, Location, codes};
use crate::xml::Element;

/// A task as written.
#[derive(Clone, Debug)]
pub struct TaskDefinition {
    /// The name.
    pub name: Arc<str>,
    /// The class of what it does. Without one it does nothing.
    pub class: Option<TaskText>,
    /// The group; [`DEFAULT_GROUP`] when none is given.
    pub group: Arc<str>,
    /// When not empty, the server names it runs on.
    pub pinned_servers: Vec<Arc<str>>,
    /// What people say of it.
    pub description: Option<Arc<str>>,
    /// What its class is told, each name once.
    pub properties: Vec<TaskProperty>,
    /// When it runs.
    pub trigger: TaskTrigger,
    /// The element as text: a task whose text changed is another.
    pub source: Arc<str>,
    /// Where the element starts.
    pub location: Location,
}

/// The group of tasks that name none.
pub const DEFAULT_GROUP: &str = "synapse.simple.quartz";

/// A text of a task, and where it stands.
#[derive(Clone, Debug)]
pub struct TaskText {
    /// The text.
    pub text: Arc<str>,
    /// The attribute value that holds it.
    pub location: Location,
}

/// Something that the class of a task is told.
#[derive(Clone, Debug)]
pub struct TaskProperty {
    /// The name.
    pub name: Arc<str>,
    /// The value.
    pub value: TaskValue,
    /// Where the value stands.
    pub location: Location,
}

/// The value of a property of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskValue {
    /// A text.
    Text(Arc<str>),
    /// An element, serialised.
    Xml(Arc<str>),
}

/// When a task runs.
#[derive(Clone, Debug)]
pub enum TaskTrigger {
    /// Once, when it is deployed.
    Once,
    /// At once, and then again and again.
    Every {
        /// The time from one run to the next; whole seconds, at least one.
        interval: Duration,
        /// How many runs there are in all; without it there is no last one.
        count: Option<NonZero<u64>>,
    },
    /// By a cron expression in the syntax of Quartz.
    Cron(TaskText),
    /// Never: `count="0"` with an interval.
    Never,
}

impl TaskDefinition {
    /// Reads `<task>`.
    pub fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let name = attributes.required("name", context);
        let class = attributes.optional("class").map(str::trim).filter(|class| !class.is_empty());
        let class =
            class.map(|text| TaskText { text: text.into(), location: element.attribute_location("class") });
        let group = attributes.optional("group").map(str::trim).filter(|group| !group.is_empty());
        let pinned_servers = words(attributes.optional("pinnedServers")).map(Arc::from).collect();
        attributes.finish(context);
        let description = element.child(NAMESPACE, "description").map(|child| child.text());
        let description = description.or_else(|| element.attribute("description").map(str::to_owned));
        if class.is_none() {
            context.push(
                Diagnostic::warning(codes::TASK_IDLE, "this task does nothing: it has no class")
                    .at(element.name_location())
                    .label("\"class\" is missing"),
            );
        }
        let properties = properties(element, context);
        let trigger = trigger(element, context);
        Some(Self {
            name: name?.trim().into(),
            class,
            group: group.unwrap_or(DEFAULT_GROUP).into(),
            pinned_servers,
            description: description.map(|text| text.trim().into()),
            properties,
            trigger: trigger?,
            source: element.to_xml().into(),
            location: element.location(),
        })
    }

    /// The property with a name.
    pub fn property(&self, name: &str) -> Option<&TaskProperty> {
        self.properties.iter().find(|property| *property.name == *name)
    }
}

impl TaskValue {
    /// The value as text.
    pub fn text(&self) -> &str {
        match self {
            TaskValue::Text(text) | TaskValue::Xml(text) => text,
        }
    }
}

/// The `<property>` children. One that is wrong is left out; of two with one name the last counts.
fn properties(task: Element<'_>, context: &mut ParseContext<'_>) -> Vec<TaskProperty> {
    let mut properties: Vec<TaskProperty> = Vec::new();
    for child in task.children() {
        match child.local_name() {
            "property" => {
                let Some(property) = property(child, context) else { continue };
                let known = properties.iter().position(|known| known.name == property.name);
                if let Some(known) = known {
                    let earlier = properties.remove(known);
                    context.push(
                        Diagnostic::warning(
                            codes::VALUE_IGNORED,
                            format!("the property \"{}\" is set again below", property.name),
                        )
                        .at(earlier.location)
                        .label("has no effect")
                        .related(property.location.clone(), "this counts"),
                    );
                }
                properties.push(property);
            }
            "trigger" | "description" => {}
            name => context.push(
                Diagnostic::warning(codes::IGNORED_ELEMENT, format!("<{name}> means nothing in a <task>"))
                    .at(child.name_location())
                    .label("ignored"),
            ),
        }
    }
    properties
}

fn property(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<TaskProperty> {
    let mut attributes = Attributes::of(element);
    let name = attributes.required("name", context);
    let value = attributes.optional("value");
    let expression = attributes.optional("expression");
    attributes.finish(context);
    if expression.is_some() {
        context.push(
            Diagnostic::error(codes::ATTRIBUTES_CONFLICT, "the properties of tasks have no expressions")
                .at(element.attribute_name_location("expression"))
                .label("not allowed here")
                .help("there is no message to read yet when a task starts; write the value itself"),
        );
        return None;
    }
    let mut elements = element.children();
    let first = elements.next();
    let (value, location, ignored) = match (value, first) {
        (Some(value), first) => {
            let location = element.attribute_location("value");
            (TaskValue::Text(resolved(value, &location, context)?), location, first)
        }
        (None, Some(first)) => {
            (TaskValue::Xml(first.to_xml().into()), first.full_location(), elements.next())
        }
        (None, None) => {
            let place = element.name_location();
            context.push(
                Diagnostic::error(codes::ATTRIBUTE_MISSING, "this property has no value")
                    .at(place)
                    .label("neither \"value\" nor an element")
                    .help("text stands in the attribute \"value\", XML as one element inside"),
            );
            return None;
        }
    };
    if let Some(ignored) = ignored {
        let message = format!("<{}> is ignored: a property has one value", ignored.local_name());
        context.push(
            Diagnostic::warning(codes::IGNORED_ELEMENT, message).at(ignored.name_location()).label("ignored"),
        );
    }
    Some(TaskProperty { name: name?.trim().into(), value, location })
}

/// The start of a value that a variable of the process has (configuration.md §5).
const SYSTEM: &str = "$SYSTEM:";

/// Starts of values that other sources would have; there are none here.
const ELSEWHERE: [&str; 3] = ["$FILE:", "$CUSTOM_", "${configs."];

/// A value, looked up where it says so; `None` when that cannot be.
fn resolved(value: &str, location: &Location, context: &mut ParseContext<'_>) -> Option<Arc<str>> {
    if let Some(start) = ELSEWHERE.iter().find(|start| value.starts_with(**start)) {
        context.push(
            Diagnostic::error(
                codes::ARTIFACT_NOT_SUPPORTED,
                format!("values that begin with {start} are not supported yet"),
            )
            .at(location.clone())
            .label("would be taken from elsewhere")
            .help(format!("variables of the process can be named, as {SYSTEM}NAME")),
        );
        return None;
    }
    let Some(name) = value.strip_prefix(SYSTEM) else { return Some(value.into()) };
    let found = context.variable(name.trim());
    if found.is_none() {
        context.push(
            Diagnostic::error(
                codes::ATTRIBUTE_INVALID,
                format!("the process has no variable \"{}\"", name.trim()),
            )
            .at(location.clone())
            .label("not set"),
        );
    }
    found.map(Arc::from)
}

/// The trigger, as the rules of configuration.md §6.6 have it; `None` when it contradicts itself (cases C76, C77).
fn trigger(task: Element<'_>, context: &mut ParseContext<'_>) -> Option<TaskTrigger> {
    let mut triggers = task.children().filter(|child| child.local_name() == "trigger");
    let Some(element) = triggers.next() else { return Some(TaskTrigger::Once) };
    for ignored in triggers {
        context.push(
            Diagnostic::warning(codes::IGNORED_ELEMENT, "a task has one <trigger>; the first counts")
                .at(ignored.name_location())
                .label("ignored"),
        );
    }
    let mut attributes = Attributes::of(element);
    let interval = number(&mut attributes, element, "interval", 0, "whole seconds", context);
    let count = number(&mut attributes, element, "count", -1, "a whole number, or -1 for no end", context);
    let once = attributes.optional("once").is_some_and(|text| text == "true");
    let cron = attributes.optional("cron");
    attributes.finish(context);
    let (interval, count) = (interval?, count?);
    if let Some(text) = cron {
        return by_cron(element, text, interval, count, once, context);
    }
    let seconds = u64::try_from(interval.unwrap_or(0)).unwrap_or(0);
    if seconds == 0 {
        if interval.is_some() && !once {
            ignored(element, "interval", "an interval of 0 is none: the task runs once", context);
        }
        if interval.is_none() && count.is_some_and(|count| count > 1) && !once {
            context.push(
                Diagnostic::error(codes::ATTRIBUTE_MISSING, "runs that are counted need an interval")
                    .at(element.attribute_location("count"))
                    .label("\"interval\" is missing")
                    .help("write interval=\"…\" with the seconds from one run to the next"),
            );
            return None;
        }
        return Some(TaskTrigger::Once);
    }
    Some(match count {
        _ if once => TaskTrigger::Once,
        None | Some(-1) => TaskTrigger::Every { interval: Duration::from_secs(seconds), count: None },
        Some(count) => match u64::try_from(count).ok().and_then(NonZero::new) {
            Some(count) => TaskTrigger::Every { interval: Duration::from_secs(seconds), count: Some(count) },
            None => {
                context.push(
                    Diagnostic::warning(codes::TASK_IDLE, "this task never runs")
                        .at(element.attribute_location("count"))
                        .label("no run at all"),
                );
                TaskTrigger::Never
            }
        },
    })
}

/// A trigger with a cron expression, which nothing else may stand beside (case C76).
fn by_cron(
    element: Element<'_>,
    text: &str,
    interval: Option<i64>,
    count: Option<i64>,
    once: bool,
    context: &mut ParseContext<'_>,
) -> Option<TaskTrigger> {
    let beside = match (interval, once) {
        (Some(1..), _) => Some("interval"),
        (_, true) => Some("once"),
        _ => None,
    };
    if let Some(name) = beside {
        context.push(
            Diagnostic::error(
                codes::ATTRIBUTES_CONFLICT,
                format!("a trigger has a cron expression or \"{name}\", not both"),
            )
            .at(element.attribute_name_location(name))
            .label("contradicts \"cron\""),
        );
        return None;
    }
    if count.is_some_and(|count| count > 1) {
        context.push(
            Diagnostic::error(codes::ATTRIBUTES_CONFLICT, "runs by a cron expression are not counted")
                .at(element.attribute_name_location("count"))
                .label("contradicts \"cron\""),
        );
        return None;
    }
    if count.is_some() {
        ignored(element, "count", "runs by a cron expression are not counted", context);
    }
    let location = element.attribute_location("cron");
    Some(TaskTrigger::Cron(TaskText { text: text.trim().into(), location }))
}

fn ignored(element: Element<'_>, attribute: &str, message: &str, context: &mut ParseContext<'_>) {
    context.push(
        Diagnostic::warning(codes::VALUE_IGNORED, message)
            .at(element.attribute_location(attribute))
            .label("has no effect"),
    );
}

/// A number of a trigger; the outer `None` means that it is none or out of range.
fn number<'e>(
    attributes: &mut Attributes<'e>,
    element: Element<'e>,
    name: &'static str,
    least: i64,
    expected: &str,
    context: &mut ParseContext<'_>,
) -> Option<Option<i64>> {
    let Some(text) = attributes.optional(name) else { return Some(None) };
    let value = text.trim().parse::<i64>().ok();
    match value.filter(|value| (least..=i64::from(u32::MAX)).contains(value)) {
        Some(value) => Some(Some(value)),
        None => {
            context.push(
                Diagnostic::error(codes::ATTRIBUTE_INVALID, format!("\"{text}\" is not allowed here"))
                    .at(element.attribute_location(name))
                    .label(format!("expected {expected}")),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests;
