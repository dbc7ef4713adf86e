//! Trees to text.

use super::document::{Content, Document, Name, NodeId};
use super::name::NameId;
use super::scope::Scope;
use super::well_formed::{is_character, is_white};

/// Writes the node and all below it to `out`, without an XML declaration.
///
/// The text can stand alone: the topmost element also declares the namespaces that are in scope where it stands,
/// and names whose namespace nobody declares get their declaration. Parsing the text gives the same tree, except
/// for characters that XML forbids, which become U+FFFD, and for texts that are neighbours, which become one.
pub fn write(document: &Document, node: NodeId, out: &mut String) {
    Writer { document, out, scope: Scope::new(), layout: None }.write(node);
}

/// Writes like [`write`](write()), but for people: each element on a line of its own, indented by two spaces.
///
/// Elements with text of their own, or with `xml:space="preserve"`, are written as they are, with all below
/// them; white space between other elements is not kept.
pub fn write_indented(document: &Document, node: NodeId, out: &mut String) {
    let is_text = matches!(document.node(node).content, Content::Text(_));
    let layout = (!is_text).then_some(Layout { depth: 0, verbatim: None, written: false });
    Writer { document, out, scope: Scope::new(), layout }.write(node);
}

struct Writer<'d, 'o> {
    document: &'d Document,
    out: &'o mut String,
    scope: Scope,
    layout: Option<Layout>,
}

/// Where indentation stands.
struct Layout {
    depth: usize,
    /// The element inside which nothing may be changed.
    verbatim: Option<NodeId>,
    /// Whether something stands on a line already.
    written: bool,
}

impl Writer<'_, '_> {
    fn write(&mut self, top: NodeId) {
        let mut current = top;
        // Walks with the tree's links instead of calling itself: trees may be deeper than the stack.
        loop {
            let first_child = self.document.first_child(current);
            self.start(current, current == top);
            if let Some(child) = first_child {
                current = child;
                continue;
            }
            loop {
                if self.document.first_child(current).is_some() {
                    self.end(current);
                }
                if current == top {
                    return;
                }
                if let Some(next) = self.document.next_sibling(current) {
                    current = next;
                    break;
                }
                let Some(parent) = self.document.parent(current) else { return };
                current = parent;
            }
        }
    }

    /// Writes what comes before a node's children, and all of a node without children.
    fn start(&mut self, node: NodeId, is_top: bool) {
        let document = self.document;
        match &document.node(node).content {
            Content::Document => {}
            Content::Element(element) => {
                self.break_line();
                self.start_tag(node, element.name, is_top);
            }
            Content::Text(text) => {
                let text = document.stored(*text);
                if !self.layout.as_ref().is_some_and(Layout::is_indenting) {
                    escape_text(text, self.out);
                }
            }
            Content::Comment(text) => {
                self.break_line();
                self.out.push_str("<!--");
                set_apart(document.stored(*text), '-', '-', self.out);
                self.out.push_str("-->");
            }
            Content::Instruction { target, data } => {
                self.break_line();
                self.out.push_str("<?");
                self.out.push_str(document.names.get(*target));
                let data = document.stored(*data);
                if !data.is_empty() {
                    self.out.push(' ');
                    set_apart(data, '?', '>', self.out);
                }
                self.out.push_str("?>");
            }
        }
    }

    fn start_tag(&mut self, node: NodeId, name: Name, is_top: bool) {
        let document = self.document;
        self.scope.enter();
        self.out.push('<');
        self.name(name);
        for declaration in document.own_declarations(node) {
            self.declare(declaration.prefix, declaration.uri);
        }
        if self.scope.lookup(name.prefix) != Some(name.namespace) {
            self.declare(name.prefix, name.namespace);
        }
        if is_top && document.parent(node).is_some_and(|parent| document.is_element(parent)) {
            self.keep(name.prefix, name.namespace);
            for (prefix, uri) in document.scope(node) {
                if !self.scope.is_bound_here(prefix) {
                    self.declare(prefix, uri);
                }
            }
        }
        for attribute in document.own_attributes(node) {
            let Name { prefix, namespace, .. } = attribute.name;
            if namespace != NameId::EMPTY {
                // What the element's own name relies on must not be declared otherwise for an attribute.
                self.keep(name.prefix, name.namespace);
                if self.scope.lookup(prefix) == Some(namespace) {
                    self.keep(prefix, namespace);
                } else {
                    self.declare(prefix, namespace);
                }
            }
        }
        for attribute in document.own_attributes(node) {
            self.out.push(' ');
            self.name(attribute.name);
            self.out.push_str("=\"");
            escape_value(document.stored(attribute.value), self.out);
            self.out.push('"');
        }
        if document.first_child(node).is_none() {
            self.out.push_str("/>");
            self.scope.leave();
        } else {
            self.out.push('>');
            if let Some(layout) = &mut self.layout {
                layout.open(document, node);
            }
        }
    }

    /// Writes the end tag of a node with children.
    fn end(&mut self, node: NodeId) {
        let document = self.document;
        if let Content::Element(element) = &document.node(node).content {
            if let Some(layout) = &mut self.layout
                && layout.close(node)
            {
                self.break_line();
            }
            self.out.push_str("</");
            self.name(element.name);
            self.out.push('>');
            self.scope.leave();
        }
    }

    /// Starts a line where indentation asks for one.
    fn break_line(&mut self) {
        if let Some(layout) = &mut self.layout
            && layout.is_indenting()
            && std::mem::replace(&mut layout.written, true)
        {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", layout.depth));
        }
    }

    fn name(&mut self, name: Name) {
        let names = &self.document.names;
        if name.prefix != NameId::EMPTY {
            self.out.push_str(names.get(name.prefix));
            self.out.push(':');
        }
        self.out.push_str(names.get(name.local));
    }

    fn declare(&mut self, prefix: NameId, uri: NameId) {
        self.out.push_str(" xmlns");
        if prefix != NameId::EMPTY {
            self.out.push(':');
            self.out.push_str(self.document.names.get(prefix));
        }
        self.out.push_str("=\"");
        escape_value(self.document.names.get(uri), self.out);
        self.out.push('"');
        self.scope.bind(prefix, uri);
    }

    /// Keeps a prefix that is in scope from being declared otherwise on this element.
    fn keep(&mut self, prefix: NameId, namespace: NameId) {
        if !self.scope.is_bound_here(prefix) {
            self.scope.bind(prefix, namespace);
        }
    }
}

impl Layout {
    fn is_indenting(&self) -> bool {
        self.verbatim.is_none()
    }

    /// Enters an element with children.
    fn open(&mut self, document: &Document, node: NodeId) {
        if self.is_indenting() {
            self.depth += 1;
            if must_stay(document, node) {
                self.verbatim = Some(node);
            }
        }
    }

    /// Leaves an element with children and says whether its end tag goes on a line of its own.
    fn close(&mut self, node: NodeId) -> bool {
        let was_indenting = self.is_indenting();
        if self.verbatim == Some(node) {
            self.verbatim = None;
        }
        if self.is_indenting() {
            self.depth = self.depth.saturating_sub(1);
        }
        was_indenting
    }
}

/// Whether an element's content has text that matters.
fn must_stay(document: &Document, node: NodeId) -> bool {
    let text_matters = |child: NodeId| match &document.node(child).content {
        Content::Text(text) => !document.stored(*text).bytes().all(is_white),
        _ => false,
    };
    let only_text =
        || document.children(node).all(|child| matches!(document.node(child).content, Content::Text(_)));
    document.attribute(node, super::namespaces::XML, "space") == Some("preserve")
        || document.children(node).any(text_matters)
        || only_text()
}

fn escape_text(text: &str, out: &mut String) {
    escape(text, out, |byte| (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'\r'));
}

fn escape_value(value: &str, out: &mut String) {
    let special = |byte| {
        (byte == b'&') | (byte == b'<') | (byte == b'"') | (byte == b'\t') | (byte == b'\n') | (byte == b'\r')
    };
    escape(value, out, special);
}

/// Writes text with the special characters, and those XML forbids, replaced.
fn escape(text: &str, out: &mut String, special: impl Fn(u8) -> bool) {
    let suspicious = |byte: u8| special(byte) | ((byte < 0x20) & !is_white(byte)) | (byte == 0xEF);
    if !text.bytes().fold(false, |found, byte| found | suspicious(byte)) {
        out.push_str(text);
        return;
    }
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' if special(b'>') => out.push_str("&gt;"),
            '"' if special(b'"') => out.push_str("&quot;"),
            '\t' if special(b'\t') => out.push_str("&#9;"),
            '\n' if special(b'\n') => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            letter => out.push(allowed(letter)),
        }
    }
}

/// Writes text with a space after every `first` that `second` or the end follows; nothing can be escaped here.
fn set_apart(text: &str, first: char, second: char, out: &mut String) {
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        out.push(allowed(letter));
        let ends = letters.peek().is_none() && second == '-';
        if letter == first && (ends || letters.peek() == Some(&second)) {
            out.push(' ');
        }
    }
}

fn allowed(letter: char) -> char {
    if is_character(letter) { letter } else { char::REPLACEMENT_CHARACTER }
}

impl Document {
    /// The whole document as text, without an XML declaration.
    pub fn to_xml(&self) -> String {
        let mut text = String::new();
        write(self, self.document_node(), &mut text);
        text
    }
}
