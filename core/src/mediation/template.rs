//! Compiled sequence templates (mediators.md §3.9).

use std::sync::Arc;

use super::Sequence;
use crate::expression::ParameterSource;

/// A sequence with parameters.
#[derive(Debug)]
pub struct Template {
    /// The parameters that it declares.
    pub parameters: Box<[TemplateParameter]>,
    /// What runs.
    pub body: Sequence,
}

/// A parameter that a template declares.
#[derive(Clone, Debug)]
pub struct TemplateParameter {
    /// The name.
    pub name: Arc<str>,
    /// Its value when none is given.
    pub default: Option<ParameterSource>,
    /// What it means when there is none at all.
    pub absence: Absence,
}

/// What it means that a parameter has neither a value nor a default (mediators.md §3.9, case 181).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Absence {
    /// It is logged.
    #[default]
    Logged,
    /// Nothing: `optional="true"`.
    Allowed,
    /// A fault: `isMandatory="true"`.
    Fault,
}

/// A template that a mediator names by key.
#[derive(Clone, Debug)]
pub enum TemplateReference {
    /// It was there when the configuration was compiled.
    Found(Arc<Template>),
    /// Nothing had this key; using it is a fault.
    Missing(Arc<str>),
}
