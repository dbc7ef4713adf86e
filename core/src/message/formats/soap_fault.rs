//! Writing SOAP faults (SOAP 1.1 §4.4, SOAP 1.2 part 1 §5.4).

use std::sync::Arc;

use crate::message::{SoapVersion, XmlPayload};
use crate::xml::{Document, NodeId, namespaces};

/// What a SOAP fault says.
#[derive(Clone, Debug)]
pub struct SoapFault {
    /// Which version's form it takes.
    pub version: SoapVersion,
    /// `faultcode`, or `Code`.
    pub code: SoapFaultCode,
    /// `faultstring`, or `Reason`.
    pub reason: String,
    /// `Node`, which SOAP 1.1 does not have.
    pub node: Option<Arc<str>>,
    /// `faultactor`, or `Role`.
    pub role: Option<Arc<str>>,
    /// `detail`, or `Detail`.
    pub detail: Option<SoapFaultDetail>,
}

/// The qualified name that says what kind of fault it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoapFaultCode {
    /// The prefix to write when the namespace is not the envelope's.
    pub prefix: Arc<str>,
    /// The name after the prefix.
    pub local: Arc<str>,
    /// The namespace.
    pub namespace: Arc<str>,
}

/// What stands in the detail of a fault.
#[derive(Clone, Debug)]
pub enum SoapFaultDetail {
    /// Text.
    Text(Arc<str>),
    /// The root elements of these documents.
    Elements(Vec<Arc<Document>>),
}

/// The prefix of the envelope's own elements.
const PREFIX: &str = "soapenv";

impl SoapFaultCode {
    /// A code of the version's own, such as `Server` or `Receiver`.
    pub fn standard(version: SoapVersion, local: impl Into<Arc<str>>) -> Self {
        Self { prefix: PREFIX.into(), local: local.into(), namespace: version.namespace().into() }
    }
}

impl SoapFault {
    /// The fault in a new envelope, with copies of the header blocks of `original`.
    pub fn envelope(&self, original: Option<&XmlPayload>) -> XmlPayload {
        let mut writer = Writer { document: Document::new(), namespace: self.version.namespace() };
        let document_node = writer.document.document_node();
        let envelope = writer.element(document_node, "Envelope");
        writer.document.declare_namespace(envelope, PREFIX, writer.namespace);
        writer.headers(envelope, original);
        let body = writer.element(envelope, "Body");
        let fault = writer.element(body, "Fault");
        match self.version {
            SoapVersion::Soap11 => self.write_soap11(fault, &mut writer),
            SoapVersion::Soap12 => self.write_soap12(fault, &mut writer),
        }
        XmlPayload { document: Arc::new(writer.document), soap: Some(self.version), charset: None }
    }

    fn write_soap11(&self, fault: NodeId, writer: &mut Writer) {
        let code = writer.unqualified(fault, "faultcode");
        writer.code(code, &self.code);
        let reason = writer.unqualified(fault, "faultstring");
        writer.document.set_text(reason, &self.reason);
        if let Some(role) = &self.role {
            let actor = writer.unqualified(fault, "faultactor");
            writer.document.set_text(actor, role);
        }
        if let Some(detail) = &self.detail {
            let element = writer.unqualified(fault, "detail");
            writer.detail(element, detail);
        }
    }

    fn write_soap12(&self, fault: NodeId, writer: &mut Writer) {
        let code = writer.element(fault, "Code");
        let value = writer.element(code, "Value");
        writer.code(value, &self.code);
        let reason = writer.element(fault, "Reason");
        let text = writer.element(reason, "Text");
        writer.document.set_attribute(text, "xml", "lang", namespaces::XML, "en");
        writer.document.set_text(text, &self.reason);
        for (name, content) in [("Node", &self.node), ("Role", &self.role)] {
            if let Some(content) = content {
                let element = writer.element(fault, name);
                writer.document.set_text(element, content);
            }
        }
        if let Some(detail) = &self.detail {
            let element = writer.element(fault, "Detail");
            writer.detail(element, detail);
        }
    }
}

struct Writer {
    document: Document,
    namespace: &'static str,
}

impl Writer {
    fn element(&mut self, parent: NodeId, local: &str) -> NodeId {
        let element = self.document.create_element(PREFIX, local, self.namespace);
        self.document.append_child(parent, element);
        element
    }

    fn unqualified(&mut self, parent: NodeId, local: &str) -> NodeId {
        let element = self.document.create_element("", local, "");
        self.document.append_child(parent, element);
        element
    }

    fn headers(&mut self, envelope: NodeId, original: Option<&XmlPayload>) {
        let Some(original) = original else { return };
        let blocks = original.header_blocks();
        if blocks.is_empty() {
            return;
        }
        let header = self.element(envelope, "Header");
        for block in blocks {
            let copy = self.document.import(&original.document, block);
            self.document.append_child(header, copy);
        }
    }

    fn code(&mut self, element: NodeId, code: &SoapFaultCode) {
        let prefix = match &*code.namespace {
            own if own == self.namespace => PREFIX,
            // The envelope's prefix must go on meaning the envelope's namespace.
            foreign => {
                let prefix = if &*code.prefix == PREFIX { "code" } else { &*code.prefix };
                self.document.declare_namespace(element, prefix, foreign);
                prefix
            }
        };
        self.document.set_text(element, &format!("{prefix}:{}", code.local));
    }

    fn detail(&mut self, element: NodeId, detail: &SoapFaultDetail) {
        match detail {
            SoapFaultDetail::Text(text) => self.document.set_text(element, text),
            SoapFaultDetail::Elements(elements) => {
                for other in elements {
                    let copy = self.document.import(other, other.document_node());
                    self.document.append_child(element, copy);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::{Limits, parse};

    fn fault(version: SoapVersion, code: SoapFaultCode) -> SoapFault {
        SoapFault { version, code, reason: "a < b".to_owned(), node: None, role: None, detail: None }
    }

    #[test]
    fn a_soap11_fault_has_unqualified_children_in_order() {
        let code = SoapFaultCode::standard(SoapVersion::Soap11, "Server");
        let fault = SoapFault {
            role: Some("urn:me".into()),
            node: Some("urn:here".into()),
            detail: Some(SoapFaultDetail::Text("why".into())),
            ..fault(SoapVersion::Soap11, code)
        };
        assert_eq!(
            fault.envelope(None).document.to_xml(),
            "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
             <soapenv:Fault><faultcode>soapenv:Server</faultcode><faultstring>a &lt; b</faultstring>\
             <faultactor>urn:me</faultactor><detail>why</detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
        );
    }

    #[test]
    fn a_soap12_fault_has_a_language_and_keeps_header_blocks() {
        let text = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:h=\"urn:h\">\
                    <e:Header><h:a>1</h:a></e:Header><e:Body/></e:Envelope>";
        let document = parse(text, &Limits::default()).expect("the text is well-formed");
        let original =
            XmlPayload { document: document.into(), soap: Some(SoapVersion::Soap11), charset: None };
        let detail = parse("<d xmlns=\"urn:d\"/>", &Limits::default()).expect("the text is well-formed");
        let code =
            SoapFaultCode { prefix: "soapenv".into(), local: "odd".into(), namespace: "urn:codes".into() };
        let fault = SoapFault {
            node: Some("urn:here".into()),
            detail: Some(SoapFaultDetail::Elements(vec![detail.into()])),
            ..fault(SoapVersion::Soap12, code)
        };
        assert_eq!(
            fault.envelope(Some(&original)).document.to_xml(),
            "<soapenv:Envelope xmlns:soapenv=\"http://www.w3.org/2003/05/soap-envelope\"><soapenv:Header>\
             <h:a xmlns:h=\"urn:h\">1</h:a></soapenv:Header><soapenv:Body><soapenv:Fault><soapenv:Code>\
             <soapenv:Value xmlns:code=\"urn:codes\">code:odd</soapenv:Value></soapenv:Code><soapenv:Reason>\
             <soapenv:Text xml:lang=\"en\">a &lt; b</soapenv:Text></soapenv:Reason>\
             <soapenv:Node>urn:here</soapenv:Node><soapenv:Detail><d xmlns=\"urn:d\"/></soapenv:Detail>\
             </soapenv:Fault></soapenv:Body></soapenv:Envelope>"
        );
    }
}
