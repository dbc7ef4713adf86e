//! What a `<conditionalRouter>` element says.

use std::sync::Arc;

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, NAMESPACE, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::mediation::{Action, Needs};
use sinew_core::xml::Element;

use super::run::{CompiledRoute, Router};
use crate::parts::{Condition, Target, ignore_other_children, yes_or_no};

/// The `conditionalRouter` mediator.
#[derive(Clone, Debug)]
pub(crate) struct ConditionalRouter {
    continues: bool,
    routes: Vec<Route>,
}

/// One `<conditionalRoute>`.
#[derive(Clone, Debug)]
struct Route {
    breaks: bool,
    condition: Arc<Condition>,
    target: Target,
}

impl MediatorConfig for ConditionalRouter {
    const ELEMENT: &'static str = "conditionalRouter";
    const TYPE: &'static str = "ConditionalRouter";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let continues = yes_or_no("continueAfter", false, &mut attributes, context);
        attributes.finish(context);
        ignore_other_children(element, &["conditionalRoute"], context);
        let routes = element.children().filter(|child| child.is(NAMESPACE, "conditionalRoute"));
        let routes: Vec<_> = routes.map(|child| Route::parse(child, context)).collect();
        Some(Self { continues: continues?, routes: routes.into_iter().collect::<Option<_>>()? })
    }

    fn needs(&self) -> Needs {
        let payload = self.routes.iter().any(|route| route.condition.needs_payload());
        if payload { Needs::Payload } else { Needs::Nothing }
    }

    fn build(&self, context: &mut dyn BuildContext) -> Action {
        let routes = self.routes.iter().enumerate().map(|(index, route)| CompiledRoute {
            breaks: route.breaks,
            condition: route.condition.clone(),
            target: route.target.build(&format!("route[{}]", index + 1), context),
        });
        Action::Branch(Box::new(Router { routes: routes.collect(), continues: self.continues }))
    }
}

impl Route {
    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let breaks = yes_or_no("breakRoute", true, &mut attributes, context);
        if yes_or_no("asynchronous", false, &mut attributes, context) == Some(true) {
            context.push(
                Diagnostic::warning(codes::VALUE_IGNORED, "routes run one after the other")
                    .at(element.attribute_location("asynchronous"))
                    .label("has no effect")
                    .help("the target sees the same message either way, and nothing in it waits"),
            );
        }
        attributes.finish(context);
        ignore_other_children(element, &["condition", "target"], context);
        let condition = child(element, "condition", context)
            .and_then(|condition| Condition::parse(condition, context))
            .map(Arc::new);
        let target = child(element, "target", context).and_then(|target| Target::parse(target, context));
        Some(Self { breaks: breaks?, condition: condition?, target: target? })
    }
}

fn child<'e>(
    element: Element<'e>,
    name: &'static str,
    context: &mut ParseContext<'_>,
) -> Option<Element<'e>> {
    let found = element.child(NAMESPACE, name);
    if found.is_none() {
        context.push(
            Diagnostic::error(codes::CHILD_MISSING, format!("a <conditionalRoute> needs a <{name}>"))
                .at(element.name_location())
                .label(format!("<{name}> is missing")),
        );
    }
    found
}
