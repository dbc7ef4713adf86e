//! XML values as text (ECMA-357 §10.1, §10.2).

use sinew_core::xml::{Document, NodeId, NodeKind, write};

use super::{Failure, Handle, Item, TOO_MUCH, Values, tidy};
use crate::script::limits;

impl Values {
    /// `toString()`: the text of items without elements inside, else their markup.
    pub(in crate::script) fn string(&self, handles: &[Handle]) -> Result<String, Failure> {
        let mut simple = true;
        for &handle in handles {
            simple &= self.is_simple(handle)? && (handles.len() == 1 || !self.is_element(handle)?);
        }
        if !simple {
            return self.markup(handles);
        }
        let mut out = String::new();
        for &handle in handles {
            self.write_value(handle, &mut out)?;
            self.fits(&out)?;
        }
        Ok(out)
    }

    /// `toXMLString()`: indented by two spaces, the items of a list on lines of their own.
    pub(in crate::script) fn markup(&self, handles: &[Handle]) -> Result<String, Failure> {
        let mut out = String::new();
        for (index, &handle) in handles.iter().enumerate() {
            if index > 0 {
                out.push('\n');
            }
            match self.item(handle)? {
                Item::Node(number, node) if self.document(number)?.is_element(node) => {
                    let mut document = Document::new();
                    let copy = document.import(self.document(number)?, node);
                    document.append_child(document.document_node(), copy);
                    tidy(&mut document);
                    indent(&mut document, copy, 0);
                    write(&document, copy, &mut out);
                }
                _ => self.write_item(handle, &mut out)?,
            }
            self.fits(&out)?;
        }
        Ok(out)
    }

    /// An item as it stands in a literal: elements as markup, text and attributes as text.
    pub(super) fn write_item(&self, handle: Handle, out: &mut String) -> Result<(), Failure> {
        match self.item(handle)? {
            Item::Node(number, node) if self.document(number)?.is_element(node) => {
                write(self.document(number)?, node, out);
            }
            _ => {
                let mut text = String::new();
                self.write_value(handle, &mut text)?;
                escape_text(&text, out);
            }
        }
        self.fits(out)
    }

    /// The text of an attribute, of a text, or directly inside an element.
    fn write_value(&self, handle: Handle, out: &mut String) -> Result<(), Failure> {
        match self.item(handle)? {
            Item::Attribute(number, id) => out.push_str(self.document(number)?.attribute_by_id(id).value),
            Item::Node(number, node) => {
                let document = self.document(number)?;
                match document.kind(node) {
                    NodeKind::Element => {
                        let texts = document.children(node).filter(|&it| document.kind(it) == NodeKind::Text);
                        texts.for_each(|text| out.push_str(document.text(text).trim()));
                    }
                    _ => out.push_str(document.text(node).trim()),
                }
            }
        }
        Ok(())
    }

    /// Whether there is no element inside the item.
    pub(in crate::script) fn is_simple(&self, handle: Handle) -> Result<bool, Failure> {
        Ok(match self.item(handle)? {
            Item::Attribute(..) => true,
            Item::Node(number, node) => self.document(number)?.child_elements(node).next().is_none(),
        })
    }

    fn is_element(&self, handle: Handle) -> Result<bool, Failure> {
        Ok(match self.item(handle)? {
            Item::Attribute(..) => false,
            Item::Node(number, node) => self.document(number)?.is_element(node),
        })
    }

    /// Whether a text that is being put together may still be kept.
    pub(super) fn fits(&self, text: &str) -> Result<(), Failure> {
        if text.len() > limits::MEMORY { Err(TOO_MUCH.to_owned()) } else { Ok(()) }
    }
}

/// Puts every child of an element on a line of its own, unless there is only text.
fn indent(document: &mut Document, element: NodeId, depth: usize) {
    let children: Vec<_> = document.children(element).collect();
    let only_text =
        children.iter().all(|&child| document.kind(child) == NodeKind::Text) && children.len() < 2;
    if only_text {
        return;
    }
    for child in children {
        let line = document.create_text(&format!("\n{}", "  ".repeat(depth + 1)));
        document.insert_before(child, line);
        if document.is_element(child) {
            indent(document, child, depth + 1);
        }
    }
    let line = document.create_text(&format!("\n{}", "  ".repeat(depth)));
    document.append_child(element, line);
}

/// Text between tags. What no XML can hold becomes U+FFFD, as everywhere else in payloads.
pub(super) fn escape_text(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(letter),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(letter),
        }
    }
}

/// Text between double quotes, white space kept.
pub(super) fn escape_attribute(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            other => escape_text(other.encode_utf8(&mut [0; 4]), out),
        }
    }
}
