//! Fault codes.

use std::sync::Arc;

use sinew_core::config::{Attributes, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::expression::{Expression, Scope, ValueSource};
use sinew_core::mediation::Fault;
use sinew_core::message::SoapVersion;
use sinew_core::message::formats::SoapFaultCode;
use sinew_core::xml::{Element, is_nc_name};

use crate::parts::value_or_expression;

/// The code of a fault: a qualified name, or a name computed per message.
#[derive(Clone, Debug)]
pub(super) enum Code {
    Literal(SoapFaultCode),
    Computed(Expression),
}

/// The codes of SOAP 1.2 (part 1 §5.4.6).
const SOAP12_CODES: [&str; 5] =
    ["DataEncodingUnknown", "MustUnderstand", "Receiver", "Sender", "VersionMismatch"];

/// Codes that SOAP 1.1 and SOAP 1.2 have different words for.
const COUNTERPARTS: [(&str, &str); 2] = [("Server", "Receiver"), ("Client", "Sender")];

impl Code {
    /// Reads `<code>`. A code that was written down must be a qualified name with a bound prefix, and one of SOAP 1.2's
    /// own when that version is asked for. Other versions take what any of Synapse's lines takes (case 122).
    pub(super) fn parse(element: Element<'_>, soap12: bool, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let source = value_or_expression(element, &mut attributes, context);
        attributes.finish(context);
        let text = match source? {
            ValueSource::Computed(expression) => return Some(Code::Computed(expression)),
            ValueSource::Literal(text) => text,
        };
        let invalid = |message: String, label: String| {
            Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, message)
                .at(element.attribute_location("value"))
                .label(label)
        };
        let Some((prefix, local)) = qualified(text.trim()) else {
            let message = format!("\"{text}\" is no qualified name");
            context.push(invalid(message, "expected prefix:name".to_owned()));
            return None;
        };
        let Some(namespace) = element.lookup_namespace(prefix) else {
            let message = format!("prefix \"{prefix}\" is not bound to a namespace");
            context.push(invalid(message, format!("declare xmlns:{prefix}")));
            return None;
        };
        let known = namespace == SoapVersion::Soap12.namespace() && SOAP12_CODES.contains(&local);
        if soap12 && !known {
            let message = format!("\"{text}\" is no fault code of SOAP 1.2");
            let diagnostic = invalid(message, format!("expected {}", SOAP12_CODES.join(", ")));
            let namespace_differs = namespace != SoapVersion::Soap12.namespace();
            let help = format!("bind the prefix to {}", SoapVersion::Soap12.namespace());
            context.push(if namespace_differs { diagnostic.help(help) } else { diagnostic });
            return None;
        }
        Some(Code::Literal(SoapFaultCode {
            prefix: prefix.into(),
            local: local.into(),
            namespace: namespace.into(),
        }))
    }

    /// The code in a fault of this version. A standard code of the other version becomes its counterpart, so that one
    /// configuration serves both when the version is the message's own.
    ///
    /// # Errors
    /// The expression fails or gives no name.
    pub(super) fn in_version(&self, version: SoapVersion, scope: Scope<'_>) -> Result<SoapFaultCode, Fault> {
        match self {
            Code::Literal(code) => Ok(translated(code, version)),
            Code::Computed(expression) => {
                let text = expression.string(scope)?.unwrap_or_default();
                let local = text.rsplit(':').next().unwrap_or_default().trim();
                if !is_nc_name(local) {
                    return Err(Fault::mediation(format!("{text:?} is no fault code")));
                }
                Ok(SoapFaultCode::standard(version, local))
            }
        }
    }
}

fn qualified(name: &str) -> Option<(&str, &str)> {
    name.split_once(':').filter(|(prefix, local)| is_nc_name(prefix) && is_nc_name(local))
}

fn translated(code: &SoapFaultCode, version: SoapVersion) -> SoapFaultCode {
    let written_for = SoapVersion::from_namespace(&code.namespace);
    if written_for.is_none_or(|written_for| written_for == version) {
        return code.clone();
    }
    let local: Arc<str> = COUNTERPARTS
        .iter()
        .find_map(|&(soap11, soap12)| match version {
            SoapVersion::Soap11 => (*code.local == *soap12).then_some(soap11),
            SoapVersion::Soap12 => (*code.local == *soap11).then_some(soap12),
        })
        .map_or_else(|| code.local.clone(), Arc::from);
    SoapFaultCode::standard(version, local)
}
