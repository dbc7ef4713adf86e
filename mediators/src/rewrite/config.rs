//! What a `<rewrite>` element says.

use std::str::FromStr;
use std::sync::Arc;

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::expression::ValueSource;
use sinew_core::mediation::{Action as Compiled, Needs};
use sinew_core::xml::Element;

use super::replacement::Replacement;
use super::run::{Action, Change, PatternSource, Rewriter, Rule};
use crate::parts::{Condition, Fragment, ignore_other_children, parse_port, partial_match};

/// The `rewrite` mediator.
#[derive(Clone, Debug)]
pub(crate) struct Rewrite {
    rules: Arc<[Rule]>,
    input: Option<Arc<str>>,
    output: Option<Arc<str>>,
}

/// What `type` may say.
const TYPES: &str = "set, append, prepend, replace, remove or remove-query-param";

/// `type="…"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Set,
    Append,
    Prepend,
    Replace,
    Remove,
    RemoveParameter,
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Ok(match word {
            "set" => Kind::Set,
            "append" => Kind::Append,
            "prepend" => Kind::Prepend,
            "replace" => Kind::Replace,
            "remove" => Kind::Remove,
            "remove-query-param" => Kind::RemoveParameter,
            _ => return Err(()),
        })
    }
}

impl MediatorConfig for Rewrite {
    const ELEMENT: &'static str = "rewrite";
    const TYPE: &'static str = "Rewrite";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let mut property = |name| attributes.optional(name).map(|name| Arc::from(name.trim()));
        let (input, output) = (property("inProperty"), property("outProperty"));
        attributes.finish(context);
        ignore_other_children(element, &["rewriterule"], context);
        let rules = element.children().filter(|child| child.local_name() == "rewriterule");
        let rules: Vec<_> = rules.map(|child| rule(child, context)).collect();
        Some(Self { rules: rules.into_iter().collect::<Option<_>>()?, input, output })
    }

    fn needs(&self) -> Needs {
        if self.rules.iter().any(Rule::needs_payload) { Needs::Payload } else { Needs::Nothing }
    }

    fn build(&self, _: &mut dyn BuildContext) -> Compiled {
        let (input, output) = (self.input.clone(), self.output.clone());
        Compiled::Mediate(Box::new(Rewriter { rules: self.rules.clone(), input, output }))
    }
}

fn rule(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Rule> {
    Attributes::of(element).finish(context);
    ignore_other_children(element, &["condition", "action"], context);
    let condition = element.children().find(|child| child.local_name() == "condition");
    let condition = condition.map(|condition| Condition::parse(condition, context));
    let actions = element.children().filter(|child| child.local_name() == "action");
    let actions: Vec<_> = actions.map(|child| action(child, context)).collect();
    let actions = actions.into_iter().collect::<Option<_>>()?;
    let condition = match condition {
        None => None,
        Some(condition) => Some(condition?),
    };
    Some(Rule { condition, actions })
}

fn action(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Action> {
    let mut attributes = Attributes::of(element);
    let kind = word("type", Kind::Set, TYPES, element, &mut attributes, context);
    let parts = format!("full, {}", Fragment::WORDS.join(", "));
    let part = match attributes.optional("fragment") {
        None | Some("full") => Some(None),
        Some(_) => word("fragment", Fragment::Path, &parts, element, &mut attributes, context).map(Some),
    };
    let value = value(element, &mut attributes, context)?;
    let (kind, part) = (kind?, part?);
    if value.is_none() && kind != Kind::Remove {
        context.push(
            Diagnostic::error(codes::MEDIATOR_VALUE_MISSING, "<action> needs a value or an xpath")
                .at(element.name_location())
                .label("\"value\" or \"xpath\" is missing"),
        );
        return None;
    }
    let pattern = match kind {
        Kind::Replace => Some(partial_match("regex", element, &mut attributes, context)?),
        _ => {
            attributes.pass_over(&["regex"]);
            None
        }
    };
    attributes.finish(context);
    if kind == Kind::RemoveParameter && part != Some(Fragment::Query) {
        context.push(
            Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, "only the query has parameters")
                .at(element.attribute_location("type"))
                .label("expected fragment=\"query\""),
        );
        return None;
    }
    let fragment = match part {
        None => return Some(whole(kind, value, element, context)),
        Some(Fragment::Port) => return port(kind, value, element, context),
        Some(fragment) => fragment,
    };
    let change = match (kind, value, pattern) {
        (Kind::Append, Some(value), _) => Change::Append(value),
        (Kind::Prepend, Some(value), _) => Change::Prepend(value),
        (Kind::Replace, Some(value), Some(pattern)) => {
            if let ValueSource::Literal(text) = &value
                && let Err(reason) = Replacement::parse(text, &pattern)
            {
                context.push(
                    Diagnostic::error(
                        codes::MEDIATOR_VALUE_INVALID,
                        format!("\"{text}\" is no replacement: {reason}"),
                    )
                    .at(element.attribute_location("value"))
                    .label("cannot replace a match"),
                );
                return None;
            }
            Change::Replace(PatternSource { pattern, by: value })
        }
        (Kind::Remove, ..) => Change::Remove,
        (Kind::RemoveParameter, Some(name), _) => Change::RemoveParameter(name),
        (_, Some(value), _) => Change::Set(value),
        (_, None, _) => Change::Remove,
    };
    Some(Action::Fragment(fragment, change))
}

/// The whole address is set, whatever the type says; without a value it becomes empty (mediators.md §5.7).
fn whole(
    kind: Kind,
    value: Option<ValueSource>,
    element: Element<'_>,
    context: &mut ParseContext<'_>,
) -> Action {
    always_set(kind, "the whole address", element, context);
    Action::Whole(value.filter(|_| kind != Kind::Remove))
}

/// So is the port; without a value there is none any more (case 157).
fn port(
    kind: Kind,
    value: Option<ValueSource>,
    element: Element<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Action> {
    always_set(kind, "the port", element, context);
    if let Some(ValueSource::Literal(text)) = &value
        && &**text != "-1"
        && let Err(error) = parse_port(text)
    {
        context.push(
            Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, error.to_string())
                .at(element.attribute_location("value"))
                .label("expected a number up to 65535, or -1 for none"),
        );
        return None;
    }
    Some(Action::Port(value.filter(|_| kind != Kind::Remove)))
}

fn always_set(kind: Kind, what: &str, element: Element<'_>, context: &mut ParseContext<'_>) {
    if matches!(kind, Kind::Append | Kind::Prepend | Kind::Replace) {
        context.push(
            Diagnostic::warning(codes::VALUE_IGNORED, format!("{what} is always set or removed"))
                .at(element.attribute_location("type"))
                .label("counts as set"),
        );
    }
}

/// `xpath` wins over `value`; the outer `None` is a wrong one.
fn value(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Option<ValueSource>> {
    let value = attributes.optional("value");
    if attributes.optional("xpath").is_none() {
        return Some(value.map(|text| ValueSource::Literal(text.into())));
    }
    if value.is_some() {
        context.push(
            Diagnostic::warning(codes::VALUE_IGNORED, "the xpath counts; the value beside it is ignored")
                .at(element.attribute_location("value"))
                .label("has no effect"),
        );
    }
    attributes.required("xpath", context)?;
    context.expression(element, "xpath").map(|expression| Some(ValueSource::Computed(expression)))
}

/// One of several words.
fn word<T: FromStr>(
    name: &'static str,
    default: T,
    expected: &str,
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<T> {
    let Some(text) = attributes.optional(name) else { return Some(default) };
    let parsed = text.parse().ok();
    if parsed.is_none() {
        context.push(
            Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, format!("an action has no {name} \"{text}\""))
                .at(element.attribute_location(name))
                .label(format!("expected {expected}")),
        );
    }
    parsed
}
