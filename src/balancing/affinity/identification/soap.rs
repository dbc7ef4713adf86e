//! Session ids in the headers of SOAP messages (endpoints.md §6.1).

use std::borrow::Cow;
use std::sync::Arc;

use sinew_core::message::XmlPayload;
use sinew_core::xml::{Document, NodeId};

use super::acceptable;

const AXIS2: &str = "http://ws.apache.org/namespaces/axis2";
const SYNAPSE: &str = "http://ws.apache.org/ns/synapse";
/// WS-Addressing 1.0, and the submission that Axis2 speaks as well.
const ADDRESSING: [&str; 2] =
    ["http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing"];

/// The service group that a request names: `{http://ws.apache.org/namespaces/axis2}ServiceGroupId`.
pub fn service_group(request: &XmlPayload) -> Option<Cow<'_, str>> {
    header_block(request, AXIS2, "ServiceGroupId")
}

/// The id that a client made up: `{http://ws.apache.org/ns/synapse}ClientID`.
pub fn client_id(request: &XmlPayload) -> Option<Cow<'_, str>> {
    header_block(request, SYNAPSE, "ClientID")
}

/// The service group that an answer hands out: `ServiceGroupId` in the reference parameters of its `ReplyTo`.
pub fn handed_out_service_group(answer: &XmlPayload) -> Option<Cow<'_, str>> {
    let document = &*answer.document;
    let blocks = answer.header_blocks();
    let group = ADDRESSING.iter().find_map(|namespace| {
        let reply_to =
            blocks.iter().copied().find(|&block| document.has_name(block, namespace, "ReplyTo"))?;
        let parameters = child(document, reply_to, namespace, "ReferenceParameters")?;
        child(document, parameters, AXIS2, "ServiceGroupId")
    })?;
    id(document, group)
}

/// Takes the service group off a request that starts a session: the member that gets it does not know the group.
/// True when there was one.
pub fn remove_service_group(request: &mut XmlPayload) -> bool {
    let is_group = |&block: &NodeId| request.document.has_name(block, AXIS2, "ServiceGroupId");
    let groups: Vec<NodeId> = request.header_blocks().into_iter().filter(is_group).collect();
    if groups.is_empty() {
        return false;
    }
    let document = Arc::make_mut(&mut request.document);
    for group in groups {
        document.detach(group);
    }
    true
}

fn header_block<'p>(payload: &'p XmlPayload, namespace: &str, local: &str) -> Option<Cow<'p, str>> {
    let document = &*payload.document;
    let block =
        payload.header_blocks().into_iter().find(|&block| document.has_name(block, namespace, local))?;
    id(document, block)
}

fn child(document: &Document, parent: NodeId, namespace: &str, local: &str) -> Option<NodeId> {
    document.child_elements(parent).find(|&node| document.has_name(node, namespace, local))
}

fn id(document: &Document, element: NodeId) -> Option<Cow<'_, str>> {
    let text = match document.string_value(element) {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_ascii()),
        Cow::Owned(text) => Cow::Owned(text.trim_ascii().to_owned()),
    };
    acceptable(&text).then_some(text)
}
