//! From the JavaScript that Apache Synapse ran to plain JavaScript: a source-to-source pass.
//!
//! | Written | Becomes |
//! |---|---|
//! | `<a b={x}>{y}</a>` | `__xml(0,(x),(y))`: literal 0 of the script, with two values |
//! | `x..*::n`, `x.*`, `x.@a`, `x.m::n` | `x["..*::n"]`, `x["*"]`, `x["@a"]`, `x[__name("",m,"n")]` |
//! | `for each (var i in x)` | `for (var i of __each(x))` |
//! | the last expression of a script | `return` and the expression: the value of a script is that of its last statement |
//!
//! Everything else stays as it is, on the line where it was. The pass knows tokens, not the grammar: what is wrong in
//! other ways is found by the engine.

mod literal;
mod operators;
mod scanner;
mod tail;
mod token;

use std::ops::Range;

pub(super) use literal::{Hole, Literal};
pub(super) use token::Usage;

use scanner::Scanner;

/// A script in plain JavaScript.
#[derive(Debug)]
pub(super) struct Translation {
    /// The text; its lines are those of the source.
    pub(super) text: String,
    /// The literals that `__xml` refers to, by number.
    pub(super) literals: Vec<Literal>,
    /// What the script uses of the message.
    pub(super) usage: Usage,
    places: Places,
}

/// Something the dialect has no form for, and where it stands in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<&'static str>,
}

impl Problem {
    pub(super) fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
}

/// One change of the text.
#[derive(Debug)]
struct Edit {
    range: Range<usize>,
    text: String,
}

/// Translates a script. `first_literal` is the number of its first literal; with `returns`, its last expression becomes
/// its result.
pub(super) fn translate(source: &str, first_literal: usize, returns: bool) -> Result<Translation, Problem> {
    let mut scanner = Scanner::new(source, first_literal);
    let tokens = scanner.script()?;
    let mut edits = scanner.edits;
    if returns {
        edits.extend(tail::returns(source, &tokens));
    }
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let (text, places) = apply(source, &edits);
    Ok(Translation { text, literals: scanner.literals, usage: scanner.usage, places })
}

/// Makes the changes, which do not overlap. Line feeds in what is replaced are kept, so that lines keep their numbers.
fn apply(source: &str, edits: &[Edit]) -> (String, Places) {
    let mut text = String::with_capacity(source.len() + 16 * edits.len());
    let mut places = Places(vec![(0, 0)]);
    let mut at = 0;
    for edit in edits {
        text.push_str(source.get(at..edit.range.start).unwrap_or_default());
        places.0.push((text.len(), edit.range.start));
        text.push_str(&edit.text);
        let replaced = source.get(edit.range.clone()).unwrap_or_default();
        let kept = edit.text.matches('\n').count();
        text.extend(replaced.matches('\n').skip(kept));
        at = edit.range.end;
        places.0.push((text.len(), at));
    }
    text.push_str(source.get(at..).unwrap_or_default());
    (text, places)
}

/// Where the parts of a text come from: offsets in the text, in ascending order, with those in the source.
#[derive(Debug)]
struct Places(Vec<(usize, usize)>);

impl Translation {
    /// The offset in the source of an offset in the text.
    pub(super) fn source_offset(&self, offset: usize) -> usize {
        let places = &self.places.0;
        let part = places.partition_point(|&(text, _)| text <= offset).saturating_sub(1);
        let (text, source) = places.get(part).copied().unwrap_or_default();
        let limit = places.get(part + 1).map_or(usize::MAX, |&(_, source)| source);
        (source + offset.saturating_sub(text)).min(limit)
    }
}
