//! `<wsdl>`: the address of a port in a WSDL 1.1 document, in place or in a file (endpoints.md §4.3).

use std::sync::Arc;

use super::sending;
use super::values::{missing_child, not_supported};
use crate::config::endpoint::{AddressTemplate, WsdlDefinition};
use crate::config::local_entry::scheme;
use crate::config::{Attributes, ParseContext};
use crate::diagnostics::{Diagnostic, Location, codes};
use crate::xml::{Element, Limits, SourceDocument};

const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const WSDL_2: &str = "http://www.w3.org/ns/wsdl";

pub(super) fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<WsdlDefinition> {
    let mut attributes = Attributes::of(element);
    let service = attributes.required("service", context);
    let port = attributes.required("port", context);
    let uri = attributes.optional("uri");
    let sending = sending::parse(element, attributes, &["definitions", "description"], context);
    let (service, port) = (service?.trim(), port?.trim());
    let wanted = Wanted { service, port, element };
    let address = match (uri, inline(element)) {
        (Some(uri), _) => {
            let file = document(element, uri, context)?;
            wanted.address(file.root(), element.attribute_location("uri"), context)?
        }
        (None, Some(definitions)) => wanted.address(definitions, definitions.name_location(), context)?,
        (None, None) => {
            missing_child(element, "a wsdl endpoint needs a WSDL document", "\"uri\"", context);
            return None;
        }
    };
    Some(WsdlDefinition {
        service: service.into(),
        port: port.into(),
        address: AddressTemplate::new(&address),
        sending: sending?,
    })
}

/// A WSDL document as a child. `<description>` of the Synapse namespace is a comment, in that of WSDL 2.0 a document.
fn inline(element: Element<'_>) -> Option<Element<'_>> {
    element.child(WSDL, "definitions").or_else(|| element.child(WSDL_2, "description"))
}

fn document(element: Element<'_>, uri: &str, context: &mut ParseContext<'_>) -> Option<Arc<SourceDocument>> {
    let location = element.attribute_location("uri");
    let path = match scheme(uri) {
        None => uri.trim(),
        Some("file") => uri.trim(),
        Some(scheme) => {
            context.push(
                Diagnostic::error(
                    codes::ENDPOINT_NOT_SUPPORTED,
                    format!("WSDL documents cannot be fetched by {scheme}: they would change unseen"),
                )
                .at(location)
                .label("only files are read")
                .help("keep a copy of the document and name it as file:…"),
            );
            return None;
        }
    };
    let file = match context.read(path) {
        Ok(file) => file,
        Err(reason) => {
            context.push(
                Diagnostic::error(codes::FILE_UNREADABLE, format!("cannot read the WSDL document: {reason}"))
                    .at(location)
                    .label("not read"),
            );
            return None;
        }
    };
    match SourceDocument::parse(file, &Limits::default()) {
        Ok(document) => Some(document),
        Err(diagnostic) => {
            context.push(*diagnostic);
            None
        }
    }
}

/// The port that the endpoint names.
struct Wanted<'e> {
    service: &'e str,
    port: &'e str,
    element: Element<'e>,
}

impl Wanted<'_> {
    fn address(
        &self,
        document: Element<'_>,
        location: Location,
        context: &mut ParseContext<'_>,
    ) -> Option<String> {
        if document.namespace() == WSDL_2 {
            not_supported(self.element, "endpoints from documents of WSDL 2.0", context);
            return None;
        }
        if !document.is(WSDL, "definitions") {
            let message = format!("<{}> is no WSDL document", document.local_name());
            context.push(
                Diagnostic::error(codes::ENDPOINT_VALUE_INVALID, message)
                    .at(location)
                    .label("expected one with <definitions>"),
            );
            return None;
        }
        let Some(service) = named(document, "service", self.service) else {
            self.not_found("service", self.service, context);
            return None;
        };
        let Some(port) = named(service, "port", self.port) else {
            self.not_found("port", self.port, context);
            return None;
        };
        // The address has the namespace of its binding: SOAP 1.1, SOAP 1.2 or HTTP.
        let address = port.children().find(|child| child.local_name() == "address");
        let address = address.and_then(|address| address.attribute("location"));
        if address.is_none() {
            let message = format!("the port \"{}\" of the WSDL document has no address", self.port);
            context.push(
                Diagnostic::error(codes::ENDPOINT_VALUE_INVALID, message)
                    .at(self.element.attribute_location("port"))
                    .label("no address"),
            );
        }
        address.map(str::to_owned)
    }

    fn not_found(&self, attribute: &str, name: &str, context: &mut ParseContext<'_>) {
        context.push(
            Diagnostic::error(
                codes::ENDPOINT_VALUE_INVALID,
                format!("the WSDL document has no {attribute} \"{name}\""),
            )
            .at(self.element.attribute_location(attribute))
            .label(format!("no {attribute} of this name")),
        );
    }
}

fn named<'e>(parent: Element<'e>, local: &str, name: &str) -> Option<Element<'e>> {
    parent.children().find(|child| child.is(WSDL, local) && child.attribute("name") == Some(name))
}
