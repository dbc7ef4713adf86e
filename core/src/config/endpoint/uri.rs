//! Addresses with `${property}` in them (endpoints.md §4.1).

use std::sync::Arc;

/// An address as written, cut at its `${…}` once.
#[derive(Clone, Debug)]
pub struct AddressTemplate {
    /// The text as written, trimmed.
    pub text: Arc<str>,
    /// Its parts in order.
    pub parts: Arc<[UriPart]>,
}

/// A part of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UriPart {
    /// Text.
    Literal(Arc<str>),
    /// `${name}`: the default-scope property of that name, or the text as written when it is unset.
    Property(Arc<str>),
}

impl AddressTemplate {
    /// Cuts an address into its parts.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, remainder)) = after.split_once('}') else { break };
            if !before.is_empty() {
                parts.push(UriPart::Literal(before.into()));
            }
            parts.push(UriPart::Property(name.into()));
            rest = remainder;
        }
        if !rest.is_empty() {
            parts.push(UriPart::Literal(rest.into()));
        }
        Self { text: text.into(), parts: parts.into() }
    }

    /// The address when nothing in it depends on the message.
    pub fn literal(&self) -> Option<&str> {
        matches!(*self.parts, [UriPart::Literal(_)]).then_some(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_cut_out_once() {
        let template = AddressTemplate::new(" http://127.0.0.1:${p}/x ");
        assert_eq!(
            *template.parts,
            [
                UriPart::Literal("http://127.0.0.1:".into()),
                UriPart::Property("p".into()),
                UriPart::Literal("/x".into())
            ]
        );
        assert!(template.literal().is_none());
        assert_eq!(AddressTemplate::new("http://b/${open").literal(), Some("http://b/${open"));
    }
}
