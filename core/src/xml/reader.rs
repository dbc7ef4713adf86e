//! Text to trees.

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::Event;

use super::document::{Content, Document, NodeId};
use super::scope::Scope;
use super::well_formed::{
    append_lines, check_declaration, excerpt, find_cdata_end, find_forbidden, is_white, name_length,
    resolve_reference,
};
use super::{Limits, XmlError, XmlErrorKind};
use crate::diagnostics::Span;

mod bytes;
mod tag;

pub use bytes::{decode, parse_bytes};

/// Parses a document; a byte order mark may come first.
///
/// CDATA becomes text, neighbouring texts become one, white space outside the root element is dropped, and
/// nothing is ever fetched or expanded. Takes time linear in the input. An encoding named in the XML declaration
/// is ignored, for the text is already decoded.
///
/// # Errors
///
/// The first thing found that is not well-formed (XML 1.0, Namespaces in XML 1.0), a DOCTYPE
/// (hardening.md §2 row 15), or a limit exceeded (row 16), with its byte offset in `text`.
pub fn parse(text: &str, limits: &Limits) -> Result<Document, XmlError> {
    let most = limits.input.min(u32::MAX as usize - 1);
    if text.len() > most {
        return Err(error(XmlErrorKind::TooLarge(most), most));
    }
    if let Some((at, letter)) = find_forbidden(text) {
        return Err(error(XmlErrorKind::ForbiddenCharacter(letter.into()), at));
    }
    let builder = Builder {
        text,
        limits,
        has_carriage_returns: memchr::memchr(b'\r', text.as_bytes()).is_some(),
        document: Document::with_capacity_for(text),
        current: NodeId::at(0),
        open: Vec::with_capacity(16),
        scope: Scope::new(),
        pending: None,
        seen_names: tag::SeenNames::default(),
    };
    builder.build()
}

pub(super) fn error(kind: XmlErrorKind, at: usize) -> XmlError {
    XmlError { kind, offset: u32::try_from(at).unwrap_or(u32::MAX) }
}

/// A document under construction. All offsets are those of `text`.
struct Builder<'t> {
    text: &'t str,
    limits: &'t Limits,
    has_carriage_returns: bool,
    document: Document,
    /// The innermost open element, or the document node.
    current: NodeId,
    /// The names of the open elements, as written.
    open: Vec<&'t str>,
    scope: Scope,
    /// Text seen since the last tag, comment or instruction.
    pending: Option<PendingText>,
    seen_names: tag::SeenNames,
}

struct PendingText {
    /// Where it starts in the input.
    offset: usize,
    /// Where it starts in the document's store.
    stored: usize,
}

impl<'t> Builder<'t> {
    fn build(mut self) -> Result<Document, XmlError> {
        let base = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let text = self.text;
        let input = text.get(base..).unwrap_or_default();
        if input.starts_with('\u{feff}') {
            return Err(error(XmlErrorKind::TextOutsideRoot, base));
        }
        let mut reader = Reader::from_str(input);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        loop {
            let start = base + position(reader.buffer_position());
            let event = reader.read_event();
            let end = base + position(reader.buffer_position());
            let inner = |skip_start: usize, skip_end: usize| {
                text.get(start + skip_start..end.saturating_sub(skip_end)).unwrap_or_default()
            };
            match event {
                Ok(Event::Text(_)) => self.characters(inner(0, 0), start)?,
                Ok(Event::GeneralRef(_)) => self.reference(inner(1, 1), start)?,
                Ok(Event::Start(_)) => self.start_tag(inner(1, 1), start, end)?,
                Ok(Event::Empty(_)) => {
                    self.start_tag(inner(1, 2), start, end)?;
                    self.close(end);
                }
                Ok(Event::End(tag)) => self.end_tag(&tag, start, end)?,
                Ok(Event::CData(_)) => self.cdata(inner(9, 3), start)?,
                Ok(Event::Comment(_)) => self.comment(inner(4, 3), start, end)?,
                Ok(Event::PI(_)) => self.instruction(inner(2, 2), start, end)?,
                Ok(Event::Decl(_)) if start != base => {
                    return Err(error(XmlErrorKind::ReservedTarget("xml".to_owned()), start));
                }
                Ok(Event::Decl(_)) => {
                    if check_declaration(inner(5, 2)).is_none() {
                        return Err(error(XmlErrorKind::InvalidDeclaration, start));
                    }
                }
                Ok(Event::DocType(_)) => return Err(error(XmlErrorKind::Doctype, start)),
                Ok(Event::Eof) => return self.finish(end),
                Err(problem) => return Err(syntax_error(&problem, start)),
            }
        }
    }

    fn finish(self, end: usize) -> Result<Document, XmlError> {
        if let Some(name) = self.open.last() {
            let start = self.document.span(self.current).start;
            return Err(error(XmlErrorKind::Unclosed(excerpt(name)), start as usize));
        }
        if self.document.root_element().is_none() {
            return Err(error(XmlErrorKind::Empty, end));
        }
        Ok(self.document)
    }

    fn characters(&mut self, text: &str, start: usize) -> Result<(), XmlError> {
        if self.open.is_empty() {
            return match text.bytes().position(|byte| !is_white(byte)) {
                Some(at) => Err(error(XmlErrorKind::TextOutsideRoot, start + at)),
                None => Ok(()),
            };
        }
        if let Some(at) = find_cdata_end(text) {
            return Err(error(XmlErrorKind::CdataEndInText, start + at));
        }
        self.append(text, start);
        Ok(())
    }

    fn cdata(&mut self, text: &str, start: usize) -> Result<(), XmlError> {
        if self.open.is_empty() {
            return Err(error(XmlErrorKind::TextOutsideRoot, start));
        }
        if !text.is_empty() {
            self.append(text, start);
        }
        Ok(())
    }

    fn reference(&mut self, reference: &str, start: usize) -> Result<(), XmlError> {
        if self.open.is_empty() {
            return Err(error(XmlErrorKind::TextOutsideRoot, start));
        }
        let letter = resolve_reference(reference).map_err(|kind| error(kind, start))?;
        self.expect_text(start);
        self.document.text.push(letter);
        Ok(())
    }

    fn append(&mut self, text: &str, start: usize) {
        self.expect_text(start);
        if self.has_carriage_returns {
            append_lines(&mut self.document.text, text);
        } else {
            self.document.text.push_str(text);
        }
    }

    fn expect_text(&mut self, offset: usize) {
        let stored = self.document.text.len();
        self.pending.get_or_insert(PendingText { offset, stored });
    }

    /// Makes a node of the text seen so far, which ends at `end`.
    fn flush_text(&mut self, end: usize) -> Result<(), XmlError> {
        if let Some(PendingText { offset, stored }) = self.pending.take() {
            let stretch = self.document.stretch_from(stored);
            self.add(Content::Text(stretch), offset, end)?;
        }
        Ok(())
    }

    fn comment(&mut self, text: &str, start: usize, end: usize) -> Result<(), XmlError> {
        if let Some(at) = memchr::memmem::find(text.as_bytes(), b"--") {
            return Err(error(XmlErrorKind::HyphensInComment, start + 4 + at));
        }
        // `<!-->` and `<!--->` overlap themselves.
        if text.ends_with('-') || end - start < "<!---->".len() {
            return Err(error(XmlErrorKind::HyphensInComment, start));
        }
        self.flush_text(start)?;
        let stored = self.document.text.len();
        append_lines(&mut self.document.text, text);
        let stretch = self.document.stretch_from(stored);
        self.add(Content::Comment(stretch), start, end)?;
        Ok(())
    }

    fn instruction(&mut self, content: &str, start: usize, end: usize) -> Result<(), XmlError> {
        let target = self.checked_name(content, start + 2)?;
        if target.contains(':') {
            return Err(error(XmlErrorKind::InvalidName(excerpt(target)), start + 2));
        }
        if target.eq_ignore_ascii_case("xml") {
            return Err(error(XmlErrorKind::ReservedTarget(target.to_owned()), start));
        }
        let rest = content.get(target.len()..).unwrap_or_default();
        let data = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if !rest.is_empty() && data.len() == rest.len() {
            return Err(error(XmlErrorKind::MalformedInstruction, start + 2 + target.len()));
        }
        self.flush_text(start)?;
        let stored = self.document.text.len();
        append_lines(&mut self.document.text, data);
        let data = self.document.stretch_from(stored);
        let target = self.document.names.intern(target);
        self.add(Content::Instruction { target, data }, start, end)?;
        Ok(())
    }

    /// The name at the start of `text`, which stands at `offset`.
    fn checked_name<'a>(&self, text: &'a str, offset: usize) -> Result<&'a str, XmlError> {
        let length = name_length(text);
        if length == 0 {
            let end = text.find([' ', '\t', '\r', '\n', '=', '>', '/']).unwrap_or(text.len());
            let found = text.get(..end).unwrap_or_default();
            return Err(error(XmlErrorKind::InvalidName(excerpt(found)), offset));
        }
        if length > self.limits.name_length {
            return Err(error(XmlErrorKind::NameTooLong(self.limits.name_length), offset));
        }
        Ok(text.get(..length).unwrap_or_default())
    }

    fn end_tag(&mut self, name: &str, start: usize, end: usize) -> Result<(), XmlError> {
        match self.open.last() {
            Some(&expected) if expected == name => {
                self.flush_text(start)?;
                self.close(end);
                Ok(())
            }
            Some(expected) => {
                let (expected, found) = (excerpt(expected), excerpt(name));
                Err(error(XmlErrorKind::MismatchedEnd { expected, found }, start))
            }
            None => Err(error(XmlErrorKind::UnexpectedEnd(excerpt(name)), start)),
        }
    }

    fn close(&mut self, end: usize) {
        self.open.pop();
        self.scope.leave();
        let current = self.current;
        if let Some(element) = self.document.element_mut(current) {
            element.end = narrow(end);
        }
        self.current = self.document.parent(current).unwrap_or(NodeId::at(0));
    }

    /// Adds a node as the last child of the current one.
    fn add(&mut self, content: Content, start: usize, end: usize) -> Result<NodeId, XmlError> {
        let node = self.document.add(content, Span::new(narrow(start), narrow(end)));
        self.check_size(start)?;
        let parent = self.current;
        let previous = self.document.node_mut(parent).last_child.replace(node);
        match previous {
            Some(previous) => self.document.node_mut(previous).next = Some(node),
            None => self.document.node_mut(parent).first_child = Some(node),
        }
        let added = self.document.node_mut(node);
        (added.parent, added.previous) = (Some(parent), previous);
        Ok(node)
    }

    fn check_size(&self, at: usize) -> Result<(), XmlError> {
        let Document { nodes, attributes, declarations, .. } = &self.document;
        // The document node does not count.
        if nodes.len() - 1 + attributes.len() + declarations.len() > self.limits.nodes {
            return Err(error(XmlErrorKind::TooManyNodes(self.limits.nodes), at));
        }
        Ok(())
    }
}

impl Document {
    /// A document with room for what the text probably holds.
    fn with_capacity_for(text: &str) -> Document {
        let mut document = Document::new();
        document.nodes.reserve(text.len() / 24);
        document.text.reserve(text.len() / 2);
        document.names.reserve();
        document
    }
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).expect("the input is smaller than 4 GiB")
}

fn position(at: u64) -> usize {
    usize::try_from(at).expect("a position in a slice fits a usize")
}

fn syntax_error(problem: &Error, start: usize) -> XmlError {
    match problem {
        Error::Syntax(SyntaxError::UnclosedDoctype)
        | Error::IllFormed(IllFormedError::MissingDoctypeName) => error(XmlErrorKind::Doctype, start),
        Error::IllFormed(IllFormedError::UnclosedReference) => error(XmlErrorKind::BareAmpersand, start),
        other => error(XmlErrorKind::Syntax(other.to_string()), start),
    }
}
