//! What a `<filter>` element says.

use std::sync::Arc;

use sinew_core::config::{
    Attributes, BuildContext, MediatorConfig, MediatorList, NAMESPACE, ParseContext, ResourceKey,
};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::expression::Expression;
use sinew_core::mediation::{Action, Needs};
use sinew_core::xml::Element;

use super::run::{Choice, ChosenList};
use crate::parts::{FullMatch, ignore_other_children};

/// The `filter` mediator.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    condition: Arc<Condition>,
    then: Part,
    otherwise: Option<Part>,
}

/// When the `then` part runs.
#[derive(Debug)]
pub(super) enum Condition {
    /// `xpath`: the expression is true.
    Truth(Expression),
    /// `source` and `regex`: the whole text matches.
    Match { source: Expression, pattern: FullMatch },
}

/// `<then>` or `<else>`: a key beats what stands inside.
#[derive(Clone, Debug)]
enum Part {
    Key(ResourceKey),
    List(MediatorList),
}

impl MediatorConfig for Filter {
    const ELEMENT: &'static str = "filter";
    const TYPE: &'static str = "Filter";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let condition = Condition::parse(element, context);
        let then = element.child(NAMESPACE, "then");
        let otherwise = element.child(NAMESPACE, "else");
        let (then, otherwise) = match (then, otherwise) {
            (Some(then), otherwise) => {
                ignore_other_children(element, &["then", "else"], context);
                let otherwise = otherwise.map(|otherwise| Part::parse(otherwise, context));
                (Part::parse(then, context), otherwise)
            }
            (None, Some(otherwise)) => {
                context.push(
                    Diagnostic::error(codes::CHILD_MISSING, "an <else> needs a <then> beside it")
                        .at(otherwise.name_location())
                        .label("<then> is missing"),
                );
                return None;
            }
            (None, None) => (Part::List(context.mediators_of(element, &[])), None),
        };
        Some(Self { condition: Arc::new(condition?), then, otherwise })
    }

    fn needs(&self) -> Needs {
        let expression = match &*self.condition {
            Condition::Truth(expression) => expression,
            Condition::Match { source, .. } => source,
        };
        if expression.needs_payload() { Needs::Payload } else { Needs::Nothing }
    }

    fn build(&self, context: &mut dyn BuildContext) -> Action {
        Action::Branch(Box::new(Choice {
            condition: self.condition.clone(),
            then: self.then.build("then", context),
            otherwise: self.otherwise.as_ref().map(|part| part.build("else", context)),
        }))
    }
}

impl Condition {
    /// `xpath` wins over `source` and `regex`, which belong together.
    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let xpath = attributes.optional("xpath").is_some();
        let pair = ["source", "regex"].map(|name| attributes.optional(name).is_some());
        if xpath {
            attributes.required("xpath", context)?;
            attributes.finish(context);
            if let Some(ignored) =
                ["source", "regex"].into_iter().find(|name| element.attribute(name).is_some())
            {
                context.push(
                    Diagnostic::warning(codes::VALUE_IGNORED, "xpath counts; source and regex are ignored")
                        .at(element.attribute_location(ignored))
                        .label("has no effect"),
                );
            }
            return context.condition(element, "xpath").map(Self::Truth);
        }
        if pair == [false, false] {
            context.push(
                Diagnostic::error(codes::MEDIATOR_VALUE_MISSING, "<filter> needs a condition")
                    .at(element.name_location())
                    .label("expected \"xpath\", or \"source\" and \"regex\""),
            );
            return None;
        }
        let source =
            attributes.required("source", context).and_then(|_| context.expression(element, "source"));
        let pattern = FullMatch::required("regex", element, &mut attributes, context);
        attributes.finish(context);
        Some(Self::Match { source: source?, pattern: pattern? })
    }
}

impl Part {
    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Self {
        let mut attributes = Attributes::of(element);
        let key = attributes.key("sequence");
        attributes.finish(context);
        match key {
            Some(key) => {
                ignore_other_children(element, &[], context);
                Part::Key(key)
            }
            None => Part::List(context.mediators_of(element, &[])),
        }
    }

    fn build(&self, name: &str, context: &mut dyn BuildContext) -> ChosenList {
        match self {
            Part::Key(key) => ChosenList::Reference(context.sequence(key)),
            Part::List(list) => ChosenList::Own(context.list(name, list)),
        }
    }
}
