//! Diagnostics as text for people.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use memchr::{memchr2, memrchr};

use super::{Diagnostic, Location, Severity, SourceFile};

/// The widest excerpt line, in columns; longer ones are cut around what they are shown for.
const EXCERPT_WIDTH: usize = 140;

/// The rendering of operations.md §3.3: title with code, place, excerpt with caret and label, help.
///
/// With `color` the text carries ANSI escapes. Of a stretch over several lines, the first line is marked.
/// There is no final line end.
pub fn render(diagnostic: &Diagnostic, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(printable(&diagnostic.message)).id(diagnostic.code.as_str());
    let marks = diagnostic
        .location
        .iter()
        .map(|place| Mark::new(AnnotationKind::Primary, place, &diagnostic.label))
        .chain(
            diagnostic.related.iter().map(|(place, text)| Mark::new(AnnotationKind::Context, place, text)),
        );
    let mut group = Group::with_title(title).elements(excerpts(marks.collect()));
    if let Some(help) = &diagnostic.help {
        let lines: Vec<String> = help.lines().map(printable).collect();
        group = group.element(Level::HELP.message(lines.join("\n")));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.term_width(EXCERPT_WIDTH).render(&[group])
}

/// One line: `file:line:column: error[E0207]: message`.
pub fn render_short(diagnostic: &Diagnostic) -> String {
    let Diagnostic { severity, code, message, .. } = diagnostic;
    let problem = format!("{}[{code}]: {}", severity.as_str(), printable(message));
    match &diagnostic.location {
        Some(location) => format!("{location}: {problem}"),
        None => problem,
    }
}

/// A marked stretch of one line.
struct Mark<'a> {
    kind: AnnotationKind,
    file: &'a SourceFile,
    label: &'a str,
    stretch: Range<usize>,
    /// The line that the stretch starts in, without its end.
    line: Range<usize>,
}

impl<'a> Mark<'a> {
    fn new(kind: AnnotationKind, location: &'a Location, label: &'a str) -> Mark<'a> {
        let file = &*location.file;
        let text = file.text();
        let bytes = text.as_bytes();
        let start = text.floor_char_boundary(location.span.start as usize);
        let end = text.ceil_char_boundary(location.span.end as usize);
        let (before, after) = bytes.split_at(start);
        let line_start = memrchr(b'\n', before).map_or(0, |at| at + 1);
        let line_end = memchr2(b'\n', b'\r', after).map_or(text.len(), |at| start + at);
        // A byte order mark takes no column.
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let line_start = line_start.max(mark).min(line_end);
        let start = start.max(line_start);
        Mark { kind, file, label, stretch: start..end.min(line_end).max(start), line: line_start..line_end }
    }
}

/// One excerpt for each file, in the order the files are first mentioned.
fn excerpts(marks: Vec<Mark<'_>>) -> Vec<Snippet<'_, Annotation<'_>>> {
    let mut by_file: Vec<Vec<Mark<'_>>> = Vec::new();
    for mark in marks {
        let same_file = |list: &&mut Vec<Mark<'_>>| {
            list.first().is_some_and(|first| first.file.name() == mark.file.name())
        };
        match by_file.iter_mut().find(same_file) {
            Some(list) => list.push(mark),
            None => by_file.push(vec![mark]),
        }
    }
    by_file.into_iter().filter_map(excerpt).collect()
}

/// The lines from the first to the last mark; those in between fold unless they are few.
fn excerpt(marks: Vec<Mark<'_>>) -> Option<Snippet<'_, Annotation<'_>>> {
    let file = marks.first()?.file;
    let start = marks.iter().map(|mark| mark.line.start).min()?;
    let end = marks.iter().map(|mark| mark.line.end).max()?;
    let first_line = file.position(u32::try_from(start).unwrap_or(u32::MAX)).line as usize;
    let annotations = marks.iter().map(|mark| {
        let annotation = mark.kind.span(mark.stretch.start - start..mark.stretch.end - start);
        if mark.label.is_empty() { annotation } else { annotation.label(printable(mark.label)) }
    });
    let snippet = Snippet::source(file.text().get(start..end)?)
        .line_start(first_line)
        .path(printable(file.name()))
        .annotations(annotations);
    Some(snippet)
}

/// Control characters would garble a terminal; they become spaces.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
