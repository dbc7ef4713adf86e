//! Start tags: names, attributes, namespaces.

use std::collections::HashSet;

use foldhash::fast::RandomState;
use memchr::memchr;

use super::super::document::{AttributeId, AttributeRecord, Content, ElementRecord, Name, NodeId};
use super::super::name::NameId;
use super::super::well_formed::{append_value, excerpt, is_white, split_name};
use super::{Builder, XmlError, XmlErrorKind, error, narrow};
use crate::diagnostics::Span;

/// The expanded names of one element's attributes, kept to spare allocations.
pub(super) type SeenNames = HashSet<(NameId, NameId), RandomState>;

/// Up to this many attributes are compared pair by pair.
const FEW: usize = 8;

impl<'t> Builder<'t> {
    /// Reads `content`, what stands between `<` and `>` or `/>`, of a tag at `start..end`.
    pub(super) fn start_tag(&mut self, content: &'t str, start: usize, end: usize) -> Result<(), XmlError> {
        self.flush_text(start)?;
        let content_start = start + 1;
        let name = self.checked_name(content, content_start)?;
        if self.open.is_empty() && self.document.root_element().is_some() {
            return Err(error(XmlErrorKind::SecondRoot(excerpt(name)), start));
        }
        if self.open.len() >= self.limits.depth {
            return Err(error(XmlErrorKind::TooDeep(self.limits.depth), start));
        }
        let (prefix, local) = self.split(name, content_start)?;
        let unresolved = Name { prefix, local, namespace: NameId::EMPTY };
        let node = self.add(Content::Element(ElementRecord::new(unresolved)), start, end)?;
        self.current = node;
        self.open.push(name);
        self.scope.enter();

        let first_attribute = self.document.attributes.len();
        self.attributes(node, content, name.len(), content_start)?;
        let namespace = self.namespace(prefix, content_start)?;
        if let Some(element) = self.document.element_mut(node) {
            element.name.namespace = namespace;
        }
        if self.document.attributes.len() > first_attribute {
            self.resolve_attributes(first_attribute)?;
        }
        Ok(())
    }

    /// Reads everything after the element's name, which ends at `at` of `content`.
    fn attributes(
        &mut self,
        node: NodeId,
        content: &'t str,
        mut at: usize,
        base: usize,
    ) -> Result<(), XmlError> {
        let bytes = content.as_bytes();
        let malformed = |what, at: usize| error(XmlErrorKind::MalformedAttribute(what), base + at);
        let skip_white = |at: usize| at + bytes.iter().skip(at).take_while(|&&byte| is_white(byte)).count();
        let mut count = 0;
        loop {
            let name_start = skip_white(at);
            if name_start >= bytes.len() {
                return Ok(());
            }
            if name_start == at {
                return Err(malformed("white space", at));
            }
            let name = self.checked_name(content.get(name_start..).unwrap_or_default(), base + name_start)?;
            at = skip_white(name_start + name.len());
            if bytes.get(at) != Some(&b'=') {
                return Err(malformed("\"=\"", at));
            }
            at = skip_white(at + 1);
            let quote = bytes.get(at).copied().filter(|byte| matches!(byte, b'"' | b'\''));
            let quote = quote.ok_or_else(|| malformed("a quoted value", at))?;
            let value_start = at + 1;
            let rest = content.get(value_start..).unwrap_or_default();
            let length =
                memchr(quote, rest.as_bytes()).ok_or_else(|| malformed("a closing quote", value_start))?;
            let raw = rest.get(..length).unwrap_or_default();
            at = value_start + length + 1;

            count += 1;
            if count > self.limits.attributes {
                return Err(error(
                    XmlErrorKind::TooManyAttributes(self.limits.attributes),
                    base + name_start,
                ));
            }
            let (prefix, local) = self.split(name, base + name_start)?;
            let stored = self.document.text.len();
            append_value(&mut self.document.text, raw)
                .map_err(|(offset, kind)| error(kind, base + value_start + offset))?;
            if prefix == NameId::XMLNS {
                self.declare(node, local, stored, name, base + name_start)?;
            } else if prefix == NameId::EMPTY && local == NameId::XMLNS {
                self.declare(node, NameId::EMPTY, stored, name, base + name_start)?;
            } else {
                let value_span = Span::new(narrow(base + value_start), narrow(base + value_start + length));
                self.document.link_attribute(AttributeRecord {
                    owner: node,
                    next: None,
                    name: Name { prefix, local, namespace: NameId::EMPTY },
                    value: self.document.stretch_from(stored),
                    name_start: narrow(base + name_start),
                    value_span,
                });
            }
            self.check_size(base + name_start)?;
        }
    }

    /// Declares a namespace whose name is the text stored last, from `stored` on.
    fn declare(
        &mut self,
        node: NodeId,
        prefix: NameId,
        stored: usize,
        written: &str,
        at: usize,
    ) -> Result<(), XmlError> {
        let uri = self.document.text.get(stored..).unwrap_or_default();
        let uri_id = self.document.names.intern(uri);
        self.document.text.truncate(stored);
        let reserved = uri_id == NameId::XMLNS_NAMESPACE
            || prefix == NameId::XMLNS
            || (prefix == NameId::XML) != (uri_id == NameId::XML_NAMESPACE)
            || (prefix != NameId::EMPTY && uri_id == NameId::EMPTY);
        if reserved {
            return Err(error(XmlErrorKind::ReservedNamespace(excerpt(written)), at));
        }
        if self.scope.is_bound_here(prefix) {
            return Err(error(XmlErrorKind::DuplicateAttribute(excerpt(written)), at));
        }
        self.scope.bind(prefix, uri_id);
        self.document.link_declaration(node, prefix, uri_id);
        Ok(())
    }

    /// Gives the attributes from `first` on their namespaces, now that the element's declarations are known.
    fn resolve_attributes(&mut self, first: usize) -> Result<(), XmlError> {
        let last = self.document.attributes.len();
        let many = last - first > FEW;
        if many {
            self.seen_names.clear();
        }
        for index in first..last {
            let id = AttributeId::at(index);
            let AttributeRecord { name, name_start, .. } = *self.document.attribute_record(id);
            let at = name_start as usize;
            let namespace = match name.prefix {
                NameId::EMPTY => NameId::EMPTY,
                prefix => self.namespace(prefix, at)?,
            };
            self.document.attribute_record_mut(id).name.namespace = namespace;
            let is_new = if many {
                self.seen_names.insert((namespace, name.local))
            } else {
                let earlier = self.document.attributes.get(first..index).unwrap_or_default();
                !earlier.iter().any(|it| it.name.local == name.local && it.name.namespace == namespace)
            };
            if !is_new {
                let name = self.document.qualified(name).to_string();
                return Err(error(XmlErrorKind::DuplicateAttribute(excerpt(&name)), at));
            }
        }
        Ok(())
    }

    fn split(&mut self, name: &str, at: usize) -> Result<(NameId, NameId), XmlError> {
        let Some((prefix, local)) = split_name(name) else {
            return Err(error(XmlErrorKind::InvalidName(excerpt(name)), at));
        };
        let names = &mut self.document.names;
        let prefix = names.intern(name.get(..prefix).unwrap_or_default());
        Ok((prefix, names.intern(name.get(local..).unwrap_or_default())))
    }

    fn namespace(&self, prefix: NameId, at: usize) -> Result<NameId, XmlError> {
        self.scope.lookup(prefix).ok_or_else(|| {
            let prefix = self.document.names.get(prefix);
            error(XmlErrorKind::UnboundPrefix(excerpt(prefix)), at)
        })
    }
}
