//! The element in a build without JavaScript.

use sinew_core::config::{BuildContext, MediatorConfig, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::mediation::{Action, Exchange, Fault, Flow, Mediate};
use sinew_core::xml::Element;

/// A `script` mediator that cannot be.
pub(crate) struct Script;

const REASON: &str = "this build of Sinew runs no scripts";

impl MediatorConfig for Script {
    const ELEMENT: &'static str = "script";
    const TYPE: &'static str = "Script";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        context.push(
            Diagnostic::error(codes::MEDIATOR_NOT_SUPPORTED, REASON)
                .at(element.name_location())
                .label("not supported here")
                .help("build it with the feature \"script\", which is on by default"),
        );
        None
    }

    fn build(&self, _: &mut dyn BuildContext) -> Action {
        Action::Mediate(Box::new(Refusal))
    }
}

/// What a definition would run that can never be made.
struct Refusal;

impl Mediate for Refusal {
    fn mediate(&self, _: &mut Exchange) -> Result<Flow, Fault> {
        Err(Fault::mediation(REASON))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::problems;

    #[test]
    fn the_element_is_known_and_refused() {
        let problems = problems("<script language=\"js\">1</script>");
        assert!(problems.starts_with("error[E0701]: this build of Sinew runs no scripts"), "{problems}");
        assert!(problems.contains("build it with the feature \"script\""), "{problems}");
    }
}
