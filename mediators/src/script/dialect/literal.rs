//! XML literals: where they end, and what has to be filled in.

use std::ops::Range;

use super::scanner::Scanner;
use super::{Edit, Problem};

/// An XML literal: markup with holes between its parts. There is one more part than there are holes.
#[derive(Clone, Debug, Default)]
pub(in crate::script) struct Literal {
    /// The markup as written, and where it stands in the source.
    pub(in crate::script) parts: Vec<(String, usize)>,
    /// What is filled in after each part but the last.
    pub(in crate::script) holes: Vec<Hole>,
    /// Whether it is a list, `<>…</>`, whose markup is without those tags.
    pub(in crate::script) list: bool,
    /// Where it stands in the source.
    pub(in crate::script) range: Range<usize>,
}

/// What is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::script) enum Hole {
    /// A name, or a part of one; the text of the expression.
    Name(String),
    /// The value of an attribute, which gets its quotes.
    Attribute,
    /// Something between tags.
    Content,
}

impl Scanner<'_> {
    /// Reads the literal that starts here, and turns it into a call.
    pub(super) fn literal(&mut self) -> Result<(), Problem> {
        let number = self.first_literal + self.literals.len();
        // Keeps the number while literals inside this one get theirs.
        self.literals.push(Literal::default());
        let mut reader = Reader {
            start: self.at,
            part: self.at,
            call: format!("__xml({number}"),
            edit: self.at,
            closing: 0,
            depth: 0,
            literal: Literal::default(),
        };
        reader.read(self)?;
        let Reader { start, part, call, edit, closing, mut literal, .. } = reader;
        let end = if literal.list { closing } else { self.at };
        literal.parts.push((self.slice(part..end).to_owned(), part));
        literal.range = start..self.at;
        self.edits.push(Edit { range: edit..self.at, text: format!("{call})") });
        if let Some(slot) = self.literals.get_mut(number - self.first_literal) {
            *slot = literal;
        }
        Ok(())
    }
}

struct Reader {
    start: usize,
    /// Where the part that is being read starts.
    part: usize,
    /// What the part becomes in the text of the call.
    call: String,
    /// Where the text of the call starts to take the place of markup.
    edit: usize,
    /// Where the last end tag starts.
    closing: usize,
    depth: usize,
    literal: Literal,
}

impl Reader {
    fn read(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Problem> {
        if scanner.skip("<>") {
            self.literal.list = true;
            self.part = scanner.at;
            self.depth = 1;
        }
        loop {
            if scanner.skip("<!--") {
                self.skip_past("-->", scanner)?;
            } else if scanner.skip("<![CDATA[") {
                self.skip_past("]]>", scanner)?;
            } else if scanner.skip("<?") {
                self.skip_past("?>", scanner)?;
            } else if scanner.skip("</") {
                self.closing = scanner.at - "</".len();
                self.tag(scanner)?;
                self.depth = self.depth.saturating_sub(1);
            } else if scanner.skip("<") {
                if !self.tag(scanner)? {
                    self.depth += 1;
                }
            } else if scanner.peek() == Some('{') {
                self.hole(Hole::Content, scanner)?;
            } else if scanner.next().is_none() {
                return Err(self.unclosed(scanner));
            }
            if self.depth == 0 {
                return Ok(());
            }
        }
    }

    /// The rest of a tag; true when it is an empty element.
    fn tag(&mut self, scanner: &mut Scanner<'_>) -> Result<bool, Problem> {
        let mut after_equals = false;
        loop {
            match scanner.peek() {
                None => return Err(self.unclosed(scanner)),
                Some('{') => {
                    let hole = if after_equals { Hole::Attribute } else { Hole::Name(String::new()) };
                    self.hole(hole, scanner)?;
                    after_equals = false;
                }
                Some(quote @ ('"' | '\'')) => {
                    scanner.next();
                    self.skip_past(if quote == '"' { "\"" } else { "'" }, scanner)?;
                    after_equals = false;
                }
                Some(_) if scanner.skip("/>") => return Ok(true),
                Some(_) if scanner.skip(">") => return Ok(false),
                Some(letter) => {
                    scanner.next();
                    after_equals = letter == '=' || (after_equals && letter.is_whitespace());
                }
            }
        }
    }

    /// `{expression}`: the markup before it becomes a part, the expression an argument of the call.
    fn hole(&mut self, kind: Hole, scanner: &mut Scanner<'_>) -> Result<(), Problem> {
        let open = scanner.at;
        self.literal.parts.push((scanner.slice(self.part..open).to_owned(), self.part));
        scanner.next();
        let text = format!("{},(", self.call);
        scanner.edits.push(Edit { range: self.edit..scanner.at, text });
        let start = scanner.at;
        let empty = scanner.braced(open)?.is_empty();
        // The closing brace is the last character read.
        let end = scanner.at - 1;
        let expression = scanner.slice(start..end).trim().to_owned();
        self.literal.holes.push(match kind {
            Hole::Name(_) => Hole::Name(expression),
            other => other,
        });
        (self.part, self.edit) = (scanner.at, end);
        self.call = if empty { "\"\")".to_owned() } else { ")".to_owned() };
        Ok(())
    }

    fn skip_past(&self, end: &str, scanner: &mut Scanner<'_>) -> Result<(), Problem> {
        match scanner.rest().find(end) {
            Some(length) => {
                scanner.at += length + end.len();
                Ok(())
            }
            None => Err(self.unclosed(scanner)),
        }
    }

    fn unclosed(&self, scanner: &Scanner<'_>) -> Problem {
        let name = scanner.slice(self.start..scanner.source.len());
        let length = name.find(|letter: char| letter.is_whitespace() || letter == '>').unwrap_or(name.len());
        Problem::new(self.start..self.start + length, "the XML that starts here has no end")
            .help("every tag needs its end tag; text with < or { in it can stand in {\"quotes\"}")
    }
}
