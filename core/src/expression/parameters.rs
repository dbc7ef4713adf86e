//! The parameters of a template while it runs: what `$func:p` and `get-property('func','p')` read.

use std::sync::Arc;

use super::{EvaluationError, Expression, Scope, ValueSource};

/// The parameters of one call of a template, with those of the call around it. Cheap to clone.
///
/// Expressions see the innermost call only (mediators.md §3.9).
#[derive(Clone, Debug)]
pub struct TemplateParameters(Arc<Call>);

#[derive(Debug)]
struct Call {
    values: Box<[(Arc<str>, ParameterValue)]>,
    caller: Option<TemplateParameters>,
}

/// The value of a parameter (mediators.md §2.4).
#[derive(Clone, Debug)]
pub enum ParameterValue {
    /// A text known since the template was entered.
    Text(Arc<str>),
    /// `{{expression}}`: evaluated each time it is read, against the message as it is then.
    Deferred(Expression),
    /// Nothing was given, or an expression gave null.
    Null,
}

impl TemplateParameters {
    /// The parameters of a call; `caller` are those of the template that it stands in.
    pub fn new(
        values: impl IntoIterator<Item = (Arc<str>, ParameterValue)>,
        caller: Option<TemplateParameters>,
    ) -> Self {
        Self(Arc::new(Call { values: values.into_iter().collect(), caller }))
    }

    /// The value of a parameter; `None` when the template declares none of this name.
    pub fn value(&self, name: &str) -> Option<&ParameterValue> {
        self.0.values.iter().find(|(known, _)| **known == *name).map(|(_, value)| value)
    }

    /// The parameters around this call. A deferred expression was written there, so it means those.
    pub fn caller(&self) -> Option<&TemplateParameters> {
        self.0.caller.as_ref()
    }
}

/// What a parameter is given: a text or `{expression}`, or `{{expression}}` (mediators.md §2.4).
#[derive(Clone, Debug)]
pub enum ParameterSource {
    /// Taken when the template is entered.
    Now(ValueSource),
    /// Evaluated when it is read.
    Deferred(Expression),
}

impl ParameterSource {
    /// The value at the entry of the template, for the message as it is there.
    ///
    /// # Errors
    /// The evaluation failed for this message.
    pub fn value(&self, scope: Scope<'_>) -> Result<ParameterValue, EvaluationError> {
        Ok(match self {
            ParameterSource::Now(ValueSource::Literal(text)) => ParameterValue::Text(text.clone()),
            ParameterSource::Now(computed) => match computed.string(scope)? {
                Some(text) => ParameterValue::Text(text.into()),
                None => ParameterValue::Null,
            },
            ParameterSource::Deferred(expression) => ParameterValue::Deferred(expression.clone()),
        })
    }

    /// True when the value can only be known with the payload in memory, now or later.
    pub fn needs_payload(&self) -> bool {
        match self {
            ParameterSource::Now(source) => source.needs_payload(),
            ParameterSource::Deferred(expression) => expression.needs_payload(),
        }
    }
}
