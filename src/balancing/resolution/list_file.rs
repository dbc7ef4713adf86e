//! Files of `name value;` lines, the smallest form of configuration: `tenants.conf` and `url-mapping.conf`.
//!
//! `#` starts a comment, blank lines count for nothing, and several entries may share a line. The words follow the
//! reader of `loadbalancer.conf` (elastic-load-balancer.md §1.2, column "new").

use std::collections::HashMap;
use std::sync::Arc;

use sinew_core::diagnostics::{Diagnostic, Diagnostics, Location, SourceFile, Span, codes};

/// One entry as written.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) name: Word<'a>,
    pub(super) value: Word<'a>,
}

/// A word and where it starts, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    start: usize,
}

impl Word<'_> {
    /// Where the word stands.
    pub(super) fn location(&self, file: &Arc<SourceFile>) -> Location {
        place(file, self.start, self.text.len())
    }
}

/// Every entry that could be understood, in order; every other line is reported.
pub(super) fn entries<'a>(file: &'a Arc<SourceFile>, diagnostics: &mut Diagnostics) -> Vec<Entry<'a>> {
    let mut found = Vec::new();
    let mut line_start = 0;
    for line in file.text().split_inclusive('\n') {
        let before_comment = line.split('#').next().unwrap_or_default();
        let mut start = line_start;
        for statement in before_comment.split_inclusive(';') {
            match entry(statement, start) {
                Ok(entry) => found.extend(entry),
                Err(problem) => diagnostics.push(problem.diagnostic(file)),
            }
            start += statement.len();
        }
        line_start += line.len();
    }
    found
}

/// Enters values by name; of a name that comes twice the first counts, and the second is reported.
pub(super) fn table<'a, K: Into<Box<str>>, V>(
    file: &Arc<SourceFile>,
    entries: impl IntoIterator<Item = (K, Word<'a>, V)>,
    diagnostics: &mut Diagnostics,
) -> HashMap<Box<str>, V> {
    let mut table = HashMap::new();
    let mut places: HashMap<Box<str>, Location> = HashMap::new();
    for (key, word, value) in entries {
        let key = key.into();
        let location = word.location(file);
        if let Some(first) = places.get(&key) {
            diagnostics.push(
                Diagnostic::error(codes::LIST_ENTRY_INVALID, format!("`{}` is here twice", word.text))
                    .at(location)
                    .label("this one does not count")
                    .related(first.clone(), "the first one"),
            );
            continue;
        }
        places.insert(key.clone(), location);
        table.insert(key, value);
    }
    table
}

/// A problem with the value of an entry.
pub(super) fn invalid_word(
    file: &Arc<SourceFile>,
    word: Word<'_>,
    message: impl Into<String>,
    label: &str,
) -> Diagnostic {
    Diagnostic::error(codes::LIST_ENTRY_INVALID, message).at(word.location(file)).label(label)
}

struct Problem {
    message: &'static str,
    label: &'static str,
    start: usize,
    length: usize,
}

impl Problem {
    fn diagnostic(&self, file: &Arc<SourceFile>) -> Diagnostic {
        Diagnostic::error(codes::LIST_ENTRY_INVALID, self.message)
            .at(place(file, self.start, self.length))
            .label(self.label)
            .help("an entry is `name value;`")
    }
}

/// The entry in a statement that starts at `start`; `None` for nothing but blanks.
fn entry(statement: &str, start: usize) -> Result<Option<Entry<'_>>, Problem> {
    let mut words = Vec::new();
    let (text, ended) = match statement.strip_suffix(';') {
        Some(text) => (text, true),
        None => (statement, false),
    };
    let mut at = start;
    for piece in text.split_inclusive(|letter: char| letter.is_whitespace() || letter == '\u{feff}') {
        let word = piece.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
        if !word.is_empty() {
            words.push(Word { text: word, start: at });
        }
        at += piece.len();
    }
    let problem = |message, label, word: &Word<'_>| {
        Err(Problem { message, label, start: word.start, length: word.text.len() })
    };
    match words.as_slice() {
        [] if ended => Err(Problem {
            message: "an entry without name and value",
            label: "nothing stands in front of it",
            start: start + text.len(),
            length: 1,
        }),
        [] => Ok(None),
        [.., last] if !ended => problem("the `;` is missing", "the entry ends here", last),
        [name] => problem("a name without value", "its value is missing", name),
        &[name, value] => Ok(Some(Entry { name, value })),
        [_, _, third, ..] => problem("more than a name and a value", "one word too many", third),
    }
}

fn place(file: &Arc<SourceFile>, start: usize, length: usize) -> Location {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Location::new(file.clone(), Span::new(offset(start), offset(start.saturating_add(length))))
}
