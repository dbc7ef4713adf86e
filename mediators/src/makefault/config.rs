//! What a `<makefault>` element says.

use std::str::FromStr;
use std::sync::Arc;

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, NAMESPACE, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::expression::{Expression, ValueSource};
use sinew_core::mediation::{Action, Needs};
use sinew_core::message::SoapVersion;
use sinew_core::message::formats::SoapFaultDetail;
use sinew_core::xml::Element;

use super::code::Code;
use super::run::FaultMaker;
use crate::parts::{element_document, ignore_other_children, value_or_expression};

/// The `makefault` mediator.
#[derive(Clone, Debug)]
pub(crate) struct MakeFault(Arc<Definition>);

/// Everything the element says.
#[derive(Debug)]
pub(super) struct Definition {
    /// The form; without one, that of the message.
    pub(super) form: Option<Form>,
    /// Whether the message becomes a response.
    pub(super) response: bool,
    /// Absent only in the POX form.
    pub(super) code: Option<Code>,
    /// Absent only in the POX form.
    pub(super) reason: Option<ValueSource>,
    pub(super) node: Option<Arc<str>>,
    pub(super) role: Option<Arc<str>>,
    pub(super) detail: Option<Detail>,
}

/// The forms of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Soap(SoapVersion),
    /// `<Exception>` without an envelope of its own.
    Pox,
}

/// What `<detail>` says.
#[derive(Debug)]
pub(super) enum Detail {
    Literal(SoapFaultDetail),
    Computed(Expression),
}

impl MediatorConfig for MakeFault {
    const ELEMENT: &'static str = "makefault";
    const TYPE: &'static str = "MakeFault";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let has_version = attributes.optional("version").is_some();
        let form: Option<Form> = attributes.parsed("version", "soap11, soap12 or pox", context);
        let response = match attributes.optional("response") {
            None => Some(true),
            Some(_) => attributes.parsed("response", "true or false", context),
        };
        attributes.finish(context);
        if has_version && form.is_none() {
            return None;
        }
        ignore_other_children(element, &["code", "reason", "node", "role", "detail"], context);
        let child = |name| element.child(NAMESPACE, name);
        let soap12 = form == Some(Form::Soap(SoapVersion::Soap12));
        let code = child("code").map(|child| Code::parse(child, soap12, context));
        let reason = child("reason").map(|child| reason(child, context));
        let node = child("node").map(|child| uri(child, context));
        let role = child("role").map(|child| uri(child, context));
        let detail = child("detail").map(|child| detail(child, context));
        if form != Some(Form::Pox) {
            for (name, missing) in [("code", code.is_none()), ("reason", reason.is_none())] {
                if missing {
                    missing_child(element, name, context);
                }
            }
            if code.is_none() || reason.is_none() {
                return None;
            }
        }
        if let (Some(Form::Soap(SoapVersion::Soap11)), Some(node)) = (form, child("node")) {
            context.push(
                Diagnostic::warning(codes::VALUE_IGNORED, "SOAP 1.1 faults have no node; it is ignored")
                    .at(node.name_location())
                    .label("has no effect"),
            );
        }
        Some(Self(Arc::new(Definition {
            form,
            response: response?,
            code: all_right(code)?,
            reason: all_right(reason)?,
            node: all_right(node)?,
            role: all_right(role)?,
            detail: all_right(detail)?.flatten(),
        })))
    }

    fn needs(&self) -> Needs {
        Needs::PayloadIfReadable
    }

    fn build(&self, _: &mut dyn BuildContext) -> Action {
        Action::Mediate(Box::new(FaultMaker(self.0.clone())))
    }
}

/// An absent part is right; a part that could not be read was reported and makes the whole wrong.
fn all_right<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(part) => part.map(Some),
    }
}

fn missing_child(element: Element<'_>, name: &str, context: &mut ParseContext<'_>) {
    context.push(
        Diagnostic::error(codes::CHILD_MISSING, format!("<makefault> needs a <{name}>"))
            .at(element.name_location())
            .label(format!("<{name}> is missing"))
            .help("only version=\"pox\" does without"),
    );
}

fn reason(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<ValueSource> {
    let mut attributes = Attributes::of(element);
    let source = value_or_expression(element, &mut attributes, context);
    attributes.finish(context);
    source
}

/// `<node>` and `<role>` hold URI references; this checks their characters (RFC 3986 §2).
fn uri(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Arc<str>> {
    let text = element.text();
    let text = text.trim();
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(letter);
    if text.chars().all(allowed) {
        return Some(text.into());
    }
    context.push(
        Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, format!("\"{text}\" is no URI"))
            .at(element.text_location())
            .label("not a URI"),
    );
    None
}

/// An expression beats elements inside, they beat text. An empty `<detail/>` is none.
fn detail(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Option<Detail>> {
    let mut attributes = Attributes::of(element);
    let expression = attributes.optional("expression").is_some();
    attributes.finish(context);
    if expression {
        return context
            .expression(element, "expression")
            .map(|expression| Some(Detail::Computed(expression)));
    }
    let elements: Vec<_> = element.children().map(element_document).collect();
    if !elements.is_empty() {
        return Some(Some(Detail::Literal(SoapFaultDetail::Elements(elements))));
    }
    let text = element.text();
    if text.trim().is_empty() {
        return Some(None);
    }
    Some(Some(Detail::Literal(SoapFaultDetail::Text(text.into()))))
}

impl FromStr for Form {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Ok(match word {
            "soap11" => Form::Soap(SoapVersion::Soap11),
            "soap12" => Form::Soap(SoapVersion::Soap12),
            "pox" => Form::Pox,
            _ => return Err(()),
        })
    }
}
