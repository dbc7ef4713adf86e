//! Entering a template and leaving it.

use std::sync::Arc;

use sinew_core::expression::{ParameterSource, ParameterValue, TemplateParameters};
use sinew_core::mediation::{
    Absence, Branch, Chosen, ErrorCode, Exchange, Fault, Flow, Needs, Template, Turn,
};

/// A call of a template, with what each of its parameters is given.
pub(super) struct Call {
    pub(super) arguments: Box<[Argument]>,
    pub(super) template: Arc<Template>,
}

/// What a parameter is given: by the call, else by the template's default.
pub(super) struct Argument {
    pub(super) name: Arc<str>,
    pub(super) source: Option<ParameterSource>,
    pub(super) absence: Absence,
}

/// A call of a template that nothing defines: a fault when it is reached.
pub(super) struct MissingTemplate(pub(super) Arc<str>);

impl Branch for Call {
    fn choose(&self, exchange: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        let mut values = Vec::with_capacity(self.arguments.len());
        for argument in &self.arguments {
            values.push((argument.name.clone(), argument.value(exchange)?));
        }
        let caller = exchange.parameters.take();
        exchange.parameters = Some(TemplateParameters::new(values, caller));
        Ok(Some(Chosen::Turn(&self.template.body, 0)))
    }

    /// Takes the parameters back; a stop inside ends the flow (case 182).
    fn resume(&self, turn: Turn, exchange: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        exchange.parameters = exchange.parameters.take().and_then(|left| left.caller().cloned());
        Ok((turn.flow == Flow::Stop).then_some(Chosen::Stop))
    }

    fn needs(&self) -> Needs {
        let mut sources = self.arguments.iter().filter_map(|argument| argument.source.as_ref());
        if sources.any(ParameterSource::needs_payload) { Needs::Payload } else { Needs::Nothing }
    }
}

impl Argument {
    /// The value, for the message as it is now and with the parameters around the call (case 179).
    fn value(&self, exchange: &Exchange) -> Result<ParameterValue, Fault> {
        if let Some(source) = &self.source {
            return Ok(source.value(exchange.scope())?);
        }
        let name = &self.name;
        match self.absence {
            Absence::Allowed => {}
            Absence::Logged => {
                tracing::error!(target: "mediation", parameter = %name, "a template is called without a parameter that it declares");
            }
            Absence::Fault => {
                let message = format!("The mandatory template parameter {name} is missing");
                return Err(Fault { code: ErrorCode::TEMPLATE_PARAMETER, ..Fault::mediation(message) });
            }
        }
        Ok(ParameterValue::Null)
    }
}

impl Branch for MissingTemplate {
    fn choose(&self, _: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        Err(Fault::mediation(format!("Sequence template {} cannot be found", self.0)))
    }
}
