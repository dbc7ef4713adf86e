//! What an `<enrich>` element says.

use std::str::FromStr;
use std::sync::Arc;

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, NAMESPACE, ParseContext, ResourceKey};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::expression::Expression;
use sinew_core::mediation::{self, Needs};
use sinew_core::xml::Element;

use super::parts::Part;
use super::paths;
use super::run::Enricher;
use super::source::Source;
use super::target::{Action, Target};
use crate::parts::{element_document, ignore_other_children};

/// The `enrich` mediator.
#[derive(Clone, Debug)]
pub(crate) struct Enrich(Arc<Definition>);

/// Everything the element says.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) source: Source,
    /// `clone="false"`: elements leave the place they are taken from.
    pub(super) moves: bool,
    pub(super) target: Target,
    pub(super) action: Action,
}

/// `type`. Targets know all but the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Custom,
    Envelope,
    Body,
    Property,
    Inline,
}

impl MediatorConfig for Enrich {
    const ELEMENT: &'static str = "enrich";
    const TYPE: &'static str = "Enrich";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        Attributes::of(element).finish(context);
        ignore_other_children(element, &["source", "target"], context);
        let removes = element
            .child(NAMESPACE, "target")
            .and_then(|target| target.attribute("action"))
            .is_some_and(|action| action == "remove");
        let source = side(element, "source", context).map(|child| source(child, removes, context));
        let target = side(element, "target", context).map(|child| target(child, context));
        let ((source, moves), (target, action)) = (source??, target??);
        let definition = Definition { source, moves, target, action };
        check(element, &definition, context)?;
        Some(Self(Arc::new(definition)))
    }

    fn needs(&self) -> Needs {
        let Definition { source, target, action, .. } = &*self.0;
        match target {
            Target::Property(_) if *action != Action::Remove && !source.needs_payload() => Needs::Nothing,
            _ => Needs::Payload,
        }
    }

    fn build(&self, context: &mut dyn BuildContext) -> mediation::Action {
        if let Source::Entry(key) = &self.0.source {
            context.local_entry(key);
        }
        mediation::Action::Mediate(Box::new(Enricher(self.0.clone())))
    }
}

fn side<'e>(element: Element<'e>, name: &str, context: &mut ParseContext<'_>) -> Option<Element<'e>> {
    let side = element.child(NAMESPACE, name);
    if side.is_none() {
        context.push(
            Diagnostic::error(codes::CHILD_MISSING, format!("<enrich> needs a <{name}>"))
                .at(element.name_location())
                .label(format!("<{name}> is missing")),
        );
    }
    side
}

fn source(element: Element<'_>, removes: bool, context: &mut ParseContext<'_>) -> Option<(Source, bool)> {
    let mut attributes = Attributes::of(element);
    let kind = match attributes.optional("type") {
        None => Some(Kind::Custom),
        Some(_) => attributes.parsed("type", "custom, envelope, body, property or inline", context),
    };
    let moves = match attributes.optional("clone") {
        None => Some(false),
        Some(text) if text.trim().eq_ignore_ascii_case("true") => Some(false),
        Some(text) if text.trim().eq_ignore_ascii_case("false") => Some(true),
        Some(text) => {
            attributes.invalid("clone", format!("\"{text}\" is not allowed here"), "true or false", context);
            None
        }
    };
    ignore_other_addresses(element, kind, &mut attributes, context);
    let source = match kind {
        None => None,
        Some(Kind::Custom) => attributes.required("xpath", context).and_then(|text| {
            match removes.then(|| paths::several(text)).flatten() {
                Some(Ok(paths)) => Some(Source::Paths(paths)),
                Some(Err(problem)) => {
                    context.push(
                        Diagnostic::error(codes::EXPRESSION_SYNTAX, problem.message)
                            .at(element.attribute_location("xpath")),
                    );
                    None
                }
                None => context.expression(element, "xpath").map(Source::Custom),
            }
        }),
        Some(Kind::Envelope) => Some(Source::Envelope),
        Some(Kind::Body) => Some(Source::Body),
        Some(Kind::Property) => {
            attributes.required("property", context).map(|name| Source::Property(name.into()))
        }
        Some(Kind::Inline) => inline(element, context),
    };
    attributes.finish(context);
    Some((source?, moves?))
}

/// The first element inside, else the text, else the local entry that `key` names.
fn inline(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Source> {
    if let Some(child) = element.children().next() {
        return Some(Source::Inline(Part::Element(element_document(child))));
    }
    let text = element.text();
    if !text.trim().is_empty() {
        return Some(Source::Inline(Part::Text(text.into())));
    }
    if let Some(key) = element.attribute("key").filter(|key| !key.trim().is_empty()) {
        let location = element.attribute_location("key");
        return Some(Source::Entry(ResourceKey { text: key.trim().into(), location }));
    }
    context.push(
        Diagnostic::error(
            codes::MEDIATOR_VALUE_MISSING,
            "an inline <source> needs an element, text or a key",
        )
        .at(element.name_location())
        .label("there is nothing in it"),
    );
    None
}

fn target(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<(Target, Action)> {
    let mut attributes = Attributes::of(element);
    let expected = "custom, envelope, body or property";
    let kind = match attributes.optional("type") {
        None => Some(Kind::Custom),
        Some("inline") => {
            attributes.invalid("type", "nothing can be put into an inline target", expected, context);
            None
        }
        Some(_) => attributes.parsed("type", expected, context),
    };
    let action = match attributes.optional("action") {
        None => Some(Action::Replace),
        Some(_) => attributes.parsed("action", "replace, child, sibling or remove", context),
    };
    ignore_other_addresses(element, kind, &mut attributes, context);
    let target = match kind {
        // What is removed is what the source selects.
        Some(Kind::Custom) if action == Some(Action::Remove) && attributes.optional("xpath").is_none() => {
            Some(Target::Body)
        }
        Some(Kind::Custom) => attributes
            .required("xpath", context)
            .and_then(|_| context.expression(element, "xpath"))
            .map(Target::Custom),
        Some(Kind::Envelope) => Some(Target::Envelope),
        Some(Kind::Body) => Some(Target::Body),
        Some(Kind::Property) => {
            attributes.required("property", context).map(|name| Target::Property(name.into()))
        }
        Some(Kind::Inline) | None => None,
    };
    attributes.finish(context);
    Some((target?, action?))
}

/// Warns of what says where something is, but not for this `type`.
fn ignore_other_addresses(
    element: Element<'_>,
    kind: Option<Kind>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) {
    attributes.pass_over(&["xpath", "property", "key"]);
    let Some(kind) = kind else { return };
    for (name, meant) in [("xpath", Kind::Custom), ("property", Kind::Property), ("key", Kind::Inline)] {
        if kind != meant && element.attribute(name).is_some() {
            let message = format!("only type=\"{}\" has a use for \"{name}\"; it is ignored", meant.word());
            context.push(
                Diagnostic::warning(codes::VALUE_IGNORED, message)
                    .at(element.attribute_name_location(name))
                    .label("has no effect"),
            );
        }
    }
}

/// Refuses what cannot be done, and warns of what does nothing.
fn check(element: Element<'_>, definition: &Definition, context: &mut ParseContext<'_>) -> Option<()> {
    let Definition { source, target, action, .. } = definition;
    let side = element.child(NAMESPACE, "target").unwrap_or(element);
    let is_removable = matches!((source, target), (Source::Custom(_) | Source::Paths(_), Target::Body));
    if *action == Action::Remove && !is_removable {
        context.push(
            Diagnostic::error(
                codes::MEDIATOR_VALUE_INVALID,
                "only what an xpath selects in the message can be removed",
            )
            .at(side.attribute_location("action"))
            .label("needs <source xpath=\"…\"/> and <target type=\"body\"/>"),
        );
        return None;
    }
    if let Target::Custom(expression) = target {
        check_path(side, expression, *action, context)?;
    }
    let ignored = match (source, target, action) {
        (_, Target::Envelope, Action::Child | Action::Sibling) => {
            Some(("action", "the envelope can only be replaced; this action is ignored"))
        }
        (Source::Envelope, Target::Envelope, _) | (Source::Body, Target::Body, Action::Replace) => {
            Some(("type", "this replaces something by itself"))
        }
        _ => None,
    };
    if let Some((attribute, message)) = ignored {
        context.push(
            Diagnostic::warning(codes::VALUE_IGNORED, message)
                .at(side.attribute_location(attribute))
                .label("has no effect"),
        );
    }
    Some(())
}

/// Refuses JSONPaths that lead to no place in the payload, and warns of one that leads to no place for the action.
fn check_path(
    target: Element<'_>,
    expression: &Expression,
    action: Action,
    context: &mut ParseContext<'_>,
) -> Option<()> {
    if !expression.is_json_path() {
        return Some(());
    }
    let refused = match expression.json_path() {
        None => Some(("only the payload can be changed by a path", "leads into a property or header")),
        Some(path) if path.is_document() && action == Action::Replace => {
            Some(("the whole payload is replaced with type=\"body\"", "leads to the whole payload"))
        }
        Some(_) => None,
    };
    if let Some((message, label)) = refused {
        let place = target.attribute_location("xpath");
        context.push(Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, message).at(place).label(label));
        return None;
    }
    if action == Action::Sibling {
        context.push(
            Diagnostic::warning(codes::VALUE_IGNORED, "values in JSON have no siblings; this does nothing")
                .at(target.attribute_location("action"))
                .label("has no effect")
                .help("action=\"child\" adds to a list"),
        );
    }
    Some(())
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Custom => "custom",
            Kind::Envelope => "envelope",
            Kind::Body => "body",
            Kind::Property => "property",
            Kind::Inline => "inline",
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Ok(match word {
            "custom" => Kind::Custom,
            "envelope" => Kind::Envelope,
            "body" => Kind::Body,
            "property" => Kind::Property,
            "inline" => Kind::Inline,
            _ => return Err(()),
        })
    }
}

impl FromStr for Action {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Ok(match word {
            "replace" => Action::Replace,
            "child" => Action::Child,
            "sibling" => Action::Sibling,
            "remove" => Action::Remove,
            _ => return Err(()),
        })
    }
}
