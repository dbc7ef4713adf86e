//! Reads a script token by token.

use std::ops::Range;

use super::literal::Literal;
use super::token::{BEFORE_OPERAND, Kind, Token, Usage, WITH_HEAD, continues_name, starts_name};
use super::{Edit, Problem};
use crate::script::limits;

/// A script being read.
pub(super) struct Scanner<'a> {
    pub(super) source: &'a str,
    pub(super) at: usize,
    pub(super) edits: Vec<Edit>,
    pub(super) literals: Vec<Literal>,
    pub(super) first_literal: usize,
    pub(super) usage: Usage,
    nesting: usize,
    run: Run,
}

/// What is known of one run of tokens: a script, or what stands in braces inside a literal.
#[derive(Default)]
struct Run {
    tokens: Vec<Token>,
    open: Vec<Open>,
    /// Whether an operand must follow: `<` starts a literal then, and `/` a regular expression.
    wants_operand: bool,
    line_ended: bool,
}

/// A bracket that is not closed yet.
struct Open {
    token: usize,
    bracket: char,
    /// What to do when it is closed.
    then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Nothing,
    /// The parentheses of `if`, `for`, `while` and `with`: a statement follows.
    Statement,
    /// The same of `for each`.
    Each,
    /// `.@[…]`: a parenthesis was opened with it.
    AttributeIndex,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(source: &'a str, first_literal: usize) -> Self {
        let run = Run { wants_operand: true, ..Run::default() };
        Self {
            source,
            at: 0,
            edits: Vec::new(),
            literals: Vec::new(),
            first_literal,
            usage: Usage::default(),
            nesting: 0,
            run,
        }
    }

    /// Every token of the script.
    pub(super) fn script(&mut self) -> Result<Vec<Token>, Problem> {
        self.tokens(None)?;
        Ok(std::mem::take(&mut self.run.tokens))
    }

    /// The tokens up to the brace that closes the one at `open`, which is read as well.
    pub(super) fn braced(&mut self, open: usize) -> Result<Vec<Token>, Problem> {
        if self.nesting >= limits::NESTING {
            return Err(Problem::new(
                open..open + 1,
                format!("more than {} levels of nesting", limits::NESTING),
            ));
        }
        self.nesting += 1;
        let outer = std::mem::replace(&mut self.run, Run { wants_operand: true, ..Run::default() });
        self.tokens(Some(open))?;
        let inner = std::mem::replace(&mut self.run, outer);
        self.nesting -= 1;
        Ok(inner.tokens)
    }

    fn tokens(&mut self, brace: Option<usize>) -> Result<(), Problem> {
        loop {
            self.skip_blanks();
            let start = self.at;
            let Some(letter) = self.peek() else {
                return match brace {
                    None => Ok(()),
                    Some(open) => Err(Problem::new(open..open + 1, "the brace that opens here has no end")),
                };
            };
            match letter {
                '}' if self.run.open.is_empty() => {
                    self.at += 1;
                    return match brace {
                        Some(_) => Ok(()),
                        None => Err(Problem::new(start..start + 1, "this brace closes nothing")),
                    };
                }
                '"' | '\'' => self.string(letter),
                '`' => self.template()?,
                '0'..='9' => self.number(),
                '.' if self.rest().chars().nth(1).is_some_and(|next| next.is_ascii_digit()) => self.number(),
                '/' if self.run.wants_operand => self.regular_expression(),
                '<' if self.run.wants_operand => self.markup()?,
                '.' if !self.run.wants_operand && self.operator()? => self.push(Kind::Value, start, false),
                '@' => return Err(self.misplaced(start..start + 1, "@")),
                ':' if self.rest().starts_with("::") => return Err(self.misplaced(start..start + 2, "::")),
                letter if starts_name(letter) => self.word(start)?,
                letter => self.sign(letter),
            }
        }
    }

    fn misplaced(&self, range: Range<usize>, sign: &str) -> Problem {
        Problem::new(range, format!("\"{sign}\" cannot stand here"))
            .help("XML values are asked with x.name, x..name, x.@name, x.* and x.*::name")
    }

    fn push(&mut self, kind: Kind, start: usize, wants_operand: bool) {
        let on_new_line = std::mem::take(&mut self.run.line_ended);
        self.run.tokens.push(Token { kind, range: start..self.at, on_new_line, partner: None, block: false });
        self.run.wants_operand = wants_operand;
    }

    fn last(&self) -> Option<&Token> {
        self.run.tokens.last()
    }

    fn last_is(&self, text: &str) -> bool {
        self.last().is_some_and(|token| token.is(self.source, text))
    }

    fn word(&mut self, start: usize) -> Result<(), Problem> {
        let length = self.rest().find(|letter| !continues_name(letter)).unwrap_or(self.rest().len());
        self.at += length.max(1);
        let word = self.slice(start..self.at);
        if self.last_is(".") || self.last_is("?.") {
            self.note_member(word, start);
            self.push(Kind::Member, start, false);
            return Ok(());
        }
        self.refuse(word, start)?;
        if word == "each" && self.last_is("for") {
            self.edits.push(Edit { range: start..self.at, text: String::new() });
        }
        if word == "arguments" {
            self.usage.escapes = true;
        }
        let wants_operand = BEFORE_OPERAND.contains(&word);
        self.push(Kind::Word, start, wants_operand);
        if word == "mc" {
            self.skip_blanks();
            self.usage.escapes |= !self.rest().starts_with('.') && !self.rest().starts_with("?.");
        }
        Ok(())
    }

    /// Remembers what is used of `mc`.
    fn note_member(&mut self, word: &str, start: usize) {
        let owner = self.run.tokens.len().checked_sub(2).and_then(|index| self.run.tokens.get(index));
        if owner.is_some_and(|token| token.is(self.source, "mc") && token.kind == Kind::Word) {
            self.usage.functions.push((word.to_owned(), start..self.at));
        }
    }

    /// What can be told from the first word that it will not work.
    fn refuse(&self, word: &str, start: usize) -> Result<(), Problem> {
        let rest = self.rest().trim_start();
        let java = match word {
            "importPackage" | "importClass" | "JavaImporter" => rest.starts_with('('),
            "Packages" => rest.starts_with('.'),
            "java" | "javax" => ["lang", "util", "io", "net", "text", "xml"]
                .iter()
                .any(|package| rest.strip_prefix('.').is_some_and(|name| name.starts_with(package))),
            _ => false,
        };
        if java {
            return Err(Problem::new(start..self.at, "scripts cannot use Java classes"));
        }
        if word == "default" && rest.starts_with("xml") {
            return Err(Problem::new(start..self.at, "\"default xml namespace\" is not supported")
                .help("declare the namespace in the literals, and ask for elements with x.*::name"));
        }
        if word == "import" && !rest.starts_with(':') {
            return Err(Problem::new(start..self.at, "scripts have no modules"));
        }
        if rest.starts_with("::") {
            return Err(self.misplaced(start..self.at + 2, "::"));
        }
        Ok(())
    }

    fn sign(&mut self, letter: char) {
        let start = self.at;
        match letter {
            '(' | '[' | '{' => self.opening(letter),
            ')' | ']' | '}' => self.closing(letter),
            _ => {
                let length = ["...", "<<", "=>", "?.", "++", "--"]
                    .iter()
                    .find(|sign| self.rest().starts_with(**sign))
                    .map_or(letter.len_utf8(), |sign| sign.len());
                self.at += length;
                let postfix = matches!(self.slice(start..self.at), "++" | "--") && !self.run.wants_operand;
                self.push(Kind::Sign, start, !postfix);
            }
        }
    }

    fn opening(&mut self, bracket: char) {
        let start = self.at;
        let block = bracket == '{' && self.opens_block();
        let then = match self.last() {
            Some(word) if bracket == '(' && word.is(self.source, "each") && self.follows_for() => Then::Each,
            Some(word) if bracket == '(' && WITH_HEAD.iter().any(|it| word.is(self.source, it)) => {
                Then::Statement
            }
            _ => Then::Nothing,
        };
        self.at += 1;
        self.push(Kind::Sign, start, true);
        let token = self.run.tokens.len() - 1;
        if let Some(last) = self.run.tokens.last_mut() {
            last.block = block;
        }
        self.run.open.push(Open { token, bracket, then });
    }

    /// Whether the word before the last one is `for`.
    fn follows_for(&self) -> bool {
        let before = self.run.tokens.len().checked_sub(2).and_then(|index| self.run.tokens.get(index));
        before.is_some_and(|token| token.is(self.source, "for"))
    }

    /// Whether a brace here holds statements.
    fn opens_block(&self) -> bool {
        let Some(last) = self.last() else { return true };
        match last.text(self.source) {
            ";" | ")" | "=>" | "else" | "do" | "try" | "finally" => true,
            "{" | "}" => last.block,
            ":" => !self.run.open.last().is_some_and(|open| {
                open.bracket != '{' || self.run.tokens.get(open.token).is_some_and(|brace| !brace.block)
            }),
            _ => !self.run.wants_operand,
        }
    }

    fn closing(&mut self, bracket: char) {
        let start = self.at;
        self.at += 1;
        let open = self.run.open.pop();
        let partner = open.as_ref().map(|open| open.token);
        let then = open.map_or(Then::Nothing, |open| open.then);
        let block = partner.and_then(|index| self.run.tokens.get(index)).is_some_and(|brace| brace.block);
        let statement = matches!(then, Then::Statement | Then::Each) || (bracket == '}' && block);
        self.push(Kind::Sign, start, statement);
        let own = self.run.tokens.len() - 1;
        if let Some(token) = self.run.tokens.last_mut() {
            (token.partner, token.block) = (partner, block);
        }
        if let Some(opening) = partner.and_then(|index| self.run.tokens.get_mut(index)) {
            opening.partner = Some(own);
        }
        match then {
            Then::Nothing | Then::Statement => {}
            Then::AttributeIndex => self.edits.push(Edit { range: start..start, text: ")".to_owned() }),
            Then::Each => self.for_each(partner.unwrap_or_default(), start),
        }
    }

    /// `(var i in x)` of a `for each` becomes `(var i of __each(x))`.
    fn for_each(&mut self, open: usize, close: usize) {
        let keyword = self.run.tokens.iter().skip(open + 1).find(|token| token.is(self.source, "in"));
        if let Some(keyword) = keyword {
            self.edits.push(Edit { range: keyword.range.clone(), text: "of __each(".to_owned() });
            self.edits.push(Edit { range: close..close, text: ")".to_owned() });
        }
    }

    /// The bracket of `.@[`, which was just read.
    pub(super) fn open_attribute_index(&mut self, start: usize) {
        self.push(Kind::Sign, start, true);
        let token = self.run.tokens.len() - 1;
        self.run.open.push(Open { token, bracket: '[', then: Then::AttributeIndex });
    }

    fn markup(&mut self) -> Result<(), Problem> {
        let start = self.at;
        let next = self.rest().chars().nth(1);
        if self.rest().starts_with("<!--") {
            // As in a web page, the rest of the line is a comment.
            self.skip_line();
            return Ok(());
        }
        if !next.is_some_and(|letter| starts_name(letter) || matches!(letter, '{' | '>')) {
            return Err(Problem::new(start..start + 1, "an XML literal must start with an element")
                .help("write <name>…</name>; an expression cannot start with \"<\""));
        }
        self.literal()?;
        self.push(Kind::Value, start, false);
        Ok(())
    }

    fn string(&mut self, quote: char) {
        let start = self.at;
        self.at += 1;
        while let Some(letter) = self.next() {
            match letter {
                '\\' => drop(self.next()),
                '\n' => break,
                letter if letter == quote => break,
                _ => {}
            }
        }
        self.push(Kind::Value, start, false);
    }

    fn template(&mut self) -> Result<(), Problem> {
        let start = self.at;
        self.at += 1;
        while let Some(letter) = self.next() {
            match letter {
                '\\' => drop(self.next()),
                '`' => break,
                '$' if self.peek() == Some('{') => {
                    let open = self.at;
                    self.at += 1;
                    self.braced(open)?;
                }
                _ => {}
            }
        }
        self.push(Kind::Value, start, false);
        Ok(())
    }

    fn number(&mut self) {
        let start = self.at;
        let mut dots = 0;
        while let Some(letter) = self.peek() {
            let sign = matches!(letter, '+' | '-')
                && !self.slice(start..self.at).starts_with("0x")
                && self.slice(start..self.at).ends_with(['e', 'E']);
            match letter {
                '.' if dots == 0 && !self.slice(start..self.at).contains(['x', 'e', 'E']) => dots += 1,
                letter if letter.is_ascii_alphanumeric() || letter == '_' || sign => {}
                _ => break,
            }
            self.at += 1;
        }
        self.push(Kind::Value, start, false);
    }

    fn regular_expression(&mut self) {
        let start = self.at;
        self.at += 1;
        let mut in_class = false;
        while let Some(letter) = self.peek() {
            match letter {
                '\n' => break,
                '\\' => drop(self.next()),
                '[' => in_class = true,
                ']' => in_class = false,
                '/' if !in_class => {
                    self.at += 1;
                    let flags = self.rest().find(|letter| !continues_name(letter));
                    self.at += flags.unwrap_or(self.rest().len());
                    break;
                }
                _ => {}
            }
            self.next();
        }
        self.push(Kind::Value, start, false);
    }

    /// White space, line ends and comments.
    fn skip_blanks(&mut self) {
        loop {
            let before = self.at;
            self.skip_white();
            if self.rest().starts_with("//") {
                self.skip_line();
            } else if self.rest().starts_with("/*") {
                let length = self.rest().find("*/").map_or(self.rest().len(), |length| length + 2);
                self.run.line_ended |= self.slice(self.at..self.at + length).contains('\n');
                self.at += length;
            }
            if self.at == before {
                return;
            }
        }
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    pub(super) fn skip_white(&mut self) {
        while let Some(letter) = self.peek().filter(|letter| letter.is_whitespace() || *letter == '\u{feff}')
        {
            self.run.line_ended |= letter == '\n';
            self.at += letter.len_utf8();
        }
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        self.source.get(range).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    /// Reads the text if it stands here.
    pub(super) fn skip(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }
}
