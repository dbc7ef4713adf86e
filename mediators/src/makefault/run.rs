//! Turning a message into a fault.

use std::sync::Arc;

use sinew_core::expression::{Item, Object, Scope};
use sinew_core::mediation::{Exchange, Fault, Flow, Mediate};
use sinew_core::message::formats::{SoapFault, SoapFaultDetail};
use sinew_core::message::{Message, Payload, SoapVersion, Value, ValueType, XmlPayload};
use sinew_core::xml::Document;

use super::config::{Definition, Detail, Form};
use crate::parts::document_of;

/// Makes the fault.
pub(super) struct FaultMaker(pub(super) Arc<Definition>);

impl Mediate for FaultMaker {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        match self.0.form.unwrap_or_else(|| form_of(&exchange.message)) {
            Form::Soap(version) => self.soap(version, exchange)?,
            Form::Pox => self.pox(exchange)?,
        }
        if self.0.response {
            exchange.mark_response();
            exchange.message.addressing.go_back(false);
        }
        Ok(Flow::Continue)
    }
}

/// The form of the message itself: POX for REST, else the version of its envelope.
fn form_of(message: &Message) -> Form {
    message.format_word().parse().unwrap_or(Form::Pox)
}

impl FaultMaker {
    /// A new envelope with the fault and the old header blocks, addressed to whoever wants to hear of faults.
    fn soap(&self, version: SoapVersion, exchange: &mut Exchange) -> Result<(), Fault> {
        let definition = &*self.0;
        let scope = exchange.scope();
        let Some(code) = &definition.code else {
            return Err(Fault::mediation("a SOAP fault needs a code"));
        };
        let fault = SoapFault {
            version,
            code: code.in_version(version, scope)?,
            reason: self.reason(scope)?.unwrap_or_default(),
            node: definition.node.clone(),
            role: definition.role.clone(),
            detail: self.detail(scope)?,
        };
        let message = &mut exchange.message;
        let original = match &message.payload {
            Payload::Xml(xml) => Some(xml),
            _ => None,
        };
        message.payload = Payload::Xml(fault.envelope(original));
        let relates_to = message.message_id().clone();
        message.addressing.go_back(true);
        message.addressing.relates_to = Some(relates_to);
        Ok(())
    }

    /// `<Exception>` in place of the content: the whole payload, or the first child of a SOAP body.
    fn pox(&self, exchange: &mut Exchange) -> Result<(), Fault> {
        let text = self.exception_text(exchange.scope())?;
        let mut document = Document::new();
        let exception = document.create_element("", "Exception", "");
        document.append_child(document.document_node(), exception);
        document.set_text(exception, &text.unwrap_or_default());
        let message = &mut exchange.message;
        match &mut message.payload {
            Payload::Xml(xml) if xml.soap.is_some() => xml.replace_content(&document),
            payload => {
                *payload =
                    Payload::Xml(XmlPayload { document: Arc::new(document), soap: None, charset: None });
            }
        }
        message.axis2.set("FAULT_MESSAGE", "TRUE");
        Ok(())
    }

    /// The first of: detail text, detail expression, reason.
    fn exception_text(&self, scope: Scope<'_>) -> Result<Option<String>, Fault> {
        match &self.0.detail {
            Some(Detail::Literal(SoapFaultDetail::Text(text))) => return Ok(Some(text.to_string())),
            Some(Detail::Computed(expression)) => {
                return Ok(expression.string(scope)?.map(|text| text.into_owned()));
            }
            Some(Detail::Literal(SoapFaultDetail::Elements(_))) | None => {}
        }
        self.reason(scope)
    }

    fn reason(&self, scope: Scope<'_>) -> Result<Option<String>, Fault> {
        match &self.0.reason {
            Some(reason) => Ok(reason.string(scope)?.map(|text| text.into_owned())),
            None => Ok(None),
        }
    }

    /// The detail. Elements that an expression selects stand in it as they are, text that is an element becomes one,
    /// other text is text (case 126).
    fn detail(&self, scope: Scope<'_>) -> Result<Option<SoapFaultDetail>, Fault> {
        let expression = match &self.0.detail {
            None => return Ok(None),
            Some(Detail::Literal(detail)) => return Ok(Some(detail.clone())),
            Some(Detail::Computed(expression)) => expression,
        };
        let value = expression.value(scope)?;
        if let Some(elements) = elements(&value) {
            return Ok(Some(SoapFaultDetail::Elements(elements)));
        }
        let Some(text) = value.into_text().filter(|text| !text.is_empty()) else { return Ok(None) };
        let element = text.trim_start().starts_with('<').then(|| ValueType::Om.convert(&text));
        Ok(Some(match element {
            Some(Ok(Value::Xml(element))) => SoapFaultDetail::Elements(vec![element]),
            _ => SoapFaultDetail::Text(text.into()),
        }))
    }
}

/// Copies of selected elements; `None` when something else was selected, or nothing.
fn elements(value: &Object<'_>) -> Option<Vec<Arc<Document>>> {
    let Object::Nodes(nodes) = value else { return None };
    let elements: Option<Vec<_>> = nodes
        .iter()
        .map(|node| match node.item() {
            Item::Node(id) if node.is_element() => Some(document_of(node.document()?, id)),
            _ => None,
        })
        .collect();
    elements.filter(|elements| !elements.is_empty())
}
