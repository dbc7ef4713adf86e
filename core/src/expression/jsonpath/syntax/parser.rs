//! Paths: a start and the steps from there.

use super::lexer::{Lexer, Within, is_blank};
use super::tree::{End, Origin, Path, Reference, Select, Step};
use crate::expression::jsonpath::Problem;

/// Filters, parentheses, calls and literal lists inside each other.
const NESTING: usize = 64;

/// Bytes of one path.
const LENGTH: usize = 64 * 1024;

/// A parsed path.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) path: Path,
    /// How many paths inside it start at the document: the numbers in [`Origin::Document`] are below this.
    pub(crate) remembered: usize,
}

/// Parses a whole path. A path that does not begin with `$` or `@` is meant to follow `$.`, and one dot at the end is
/// ignored (mediators.md §2.3).
///
/// # Errors
/// The text does not follow the grammar, is longer than 64 KiB, or nests deeper than 64.
pub(crate) fn parse(text: &str) -> Result<Program, Problem> {
    if text.len() > LENGTH {
        return Err(Problem::new(0..text.len(), format!("the path is longer than {LENGTH} bytes")));
    }
    let text = text.trim_end_matches(is_blank);
    let mut parser =
        Parser { lexer: Lexer::new(text.strip_suffix('.').unwrap_or(text)), nesting: 0, slots: 0 };
    parser.lexer.blanks();
    if parser.lexer.peek().is_none() {
        return Err(Problem::new(0..text.len(), "the path is empty").help("the whole document is $"));
    }
    let path = if parser.lexer.eat("$") || parser.lexer.eat("@") {
        if !matches!(parser.lexer.peek(), None | Some('.' | '[')) {
            return Err(parser.lexer.expected("a dot or a bracket"));
        }
        parser.path(Within::Text, false)?
    } else {
        parser.path(Within::Text, true)?
    };
    match parser.lexer.peek() {
        None => Ok(Program { path, remembered: parser.slots }),
        Some(next) if is_blank(next) => {
            let at = parser.lexer.at();
            let problem = Problem::new(at..at + next.len_utf8(), "a path cannot have a blank here");
            Err(problem.help("a name with blanks is written in quotes: ['my name']"))
        }
        Some(_) => Err(parser.lexer.expected("the end of the path")),
    }
}

pub(super) struct Parser<'t> {
    pub(super) lexer: Lexer<'t>,
    nesting: usize,
    slots: usize,
}

impl Parser<'_> {
    /// A path inside another: `$` or `@`, which are known to be next, and the steps.
    pub(super) fn reference(&mut self, within: Within) -> Result<Reference, Problem> {
        let origin = if self.lexer.eat("@") {
            Origin::Item
        } else if self.lexer.eat("$") {
            self.slots += 1;
            Origin::Document(self.slots - 1)
        } else {
            return Err(self.lexer.expected("a path"));
        };
        let path = self.path(within, false)?;
        Ok(Reference { origin, definite: path.is_definite(), path })
    }

    /// Steps as far as they go. `dotted`: as if a dot had been read.
    pub(super) fn path(&mut self, within: Within, mut dotted: bool) -> Result<Path, Problem> {
        let mut path = Path::default();
        // Names follow dots, but Jayway does not insist on the dot after a bracket or a star.
        let mut bare = false;
        loop {
            let start = self.lexer.at();
            dotted = dotted || self.lexer.eat(".");
            let deep = dotted && self.lexer.eat(".");
            if deep && self.lexer.next_is(".") {
                return Err(self.lexer.expected("a name").help("there are no steps of three dots"));
            }
            let select = match self.lexer.peek() {
                Some('[') => self.bracket()?,
                Some('*') if dotted || bare => {
                    self.lexer.take();
                    Select::All
                }
                Some(next) if dotted || bare && !is_blank(next) => {
                    bare = false;
                    let name = self.lexer.name(within);
                    if name.is_empty() {
                        return Err(self.lexer.expected("a name"));
                    }
                    if self.lexer.next_is("(") {
                        let collects = path.steps.first().is_some_and(|first| first.deep);
                        if deep {
                            let problem =
                                Problem::new(self.lexer.since(start), "a function cannot follow two dots");
                            return Err(problem.help("two dots are followed by a name, * or a bracket"));
                        }
                        let name_start = self.lexer.at() - name.len();
                        let call = self.nested(|parser| parser.call(name, name_start, within, collects))?;
                        path.end = Some(End::Call(Box::new(call)));
                        return Ok(path);
                    }
                    path.steps.push(Step { deep, select: Select::Name(name.into()) });
                    dotted = false;
                    continue;
                }
                None if dotted => return Err(self.lexer.expected("a name")),
                _ => return Ok(with_pick(path)),
            };
            path.steps.push(Step { deep, select });
            dotted = false;
            bare = within == Within::Text;
        }
    }

    /// Reads what is one level further in.
    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let at = self.lexer.at();
        if self.nesting == NESTING {
            return Err(Problem::new(at..at, format!("the path nests deeper than {NESTING}")));
        }
        self.nesting += 1;
        let result = read(self);
        self.nesting -= 1;
        result
    }
}

/// At the end of a path several names make one object; before other steps they make several values.
fn with_pick(mut path: Path) -> Path {
    match path.steps.pop() {
        Some(Step { deep, select: Select::Names(names) }) => path.end = Some(End::Pick { deep, names }),
        Some(step) => path.steps.push(step),
        None => {}
    }
    path
}
