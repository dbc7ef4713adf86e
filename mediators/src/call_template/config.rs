//! What a `<call-template>` element says.

use std::sync::Arc;

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, ParseContext, ResourceKey};
use sinew_core::diagnostics::{Diagnostic, Location, codes};
use sinew_core::expression::ParameterSource;
use sinew_core::mediation::{Absence, Action, Needs, Template, TemplateReference};
use sinew_core::xml::Element;

use super::run::{Argument, Call, MissingTemplate};
use crate::parts::ignore_other_children;

/// The `call-template` mediator.
#[derive(Clone, Debug)]
pub(crate) struct CallTemplate {
    target: ResourceKey,
    given: Vec<Given>,
}

/// One `<with-param>`.
#[derive(Clone, Debug)]
struct Given {
    name: Arc<str>,
    source: ParameterSource,
    location: Location,
}

impl MediatorConfig for CallTemplate {
    const ELEMENT: &'static str = "call-template";
    const TYPE: &'static str = "CallTemplate";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let target = attributes.required("target", context).and_then(|_| attributes.key("target"));
        if attributes.optional("onError").is_some() {
            context.push(
                Diagnostic::warning(codes::VALUE_IGNORED, "a call has the onError of its template")
                    .at(element.attribute_name_location("onError"))
                    .label("has no effect"),
            );
        }
        attributes.finish(context);
        ignore_other_children(element, &["with-param"], context);
        let parameters = element.children().filter(|child| child.local_name() == "with-param");
        let given = parameters.map(|child| with_param(child, context)).collect::<Vec<_>>();
        let given = given.into_iter().collect::<Option<Vec<_>>>();
        Some(Self { target: target?, given: given?.into_iter().flatten().collect() })
    }

    fn needs(&self) -> Needs {
        let payload = self.given.iter().any(|given| given.source.needs_payload());
        if payload { Needs::Payload } else { Needs::Nothing }
    }

    fn label(&self) -> Option<&str> {
        Some(&self.target.text)
    }

    fn build(&self, context: &mut dyn BuildContext) -> Action {
        Action::Branch(match context.template(&self.target) {
            TemplateReference::Found(template) => {
                self.report(&template, context);
                let arguments = template.parameters.iter().map(|parameter| {
                    // The last one counts, as it does for properties that are set twice.
                    let given = self.given.iter().rfind(|given| given.name == parameter.name);
                    Argument {
                        name: parameter.name.clone(),
                        source: given.map(|given| &given.source).or(parameter.default.as_ref()).cloned(),
                        absence: parameter.absence,
                    }
                });
                Box::new(Call { arguments: arguments.collect(), template: template.clone() })
            }
            TemplateReference::Missing(key) => Box::new(MissingTemplate(key)),
        })
    }
}

impl CallTemplate {
    /// Parameters that the template does not know, and those that it cannot do without.
    fn report(&self, template: &Template, context: &mut dyn BuildContext) {
        let target = &self.target.text;
        for given in &self.given {
            if !template.parameters.iter().any(|parameter| parameter.name == given.name) {
                context.push(
                    Diagnostic::warning(
                        codes::VALUE_IGNORED,
                        format!("the template \"{target}\" has no parameter \"{}\"", given.name),
                    )
                    .at(given.location.clone())
                    .label("has no effect"),
                );
            }
        }
        for parameter in &template.parameters {
            let given = self.given.iter().any(|given| given.name == parameter.name);
            if parameter.absence == Absence::Fault && parameter.default.is_none() && !given {
                context.push(
                    Diagnostic::error(
                        codes::MEDIATOR_VALUE_MISSING,
                        format!("the template \"{target}\" needs the parameter \"{}\"", parameter.name),
                    )
                    .at(self.target.location.clone())
                    .label(format!("called without \"{}\"", parameter.name))
                    .help("without it, each call is a fault with the code 500101"),
                );
            }
        }
    }
}

/// The outer `None` is an element without a value. One without a name says nothing, and is ignored.
fn with_param(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Option<Given>> {
    let mut attributes = Attributes::of(element);
    let name = attributes.optional("name").map(str::trim).filter(|name| !name.is_empty());
    if attributes.optional("value").is_none() {
        attributes.required("value", context)?;
    }
    attributes.finish(context);
    let source = context.parameter_source(element, "value")?;
    let Some(name) = name else {
        context.push(
            Diagnostic::warning(codes::VALUE_IGNORED, "a <with-param> without a name is ignored")
                .at(element.name_location())
                .label("\"name\" is missing"),
        );
        return Some(None);
    };
    let location = element.attribute_location("name");
    Some(Some(Given { name: name.into(), source, location }))
}
