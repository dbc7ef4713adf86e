//! A script made ready for the engine: one function in plain JavaScript, and where its parts come from.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use sinew_core::diagnostics::{Location, SourceFile, Span};

use super::brief::is_brief;
use super::dialect::{Literal, Problem, Translation, Usage, translate};
use super::engine;
use super::text::ScriptText;
use super::xml;

/// A script, compiled as far as it can be for all threads.
#[derive(Debug)]
pub(super) struct Program {
    /// A JavaScript expression whose value is a function of `mc` and the helpers of the dialect.
    pub(super) text: String,
    /// The XML literals of all parts.
    pub(super) literals: Vec<Literal>,
    /// Whether it can only be over soon.
    pub(super) is_brief: bool,
    parts: Vec<Part>,
}

/// One text of a program.
#[derive(Debug)]
struct Part {
    source: Source,
    translation: Translation,
    /// Where it starts in the text of the program.
    start: usize,
}

/// A script's text with the means to say where a part of it stands.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// In the mediator itself.
    Inline(ScriptText),
    /// In a local entry: the key, as the name of a file.
    Entry(Arc<SourceFile>),
}

/// Why a text is no script, and where.
#[derive(Clone, Debug)]
pub(super) struct Mistake {
    pub(super) location: Location,
    pub(super) message: String,
    pub(super) help: Option<&'static str>,
}

/// The parameters of the function.
const HEAD: &str = "(function(mc,__xml,__each,__name){";

impl Program {
    /// A script whose value is that of its last statement.
    pub(super) fn inline(text: ScriptText) -> Result<Self, Mistake> {
        let source = [Source::Inline(text)];
        match Self::build(&source, None, true) {
            // The pass that finds the last statement knows no grammar; what it did must not break a good script.
            Err(_) => Self::build(&source, None, false),
            program => program,
        }
    }

    /// Scripts from local entries, of which the last has the function that is called.
    pub(super) fn entries(sources: &[Source], function: &str) -> Result<Self, Mistake> {
        Self::build(sources, Some(function), false)
    }

    fn build(sources: &[Source], function: Option<&str>, returns: bool) -> Result<Self, Mistake> {
        let is_brief = is_brief(sources.iter().map(Source::text), function);
        let mut program = Self { text: HEAD.to_owned(), literals: Vec::new(), is_brief, parts: Vec::new() };
        for source in sources {
            let translation = translate(source.text(), program.literals.len(), returns)
                .and_then(|translation| {
                    translation.literals.iter().try_for_each(xml::check)?;
                    Ok(translation)
                })
                .map_err(|problem| source.mistake(problem))?;
            let start = program.text.len();
            program.text.push_str(&translation.text);
            program.text.push('\n');
            program.literals.extend_from_slice(&translation.literals);
            program.parts.push(Part { source: source.clone(), translation, start });
        }
        if let Some(function) = function {
            program.text.push_str(&format!(
                "if(typeof {function}!==\"function\")\
                 throw new ReferenceError(\"the script has no function {function}\");\
                 return {function}(mc);"
            ));
        }
        program.text.push_str("})");
        match engine::compile_once(&program.text) {
            Ok(()) => Ok(program),
            Err(error) => Err(program.mistake(error)),
        }
    }

    /// What the text of an inline script uses of the message.
    pub(super) fn usage(&self) -> Option<(&Usage, &Source)> {
        self.parts.first().map(|part| (&part.translation.usage, &part.source))
    }

    fn mistake(&self, error: engine::SyntaxError) -> Mistake {
        let offset = error.place.and_then(|place| self.offset(place)).unwrap_or(0);
        let part = self.part(offset).or(self.parts.first());
        let location = part.map(|part| part.locate(offset));
        Mistake {
            location: location
                .unwrap_or_else(|| Location::new(SourceFile::new("script", ""), Span::default())),
            message: error.message,
            help: None,
        }
    }

    /// Where a line and a column of the program come from; both count from 1, the column in bytes. `None` for what stands
    /// in no part of it.
    pub(super) fn locate(&self, place: (usize, usize)) -> Option<Location> {
        let offset = self.offset(place)?;
        let part = self.part(offset)?;
        (offset <= part.end()).then(|| part.locate(offset))
    }

    fn offset(&self, (line, column): (usize, usize)) -> Option<usize> {
        let line_start = match line.checked_sub(2) {
            None => 0,
            Some(index) => self.text.match_indices('\n').nth(index)?.0 + 1,
        };
        line_start.checked_add(column.checked_sub(1)?)
    }

    /// The part in which an offset of the text stands, or behind which.
    fn part(&self, offset: usize) -> Option<&Part> {
        self.parts.iter().rev().find(|part| part.start <= offset)
    }
}

impl Part {
    fn end(&self) -> usize {
        self.start + self.translation.text.len()
    }

    fn locate(&self, offset: usize) -> Location {
        let offset = offset.min(self.end()).saturating_sub(self.start);
        let source = self.translation.source_offset(offset).min(self.source.text().len());
        self.source.locate(source..source)
    }
}

impl Source {
    /// The script of a local entry.
    pub(super) fn entry(key: &str, text: &str) -> Self {
        Source::Entry(SourceFile::new(key, text))
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Source::Inline(script) => &script.text,
            Source::Entry(file) => file.text(),
        }
    }

    pub(super) fn locate(&self, range: Range<usize>) -> Location {
        match self {
            Source::Inline(script) => script.locate(range),
            Source::Entry(file) => {
                let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                Location::new(file.clone(), Span::new(offset(range.start), offset(range.end)))
            }
        }
    }

    fn mistake(&self, problem: Problem) -> Mistake {
        let Problem { range, message, help } = problem;
        Mistake { location: self.locate(range), message, help }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.message, self.location)
    }
}
