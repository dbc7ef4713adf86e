//! What a `<switch>` element says.

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, MediatorList, NAMESPACE, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::expression::Expression;
use sinew_core::mediation::{Action, Needs};
use sinew_core::xml::Element;

use super::run::FirstMatch;
use crate::parts::{FullMatch, ignore_other_children};

/// The `switch` mediator.
#[derive(Clone, Debug)]
pub(crate) struct Switch {
    source: Expression,
    cases: Vec<(FullMatch, MediatorList)>,
    default: Option<MediatorList>,
}

impl MediatorConfig for Switch {
    const ELEMENT: &'static str = "switch";
    const TYPE: &'static str = "Switch";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let source =
            attributes.required("source", context).and_then(|_| context.expression(element, "source"));
        attributes.finish(context);
        let children = |name| element.children().filter(move |child| child.is(NAMESPACE, name));
        let cases: Vec<_> = children("case").map(|child| case(child, context)).collect();
        let mut defaults = children("default");
        let default = defaults.next().map(|child| {
            Attributes::of(child).finish(context);
            context.mediators_of(child, &[])
        });
        for second in defaults {
            context.push(
                Diagnostic::warning(
                    codes::IGNORED_ELEMENT,
                    "there is a <default> already; this one is ignored",
                )
                .at(second.name_location())
                .label("never runs"),
            );
        }
        ignore_other_children(element, &["case", "default"], context);
        let cases = cases.into_iter().collect::<Option<Vec<_>>>();
        Some(Self { source: source?, cases: cases?, default })
    }

    fn needs(&self) -> Needs {
        if self.source.needs_payload() { Needs::Payload } else { Needs::Nothing }
    }

    fn build(&self, context: &mut dyn BuildContext) -> Action {
        let cases = self.cases.iter().enumerate().map(|(index, (pattern, list))| {
            (pattern.clone(), context.list(&format!("case[{}]", index + 1), list))
        });
        let cases = cases.collect();
        let default = self.default.as_ref().map(|list| context.list("default", list));
        Action::Branch(Box::new(FirstMatch { source: self.source.clone(), cases, default }))
    }
}

fn case(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<(FullMatch, MediatorList)> {
    let mut attributes = Attributes::of(element);
    let pattern = FullMatch::required("regex", element, &mut attributes, context);
    attributes.finish(context);
    let list = context.mediators_of(element, &[]);
    Some((pattern?, list))
}
