//! What a `<header>` element says.

use std::sync::Arc;

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, NAMESPACE, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes, nearest};
use sinew_core::expression::ValueSource;
use sinew_core::mediation::{Action, Needs};
use sinew_core::message::{Value, ValueType};
use sinew_core::xml::{Element, is_nc_name};

use super::run::{
    AddressingHeader, AppendBlocks, BlockName, ComputedBlock, Field, HeaderText, RemoveBlocks,
    TransportHeader,
};
use crate::parts::{
    element_document, removes, value_or_expression, written_header_name, written_header_value,
};

/// The `header` mediator.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    label: Arc<str>,
    effect: Effect,
}

#[derive(Clone, Debug)]
enum Effect {
    Addressing(AddressingHeader),
    Transport(TransportHeader),
    Append(AppendBlocks),
    AppendComputed(ComputedBlock),
    Remove(RemoveBlocks),
}

/// What the header is, by scope and name.
enum Kind {
    Addressing(Field),
    Transport,
    Block(BlockName),
}

impl MediatorConfig for Header {
    const ELEMENT: &'static str = "header";
    const TYPE: &'static str = "Header";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let has_name = attributes.optional("name").is_some();
        let kind = if has_name { kind(element, &mut attributes, context) } else { None };
        let removes = removes(element, &mut attributes, context);
        let effect = match (has_name, removes) {
            (false, false) => implicit(element, &mut attributes, context),
            (false, true) => {
                missing_name(element, "a <header> needs a name to be removed", context);
                None
            }
            (true, true) => {
                attributes.pass_over(&["value", "expression", "type"]);
                kind.and_then(|kind| removal(kind, element, context))
            }
            (true, false) => setting(kind, element, &mut attributes, context),
        };
        attributes.finish(context);
        Some(Self { label: element.attribute("name").unwrap_or_default().trim().into(), effect: effect? })
    }

    fn needs(&self) -> Needs {
        let payload = match &self.effect {
            Effect::Addressing(addressing) => addressing.needs_payload(),
            Effect::Transport(header) => header.needs_payload(),
            Effect::Append(_) | Effect::AppendComputed(_) | Effect::Remove(_) => true,
        };
        if payload { Needs::Payload } else { Needs::Nothing }
    }

    fn label(&self) -> Option<&str> {
        Some(&*self.label).filter(|label| !label.is_empty())
    }

    fn build(&self, _: &mut dyn BuildContext) -> Action {
        Action::Mediate(match &self.effect {
            Effect::Addressing(addressing) => Box::new(addressing.clone()),
            Effect::Transport(header) => Box::new(header.clone()),
            Effect::Append(append) => Box::new(append.clone()),
            Effect::AppendComputed(append) => Box::new(append.clone()),
            Effect::Remove(remove) => Box::new(remove.clone()),
        })
    }
}

/// What the name means in its scope. `transport` counts in any case, which repairs a scope that loaded and then never
/// worked; `default` is as good as none (case 70).
fn kind(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Kind> {
    let scope = attributes.optional("scope").map(str::to_ascii_lowercase);
    let name = attributes.required("name", context)?.trim();
    match scope.as_deref() {
        Some("transport") => Some(Kind::Transport),
        None | Some("default") => match name.parse() {
            Ok(field) => Some(Kind::Addressing(field)),
            Err(()) => block_name(name, element, context).map(Kind::Block),
        },
        Some("soap") if name.parse::<Field>().is_ok() => {
            context.push(
                Diagnostic::error(
                    codes::ATTRIBUTES_CONFLICT,
                    format!("{name} is an addressing header, not a SOAP header block"),
                )
                .at(element.attribute_location("scope"))
                .label(format!("{name} needs no scope")),
            );
            None
        }
        Some("soap") => block_name(name, element, context).map(Kind::Block),
        Some(_) => {
            attributes.invalid("scope", "headers have no such scope", "default, soap or transport", context);
            None
        }
    }
}

/// `prefix:local` with a declared prefix (case 65).
fn block_name(name: &str, element: Element<'_>, context: &mut ParseContext<'_>) -> Option<BlockName> {
    let at = element.attribute_location("name");
    let Some((prefix, local)) = qualified(name) else {
        let mut diagnostic = Diagnostic::error(
            codes::MEDIATOR_VALUE_INVALID,
            format!("\"{name}\" names neither an addressing header nor a SOAP header block"),
        )
        .at(at)
        .label(format!("expected {} or prefix:name", Field::NAMES.join(", ")));
        diagnostic = match nearest(name, Field::NAMES) {
            Some(near) => diagnostic.help(format!("a header with a similar name exists: {near}")),
            None => diagnostic.help("for an HTTP header write scope=\"transport\""),
        };
        context.push(diagnostic);
        return None;
    };
    let Some(namespace) = element.lookup_namespace(prefix) else {
        context.push(
            Diagnostic::error(
                codes::MEDIATOR_VALUE_INVALID,
                format!("prefix \"{prefix}\" is not bound to a namespace"),
            )
            .at(at)
            .label(format!("declare xmlns:{prefix}")),
        );
        return None;
    };
    Some(BlockName { prefix: prefix.into(), local: local.into(), namespace: namespace.into() })
}

fn qualified(name: &str) -> Option<(&str, &str)> {
    name.split_once(':').filter(|(prefix, local)| is_nc_name(prefix) && is_nc_name(local))
}

/// Children without a name: copies of them become header blocks.
fn implicit(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Effect> {
    attributes.optional("scope");
    let blocks: Vec<_> = element
        .children()
        .filter(|child| !child.is(NAMESPACE, "description"))
        .map(element_document)
        .collect();
    if blocks.is_empty() {
        missing_name(element, "a <header> needs a name, or elements to add", context);
        return None;
    }
    Some(Effect::Append(AppendBlocks(blocks)))
}

fn missing_name(element: Element<'_>, message: &str, context: &mut ParseContext<'_>) {
    context.push(
        Diagnostic::error(codes::MEDIATOR_VALUE_MISSING, message)
            .at(element.name_location())
            .label("\"name\" is missing"),
    );
}

fn removal(kind: Kind, element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Effect> {
    Some(match kind {
        Kind::Addressing(field) => Effect::Addressing(AddressingHeader { field, value: None }),
        Kind::Block(name) => Effect::Remove(RemoveBlocks(name)),
        Kind::Transport => {
            let name = written_header_name(element.attribute("name")?, element, context)?;
            Effect::Transport(TransportHeader { name, value: None })
        }
    })
}

fn setting(
    kind: Option<Kind>,
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Effect> {
    let source = value_or_expression(element, attributes, context);
    let as_element = value_type(attributes, context)? == ValueType::Om;
    let (kind, source) = (kind?, source?);
    Some(match kind {
        Kind::Addressing(field) => {
            if let ValueSource::Literal(text) = &source {
                written_header_value(text, element, context)?;
            }
            Effect::Addressing(AddressingHeader { field, value: Some(source) })
        }
        Kind::Transport => {
            let name = written_header_name(element.attribute("name")?, element, context);
            let value = match source {
                ValueSource::Literal(text) => {
                    HeaderText::Literal(written_header_value(&text, element, context)?)
                }
                ValueSource::Computed(expression) => HeaderText::Computed(expression),
            };
            Effect::Transport(TransportHeader { name: name?, value: Some(value) })
        }
        Kind::Block(name) => match source {
            ValueSource::Literal(text) => {
                let content = block_content(&text, as_element, element, context)?;
                Effect::Append(AppendBlocks(vec![Arc::new(name.block(&content))]))
            }
            ValueSource::Computed(expression) => {
                Effect::AppendComputed(ComputedBlock { name, expression, as_element })
            }
        },
    })
}

/// `type="OM"` puts an element inside the block; every other type is text.
fn value_type(attributes: &mut Attributes<'_>, context: &mut ParseContext<'_>) -> Option<ValueType> {
    match attributes.optional("type") {
        None => Some(ValueType::String),
        Some(_) => attributes.parsed("type", &ValueType::NAMES.join(", "), context),
    }
}

fn block_content(
    text: &str,
    as_element: bool,
    element: Element<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Value> {
    if !as_element {
        return Some(Value::from(text));
    }
    match ValueType::Om.convert(text) {
        Ok(value) => Some(value),
        Err(error) => {
            context.push(
                Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, error.to_string())
                    .at(element.attribute_location("value"))
                    .label("not well-formed XML"),
            );
            None
        }
    }
}
