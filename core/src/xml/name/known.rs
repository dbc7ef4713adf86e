//! Names every document knows: prefixes, namespaces, SOAP, WS-Addressing and Synapse words.

/// Namespaces the product knows.
pub mod namespaces {
    /// The namespace of the prefix `xml`.
    pub const XML: &str = "http://www.w3.org/XML/1998/namespace";
    /// The namespace of the prefix `xmlns`.
    pub const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
    /// Apache Synapse configuration.
    pub const SYNAPSE: &str = "http://ws.apache.org/ns/synapse";
    /// SOAP 1.1 envelopes.
    pub const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
    /// SOAP 1.2 envelopes.
    pub const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";
    /// WS-Addressing 1.0.
    pub const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
    /// WS-Addressing, the submission of August 2004.
    pub const ADDRESSING_SUBMISSION: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
    /// XML Schema.
    pub const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema";
    /// XML Schema in instances.
    pub const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
}

/// The well-known names. The first five are named in [`NameId`](super::NameId); prefixes come early because
/// tables indexed by prefix then stay short.
#[rustfmt::skip]
pub(super) const KNOWN: &[&str] = &[
    "", "xml", "xmlns", namespaces::XML, namespaces::XMLNS,
    // Prefixes.
    "soapenv", "soap", "soap11", "soap12", "SOAP-ENV", "env", "S", "s", "wsa", "wsse", "wsu", "xsi", "xsd", "xs", "syn",
    "synapse", "ns", "ns0", "ns1", "ns2", "ns3", "m", "tns", "web", "a", "b", "p",
    // Namespaces.
    namespaces::SYNAPSE, namespaces::SOAP11, namespaces::SOAP12, namespaces::ADDRESSING,
    namespaces::ADDRESSING_SUBMISSION, namespaces::SCHEMA, namespaces::SCHEMA_INSTANCE,
    // SOAP.
    "Envelope", "Header", "Body", "Fault", "faultcode", "faultstring", "faultactor", "detail", "mustUnderstand",
    "actor", "role", "relay", "encodingStyle", "Code", "Subcode", "Value", "Reason", "Text", "Node", "Role", "Detail",
    "lang", "type", "nil",
    // WS-Addressing.
    "To", "From", "ReplyTo", "FaultTo", "Action", "MessageID", "RelatesTo", "RelationshipType", "Address",
    "ReferenceParameters", "ReferenceProperties", "Metadata", "EndpointReference",
    // Synapse: artifacts and endpoints.
    "definitions", "proxy", "api", "resource", "sequence", "endpoint", "localEntry", "task", "template",
    "inboundEndpoint", "messageStore", "messageProcessor", "registry", "target", "inSequence", "outSequence",
    "faultSequence", "address", "http", "wsdl", "default", "loadbalance", "failover", "recipientlist", "member",
    "membershipHandler", "dynamicLoadbalance", "session", "timeout", "duration", "responseAction",
    "suspendOnFailure", "markForSuspension", "errorCodes", "initialDuration", "progressionFactor",
    "maximumDuration", "retriesBeforeSuspension", "retryDelay", "parameter", "parameters", "property",
    // Synapse: mediators.
    "log", "send", "respond", "drop", "call", "loopback", "filter", "then", "else", "switch", "case", "header",
    "variable", "payloadFactory", "format", "args", "arg", "enrich", "source", "script", "xslt", "xquery", "validate",
    "schema", "on-fail", "makefault", "code", "reason", "clone", "iterate", "foreach", "aggregate", "callout",
    "throttle", "cache", "class", "pojoCommand", "spring", "store", "enqueue", "event", "dblookup", "dbreport",
    "transaction", "conditionalRouter", "conditionalRoute", "propertyGroup", "scatter-gather", "call-template",
    "with-param", "throwError", "sequenceFragment", "in", "out",
    // Synapse: attributes.
    "name", "key", "value", "expression", "xpath", "regex", "scope", "action", "uri", "uri-template", "url-mapping",
    "methods", "method", "context", "level", "category", "separator", "description", "trace", "statistics",
    "transports", "startOnLoad", "onError", "algorithm", "policy", "hostName", "port", "httpPort", "httpsPort",
    "media-type", "evaluator", "blocking", "receive", "buildmessage", "clone-content", "id", "version",
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::NameId;
    use super::{KNOWN, namespaces};

    #[test]
    fn every_well_known_name_is_listed_once() {
        let distinct: HashSet<_> = KNOWN.iter().collect();
        assert_eq!(distinct.len(), KNOWN.len());
    }

    #[test]
    fn the_first_names_are_those_with_constants() {
        let named = |id: NameId| KNOWN[id.index()];
        assert_eq!(named(NameId::EMPTY), "");
        assert_eq!(named(NameId::XML), "xml");
        assert_eq!(named(NameId::XMLNS), "xmlns");
        assert_eq!(named(NameId::XML_NAMESPACE), namespaces::XML);
        assert_eq!(named(NameId::XMLNS_NAMESPACE), namespaces::XMLNS);
    }
}
