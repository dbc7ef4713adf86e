//! Source files and places in them.

use std::fmt;
use std::sync::Arc;

/// A configuration file's name and text, with what is needed to turn byte offsets into lines and columns.
pub struct SourceFile {
    name: String,
    text: String,
    line_starts: Vec<usize>,
}

impl SourceFile {
    /// Keeps `text` under `name`, the path people see in diagnostics.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<SourceFile> {
        let text = text.into();
        let line_starts =
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        Arc::new(SourceFile { name: name.into(), text, line_starts })
    }

    /// The path people see in diagnostics.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text, a byte order mark included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The character at a line and a column, both counted from 1 and the column in bytes, of the text from an offset on: what
    /// readers of JSON say of a part that they were given. Places outside of the text count as its end.
    pub fn character(&self, from: usize, line: usize, column: usize) -> Span {
        let part = self.text.get(from..).unwrap_or_default();
        let before: usize = part.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let start = from.saturating_add(before).saturating_add(column.saturating_sub(1));
        let start = self.text.floor_char_boundary(start.min(self.text.len()));
        let length = self.text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(offset(start), offset(start.saturating_add(length)))
    }

    /// The line and column of a byte offset.
    ///
    /// An offset past the end counts as the end; one inside a character counts as that character's start.
    /// A byte order mark takes no column.
    pub fn position(&self, offset: u32) -> Position {
        let offset = self.text.floor_char_boundary(offset as usize);
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or("");
        let before = before.strip_prefix('\u{feff}').unwrap_or(before);
        Position { line: to_u32(line), column: to_u32(before.chars().count()).saturating_add(1) }
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile").field("name", &self.name).finish_non_exhaustive()
    }
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A line and a column, both counted from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// A stretch of text in byte offsets, the end excluded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// The stretch from `start` up to `end`, or an empty one at `start` when `end` lies before it.
    pub const fn new(start: u32, end: u32) -> Span {
        Span { start, end: if end < start { start } else { end } }
    }

    /// The empty stretch at one offset.
    pub const fn point(at: u32) -> Span {
        Span { start: at, end: at }
    }
}

/// A stretch of one file.
#[derive(Debug, Clone)]
pub struct Location {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The stretch, in bytes of the file's text.
    pub span: Span,
}

impl Location {
    /// A stretch of `file`.
    pub fn new(file: Arc<SourceFile>, span: Span) -> Location {
        Location { file, span }
    }

    /// Where the stretch starts.
    pub fn position(&self) -> Position {
        self.file.position(self.span.start)
    }
}

/// Writes `file:line:column`.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position();
        write!(f, "{}:{line}:{column}", self.file.name())
    }
}

/// Two places are the same when the file name and the stretch are.
impl PartialEq for Location {
    fn eq(&self, other: &Location) -> bool {
        self.span == other.span && self.file.name() == other.file.name()
    }
}

impl Eq for Location {}
