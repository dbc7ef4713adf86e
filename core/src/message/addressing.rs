//! Who a message is for and about: the WS-Addressing fields of a message.

use std::sync::Arc;

use super::XmlPayload;
use crate::xml::{Document, NodeId, namespaces};

/// Where a message goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Destination {
    /// What the client named: in the envelope once that has been read, else by the request target
    /// (http-transport.md §3.1). Nobody else vouches for it: it is no address to send to unless the settings say so.
    #[default]
    Received,
    /// Removed by `header action="remove"`, `respond` or `drop`: the message goes back to its client.
    Cleared,
    /// An address set by the configuration.
    Address(Arc<str>),
}

/// The addressing fields besides the destination, as the configuration set them; an empty text says that there is none.
/// They are message fields, not headers on the wire. Where the configuration says nothing, [`Addressing::named`] counts:
/// the accessors tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addressing {
    /// `To`.
    pub to: Destination,
    /// `From`.
    pub from: Option<Arc<str>>,
    /// `ReplyTo`.
    pub reply_to: Option<Arc<str>>,
    /// `FaultTo`.
    pub fault_to: Option<Arc<str>>,
    /// `Action`.
    pub action: Option<Arc<str>>,
    /// `RelatesTo`.
    pub relates_to: Option<Arc<str>>,
    /// What the envelope of the message says; nothing before it has been read.
    pub named: Option<Arc<Named>>,
}

/// The addressing header blocks of an envelope, of WS-Addressing 1.0 or its submission of 2004. Whoever sent the message
/// wrote them, and nobody else vouches for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// `wsa:To`.
    pub to: Option<Arc<str>>,
    /// `wsa:From`, its address.
    pub from: Option<Arc<str>>,
    /// `wsa:ReplyTo`, its address.
    pub reply_to: Option<Arc<str>>,
    /// `wsa:FaultTo`, its address.
    pub fault_to: Option<Arc<str>>,
    /// `wsa:Action`.
    pub action: Option<Arc<str>>,
    /// `wsa:MessageID`.
    pub message_id: Option<Arc<str>>,
    /// `wsa:RelatesTo`.
    pub relates_to: Option<Arc<str>>,
}

impl Addressing {
    /// `From`.
    pub fn from(&self) -> Option<&str> {
        self.field(&self.from, |named| &named.from)
    }

    /// `ReplyTo`.
    pub fn reply_to(&self) -> Option<&str> {
        self.field(&self.reply_to, |named| &named.reply_to)
    }

    /// `FaultTo`.
    pub fn fault_to(&self) -> Option<&str> {
        self.field(&self.fault_to, |named| &named.fault_to)
    }

    /// `Action`, without regard to the `SOAPAction` header; an empty text when the configuration removed it.
    pub fn action(&self) -> Option<&str> {
        self.action.as_deref().or_else(|| self.named.as_deref()?.action.as_deref())
    }

    /// `RelatesTo`.
    pub fn relates_to(&self) -> Option<&str> {
        self.field(&self.relates_to, |named| &named.relates_to)
    }

    /// Makes an address the destination that only the client vouches for.
    pub fn go_where_client_says(&mut self, address: Arc<str>) {
        self.to = Destination::Received;
        Arc::make_mut(self.named.get_or_insert_default()).to = Some(address);
    }

    /// Makes the address for answers the destination, as `makefault` does; that for faults counts first when the answer
    /// is one. Without such an address there is no destination.
    pub fn go_back(&mut self, is_fault: bool) {
        let named = self.named.as_deref();
        let fault_to = (&self.fault_to, named.and_then(|named| named.fault_to.clone()));
        let reply_to = (&self.reply_to, named.and_then(|named| named.reply_to.clone()));
        let fields = [fault_to, reply_to];
        // A field that the configuration emptied is none.
        let found = fields.into_iter().skip(usize::from(!is_fault)).find_map(|(set, named)| match set {
            Some(set) => (!set.is_empty()).then(|| (set.clone(), true)),
            None => named.map(|named| (named, false)),
        });
        match found {
            Some((address, true)) => self.to = Destination::Address(address),
            Some((address, false)) => self.go_where_client_says(address),
            None => self.to = Destination::Cleared,
        }
    }

    fn field<'a>(
        &'a self,
        set: &'a Option<Arc<str>>,
        named: impl Fn(&'a Named) -> &'a Option<Arc<str>>,
    ) -> Option<&'a str> {
        let text = match set {
            Some(set) => set,
            None => named(self.named.as_deref()?).as_ref()?,
        };
        Some(&**text).filter(|text| !text.is_empty())
    }
}

impl Named {
    /// What the header blocks of an envelope say; none when no block is about addressing. Of blocks with the same name
    /// the first counts, and one whose text has control characters does not (hardening.md §2 row 5).
    pub fn read(payload: &XmlPayload) -> Option<Self> {
        let document = &payload.document;
        let mut named = Self::default();
        for block in payload.header_blocks() {
            let Some(name) = document.name(block).filter(|name| is_addressing(name.namespace)) else {
                continue;
            };
            let (field, is_reference) = match name.local {
                "To" => (&mut named.to, false),
                "From" => (&mut named.from, true),
                "ReplyTo" => (&mut named.reply_to, true),
                "FaultTo" => (&mut named.fault_to, true),
                "Action" => (&mut named.action, false),
                "MessageID" => (&mut named.message_id, false),
                "RelatesTo" => (&mut named.relates_to, false),
                _ => continue,
            };
            if field.is_none() {
                *field = match is_reference {
                    true => address(document, block, name.namespace),
                    false => text(document, block),
                };
            }
        }
        (named != Self::default()).then_some(named)
    }
}

/// True for the namespaces of WS-Addressing.
pub fn is_addressing(namespace: &str) -> bool {
    matches!(namespace, namespaces::ADDRESSING | namespaces::ADDRESSING_SUBMISSION)
}

/// The address in an endpoint reference.
fn address(document: &Document, reference: NodeId, namespace: &str) -> Option<Arc<str>> {
    let address =
        document.child_elements(reference).find(|&child| document.has_name(child, namespace, "Address"))?;
    text(document, address)
}

fn text(document: &Document, element: NodeId) -> Option<Arc<str>> {
    let text = document.string_value(element);
    let text = text.trim();
    (!text.is_empty() && !text.contains(char::is_control)).then(|| text.into())
}

/// The addresses of WS-Addressing that mean "the connection this came on".
pub const ANONYMOUS: [&str; 2] = [
    "http://www.w3.org/2005/08/addressing/anonymous",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
];

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Addressing, Destination, Named};
    use crate::message::{SoapVersion, XmlPayload};
    use crate::xml::{Limits, parse};

    fn named(header: &str) -> Option<Named> {
        let envelope = format!(
            "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns:w='http://www.w3.org/2005/08/addressing'
               xmlns:o='http://schemas.xmlsoap.org/ws/2004/08/addressing'><s:Header>{header}</s:Header><s:Body/></s:Envelope>"
        );
        let document = parse(&envelope, &Limits::default()).expect("well-formed");
        let soap = Some(SoapVersion::Soap11);
        Named::read(&XmlPayload { document: Arc::new(document), soap, charset: None })
    }

    #[test]
    fn header_blocks_of_both_versions_are_read() {
        for prefix in ["w", "o"] {
            let blocks = "<w:To> http://h/p </w:To><w:From><w:Address>f</w:Address></w:From>
                <w:ReplyTo><w:Address>r</w:Address></w:ReplyTo><w:FaultTo><w:Address>x</w:Address></w:FaultTo>
                <w:Action>urn:a</w:Action><w:MessageID>m</w:MessageID><w:RelatesTo>q</w:RelatesTo>";
            let text = |text: &str| Some(Arc::from(text));
            let expected = Named {
                to: text("http://h/p"),
                from: text("f"),
                reply_to: text("r"),
                fault_to: text("x"),
                action: text("urn:a"),
                message_id: text("m"),
                relates_to: text("q"),
            };
            let blocks =
                blocks.replace("<w:", &format!("<{prefix}:")).replace("</w:", &format!("</{prefix}:"));
            assert_eq!(named(&blocks), Some(expected), "{prefix}");
        }
    }

    #[test]
    fn other_blocks_and_empty_ones_name_nothing() {
        for blocks in [
            "",
            "<To>a</To>",
            "<w:To/>",
            "<w:From>f</w:From>",
            "<w:ReplyTo><o:Address>r</o:Address></w:ReplyTo>",
        ] {
            assert_eq!(named(blocks), None, "{blocks}");
        }
        assert_eq!(named("<w:To>a&#10;b</w:To>"), None);
        let first = named("<w:To>a</w:To><w:To>b</w:To>").expect("an address");
        assert_eq!(first.to.as_deref(), Some("a"));
    }

    #[test]
    fn what_the_configuration_says_counts_first() {
        let blocks =
            "<w:ReplyTo><w:Address>r</w:Address></w:ReplyTo><w:FaultTo><w:Address>f</w:Address></w:FaultTo>";
        let named = named(blocks).map(Arc::new);
        let mut addressing = Addressing { named, ..Addressing::default() };
        assert_eq!(
            (addressing.reply_to(), addressing.fault_to(), addressing.from()),
            (Some("r"), Some("f"), None)
        );
        addressing.go_back(true);
        assert_eq!(addressing.to, Destination::Received, "an address of the client stays one");
        assert_eq!(addressing.named.as_ref().and_then(|named| named.to.as_deref()), Some("f"));
        addressing.fault_to = Some("".into());
        addressing.reply_to = Some("http://h/r".into());
        assert_eq!(addressing.fault_to(), None);
        addressing.go_back(true);
        assert_eq!(addressing.to, Destination::Address("http://h/r".into()));
        addressing.reply_to = Some("".into());
        addressing.go_back(false);
        assert_eq!(addressing.to, Destination::Cleared);
    }
}
