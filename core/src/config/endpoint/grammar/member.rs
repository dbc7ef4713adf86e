//! `<member>` of a load balancer or recipient list (endpoints.md §5.1, §5.3).

use crate::config::endpoint::MemberAddress;
use crate::config::{Attributes, ParseContext};
use crate::diagnostics::{Diagnostic, codes};
use crate::xml::Element;

pub(super) fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<MemberAddress> {
    let mut attributes = Attributes::of(element);
    let host = attributes.required("hostName", context);
    let written = element.attribute("httpPort").is_some() || element.attribute("httpsPort").is_some();
    let http_port = port(&mut attributes, "httpPort", context);
    let https_port = port(&mut attributes, "httpsPort", context);
    attributes.finish(context);
    if !written {
        context.push(
            Diagnostic::error(codes::ATTRIBUTE_MISSING, "a member needs a port")
                .at(element.name_location())
                .label("neither \"httpPort\" nor \"httpsPort\""),
        );
    }
    if http_port.is_none() && https_port.is_none() {
        return None;
    }
    Some(MemberAddress { host: host?.trim().into(), http_port, https_port, location: element.location() })
}

fn port(attributes: &mut Attributes<'_>, name: &'static str, context: &mut ParseContext<'_>) -> Option<u16> {
    let expected = "a port from 1 to 65535";
    let port: u16 = attributes.parsed(name, expected, context)?;
    if port == 0 {
        attributes.invalid(name, "0 is no port", expected, context);
        return None;
    }
    Some(port)
}
