//! What a `<log>` element says.

use std::sync::Arc;

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, NAMESPACE, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes, nearest};
use sinew_core::mediation::{Action, Needs};
use sinew_core::xml::Element;

use super::run::{Category, Level, LogProperty, Logger};
use crate::parts::value_or_expression;

/// The `log` mediator.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    level: Level,
    category: Category,
    separator: Arc<str>,
    with_message_id: bool,
    properties: Arc<[LogProperty]>,
}

impl MediatorConfig for Log {
    const ELEMENT: &'static str = "log";
    const TYPE: &'static str = "Log";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let level = level(element, &mut attributes, context);
        let category = category(element, &mut attributes, context);
        let separator = attributes.optional("separator").unwrap_or(", ").into();
        let with_message_id = attributes.optional("logMessageID") == Some("true");
        attributes.finish(context);
        let properties = properties(element, context);
        Some(Self { level, category: category?, separator, with_message_id, properties: properties? })
    }

    fn needs(&self) -> Needs {
        let expressions = self.properties.iter().any(|property| property.value.needs_payload());
        if expressions || self.level.shows_payload() { Needs::Payload } else { Needs::Nothing }
    }

    fn build(&self, context: &mut dyn BuildContext) -> Action {
        Action::Mediate(Box::new(Logger {
            level: self.level,
            category: self.category,
            separator: self.separator.clone(),
            with_message_id: self.with_message_id,
            properties: self.properties.clone(),
            artifact: context.address().clone(),
        }))
    }
}

/// An unknown level is ignored (case 91 as in Apache Synapse), which is worth a warning.
fn level(element: Element<'_>, attributes: &mut Attributes<'_>, context: &mut ParseContext<'_>) -> Level {
    let forced = attributes.optional("logFullPayload") == Some("true");
    let Some(word) = attributes.optional("level") else {
        return if forced { Level::Full } else { Level::Simple };
    };
    let level = word.parse().unwrap_or_else(|()| {
        let mut diagnostic = Diagnostic::warning(
            codes::VALUE_IGNORED,
            format!("the level \"{word}\" is unknown; this is a simple log"),
        )
        .at(element.attribute_location("level"))
        .label(format!("expected {}", Level::WORDS.join(", ")));
        if let Some(near) = nearest(word, Level::WORDS) {
            diagnostic = diagnostic.help(format!("a level with a similar name exists: {near}"));
        }
        context.push(diagnostic);
        Level::Simple
    });
    if forced { Level::Full } else { level }
}

fn category(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Category> {
    let Some(word) = attributes.optional("category") else { return Some(Category::Info) };
    let category = word.trim().to_ascii_uppercase().parse().ok();
    if category.is_none() {
        context.push(
            Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, format!("\"{word}\" is no category of the log"))
                .at(element.attribute_location("category"))
                .label(format!("expected {}", Category::WORDS.join(", "))),
        );
    }
    category
}

/// The `<property>` children (mediators.md §2.5); `None` when one of them is wrong.
fn properties(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Arc<[LogProperty]>> {
    let mut all = Vec::new();
    let mut wrong = false;
    for child in element.children() {
        if child.is(NAMESPACE, "property") {
            match property(child, context) {
                Some(property) => all.push(property),
                None => wrong = true,
            }
        } else if child.is(NAMESPACE, "message") {
            context.push(
                Diagnostic::error(codes::MEDIATOR_NOT_SUPPORTED, "log templates are not supported yet")
                    .at(child.name_location())
                    .label("not supported yet"),
            );
            wrong = true;
        } else if !child.is(NAMESPACE, "description") {
            context.push(
                Diagnostic::warning(
                    codes::IGNORED_ELEMENT,
                    format!("<{}> means nothing in <log>; it is ignored", child.local_name()),
                )
                .at(child.name_location())
                .label("expected <property>"),
            );
        }
    }
    (!wrong).then(|| all.into())
}

/// Name, and a value that is not blank, else an expression (case 90). The scope is checked and has no effect.
fn property(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<LogProperty> {
    let mut attributes = Attributes::of(element);
    let name = attributes.required("name", context);
    if attributes.optional("value").is_some() {
        attributes.required("value", context)?;
    }
    let value = value_or_expression(element, &mut attributes, context);
    let scope = attributes.optional("scope");
    if !matches!(scope, None | Some("default" | "axis2" | "transport" | "axis2-client")) {
        let message = "properties of a log have no such scope";
        attributes.invalid("scope", message, "default, axis2, transport or axis2-client", context);
        return None;
    }
    attributes.finish(context);
    Some(LogProperty { name: name?.into(), value: value? })
}
