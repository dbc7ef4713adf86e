//! The text to a tree (elastic-load-balancer.md §1.2, column "new").
//!
//! Written by hand: the language has five tokens and no precedence, its rules are about line ends and comments, and every
//! mistake must be reported without losing what follows. A parser-combinator library would add its error type and its
//! idea of recovery to what one loop says directly. Each byte is looked at a bounded number of times.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Block, Property, Tree};
use crate::diagnostics::{Diagnostic, Diagnostics, Location, SourceFile, Span, codes};

/// Blocks may be nested this deep; the language has five levels.
const MAX_DEPTH: usize = 64;

/// What came of a file.
pub(in super::super) struct Scanned {
    /// What could be understood.
    pub(in super::super) tree: Tree,
    /// What could not.
    pub(in super::super) diagnostics: Diagnostics,
    /// The key of the first property, by which dialects differ, and whether it has a value.
    pub(in super::super) first_key: Option<(Span, bool)>,
}

/// Reads a file to its end, whatever is wrong with it.
pub(in super::super) fn scan(file: &Arc<SourceFile>) -> Scanned {
    let mut scanner = Scanner {
        file,
        text: file.text(),
        at: 0,
        open: Vec::new(),
        root: Frame::default(),
        diagnostics: Diagnostics::new(),
        first_key: None,
    };
    scanner.run();
    scanner.finish()
}

/// A block whose end has not been seen.
#[derive(Default)]
struct Frame {
    block: Block,
    keys: HashMap<String, usize>,
    /// The blocks inside, as [`Block::canonical`] has them.
    inside: HashSet<String>,
}

struct Scanner<'a> {
    file: &'a Arc<SourceFile>,
    text: &'a str,
    at: usize,
    open: Vec<Frame>,
    root: Frame,
    diagnostics: Diagnostics,
    first_key: Option<(Span, bool)>,
}

/// What ends a piece of text.
enum End {
    Semicolon,
    Brace,
    /// A closing brace, the end of the line, a comment, or the end of the file; it is still to be read.
    Other,
}

impl<'a> Scanner<'a> {
    fn run(&mut self) {
        loop {
            self.skip_blanks_and_comments();
            match self.rest().as_bytes().first() {
                None => return,
                // What stands behind `};` and `;;` is nothing at all.
                Some(b';') => self.at += 1,
                Some(b'}') => self.close(),
                Some(b'{') => {
                    let span = self.span(self.at, self.at + 1);
                    self.report(
                        Diagnostic::error(codes::BALANCER_SYNTAX, "a block without a name"),
                        span,
                        "the name must stand before this",
                    );
                    self.at += 1;
                    if !self.open(String::new(), span) {
                        return;
                    }
                }
                Some(_) => {
                    if !self.statement() {
                        return;
                    }
                }
            }
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks_and_comments(&mut self) {
        self.at = after_blanks_and_comments(self.text, self.at);
    }

    /// Reads `key value;` or `name {`. False when reading must stop.
    fn statement(&mut self) -> bool {
        let start = self.at;
        let (length, end) = statement_end(self.rest());
        let written = self.rest().get(..length).unwrap_or_default().trim_end();
        self.at += length;
        let span = self.span(start, start + written.len());
        if written.starts_with('<') {
            // A file of such text would be taken for XML.
            let diagnostic = Diagnostic::error(codes::BALANCER_SYNTAX, "no name begins with '<'");
            self.report(diagnostic, span, "this looks like XML");
        }
        match end {
            End::Semicolon => {
                self.at += 1;
                self.property(written, start);
                true
            }
            End::Brace => {
                self.at += 1;
                self.open(written.to_owned(), span)
            }
            End::Other => {
                let next = after_blanks_and_comments(self.text, self.at);
                let opens = self.text.get(next..).is_some_and(|rest| rest.starts_with('{'));
                // A variable that is not closed would take the brace when the block is written on one line.
                let is_name = !written.contains(char::is_whitespace) && !written.contains("${");
                if opens && is_name {
                    self.at = next + 1;
                    return self.open(written.to_owned(), span);
                }
                let message = format!("missing ';' after \"{}\"", shortened(written));
                let diagnostic = Diagnostic::error(codes::BALANCER_SYNTAX, message)
                    .help("a property ends with ';', a block begins with '{', and a comment with '#'");
                self.report(diagnostic, Span::point(span.end), "';' is missing here");
                true
            }
        }
    }

    fn property(&mut self, written: &str, start: usize) {
        let key = written.split(char::is_whitespace).next().unwrap_or_default();
        let value = written.get(key.len()..).unwrap_or_default().trim();
        let key_span = self.span(start, start + key.len());
        self.first_key.get_or_insert((key_span, !value.is_empty()));
        if let Some(name) = key.strip_suffix(':') {
            let message = format!("the key \"{}\" ends with ':'", shortened(key));
            let diagnostic = Diagnostic::error(codes::BALANCER_SYNTAX, message);
            let diagnostic = diagnostic.help(format!("write \"{} {};\"", shortened(name), shortened(value)));
            self.report(diagnostic, key_span, "keys have no colon");
            return;
        }
        if value.is_empty() {
            let message = format!("\"{}\" has no value", shortened(key));
            let diagnostic = Diagnostic::error(codes::BALANCER_SYNTAX, message);
            self.report(diagnostic, key_span, "key without value");
            return;
        }
        let end = start + written.len();
        let property = Property {
            key: key.to_owned(),
            key_span,
            value: value.to_owned(),
            value_span: self.span(end - value.len(), end),
        };
        let (file, frame) = (self.file, self.open.last_mut().unwrap_or(&mut self.root));
        let Some(first) = frame.keys.get(key).and_then(|&index| frame.block.properties.get_mut(index)) else {
            frame.keys.insert(property.key.clone(), frame.block.properties.len());
            frame.block.properties.push(property);
            return;
        };
        let first_span = first.key_span;
        *first = property;
        self.diagnostics.push(
            Diagnostic::warning(codes::KEY_REPEATED, format!("\"{}\" is given twice", shortened(key)))
                .at(Location::new(Arc::clone(file), key_span))
                .label("this one counts")
                .related(Location::new(Arc::clone(file), first_span), "this one does not"),
        );
    }

    /// Opens a block; false when there are too many inside each other.
    fn open(&mut self, name: String, name_span: Span) -> bool {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} blocks inside each other");
            self.report(Diagnostic::error(codes::LIMIT_EXCEEDED, message), name_span, "reading stops here");
            return false;
        }
        self.open.push(Frame { block: Block { name, name_span, ..Block::default() }, ..Frame::default() });
        true
    }

    fn close(&mut self) {
        if self.open.is_empty() {
            let diagnostic = Diagnostic::warning(codes::BALANCER_IGNORED, "a '}' that ends no block");
            self.report(diagnostic, self.span(self.at, self.at + 1), "no block is open here");
        }
        self.at += 1;
        self.leave();
    }

    /// Puts the innermost open block into the one around it, unless an equal one is there (G14).
    fn leave(&mut self) {
        let Some(Frame { block, .. }) = self.open.pop() else { return };
        let around = self.open.last_mut().unwrap_or(&mut self.root);
        if around.inside.insert(block.canonical()) {
            around.block.blocks.push(block);
        }
    }

    fn report(&mut self, diagnostic: Diagnostic, span: Span, label: &str) {
        self.diagnostics.push(diagnostic.at(Location::new(Arc::clone(self.file), span)).label(label));
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(offset(start), offset(end))
    }

    /// Closes what the end of the file leaves open (G6).
    fn finish(mut self) -> Scanned {
        if let Some(Frame { block, .. }) = self.open.last() {
            let (name, span) = (shortened(&block.name).to_owned(), block.name_span);
            let message = match self.open.len() {
                1 => format!("the block \"{name}\" has no '}}'; the end of the file ends it"),
                open => format!("the block \"{name}\" and {} around it have no '}}'", open - 1),
            };
            self.report(Diagnostic::warning(codes::BLOCK_NOT_CLOSED, message), span, "begins here");
        }
        while !self.open.is_empty() {
            self.leave();
        }
        let tree = Tree { file: Arc::clone(self.file), root: self.root.block };
        Scanned { tree, diagnostics: self.diagnostics, first_key: self.first_key }
    }
}

/// The next byte at or behind `at` that is neither white space nor part of a comment.
fn after_blanks_and_comments(text: &str, mut at: usize) -> usize {
    loop {
        let rest = text.get(at..).unwrap_or_default();
        // A byte order mark is nothing, also where files were joined.
        let trimmed = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
        at += rest.len() - trimmed.len();
        if !trimmed.starts_with('#') {
            return at;
        }
        at += trimmed.find('\n').unwrap_or(trimmed.len());
    }
}

/// How long a statement is, and what ends it. `${` begins no block, and its `}` ends none (G5).
fn statement_end(text: &str) -> (usize, End) {
    let mut in_variable = false;
    let mut before = 0;
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        match byte {
            b';' => return (at, End::Semicolon),
            b'{' if before == b'$' => in_variable = true,
            b'{' if !in_variable => return (at, End::Brace),
            b'}' if in_variable => in_variable = false,
            b'}' | b'#' | b'\n' => return (at, End::Other),
            _ => {}
        }
        before = byte;
    }
    (text.len(), End::Other)
}

/// Text for a message.
fn shortened(text: &str) -> &str {
    const LONGEST: usize = 60;
    text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text)
}
