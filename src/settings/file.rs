//! Reading `sinew.toml`: its values with their places, and everything that is no key.

use std::sync::Arc;

use sinew_core::diagnostics::{Diagnostic, Diagnostics, Location, SourceFile, Span, codes, nearest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::key::{Key, LISTS, Table, join};

/// A value of the file for a known key.
pub(super) struct Found<'a> {
    pub(super) key: &'a Key,
    pub(super) value: &'a DeValue<'a>,
    pub(super) location: Location,
}

/// One table of a list of tables.
pub(super) struct Entry<'a> {
    pub(super) table: &'a DeTable<'a>,
    pub(super) location: Location,
}

/// A parsed settings file.
pub(super) struct Document<'a> {
    file: &'a Arc<SourceFile>,
    root: Spanned<DeTable<'a>>,
    /// Lines on which the parser found an error: what it made of them is a guess.
    doubtful_lines: Vec<u32>,
}

impl<'a> Document<'a> {
    /// Parses the text; what is wrong with the syntax goes to `problems`, and reading goes on after it.
    pub(super) fn parse(file: &'a Arc<SourceFile>, problems: &mut Diagnostics) -> Document<'a> {
        let (root, errors) = DeTable::parse_recoverable(file.text());
        let mut doubtful_lines = Vec::new();
        for error in errors {
            let location = location(file, error.span().unwrap_or_default());
            let line = location.position().line;
            if !doubtful_lines.contains(&line) {
                let message = error.message().lines().next().unwrap_or("wrong syntax").to_owned();
                let problem = Diagnostic::error(codes::SETTINGS_INVALID, format!("TOML syntax: {message}"));
                problems.push(problem.at(location));
                doubtful_lines.push(line);
            }
        }
        Document { file, root, doubtful_lines }
    }

    /// The values of known keys; every unknown key or table goes to `problems`.
    pub(super) fn values(
        &'a self,
        tables: &'a [Table],
        keys: &'a [Key],
        problems: &mut Diagnostics,
    ) -> Vec<Found<'a>> {
        let mut walk = Walk { document: self, tables, keys, problems, found: Vec::new() };
        walk.table("", self.root.get_ref());
        walk.found
    }

    /// The entries of a list of tables; anything else under that name goes to `problems`.
    pub(super) fn entries(&'a self, list: &str, problems: &mut Diagnostics) -> Vec<Entry<'a>> {
        let (outside, own) = list.rsplit_once('.').unwrap_or(("", list));
        let mut tables = outside.split('.').filter(|name| !name.is_empty());
        // A table that is none is complained about where its keys are read.
        let table = tables.try_fold(self.root.get_ref(), |table, name| table.get(name)?.get_ref().as_table());
        let Some((name, value)) =
            table.and_then(|table| table.iter().find(|(name, _)| name.get_ref() == own))
        else {
            return Vec::new();
        };
        let entry = |value: &'a Spanned<DeValue<'a>>| {
            let location = location(self.file, value.span());
            value.get_ref().as_table().map(|table| Entry { table, location })
        };
        let items = value.get_ref().as_array();
        let entries: Option<Vec<Entry<'a>>> = items.and_then(|items| items.iter().map(entry).collect());
        entries.unwrap_or_else(|| {
            let place = location(self.file, name.span());
            if !self.is_doubtful(&place) {
                let problem = format!("`{list}` is a list of tables");
                let help = format!("write [[{list}]] and its keys below it, once for each");
                problems.push(Diagnostic::error(codes::SETTINGS_INVALID, problem).at(place).help(help));
            }
            Vec::new()
        })
    }

    /// The values of known keys of one entry of a list; every unknown key or table goes to `problems`.
    pub(super) fn entry(
        &'a self,
        list: &str,
        entry: &Entry<'a>,
        (tables, keys): (&'a [Table], &'a [Key]),
        problems: &mut Diagnostics,
    ) -> Vec<Found<'a>> {
        let mut walk = Walk { document: self, tables, keys, problems, found: Vec::new() };
        walk.table(list, entry.table);
        walk.found
    }

    fn is_doubtful(&self, location: &Location) -> bool {
        self.doubtful_lines.contains(&location.position().line)
    }
}

struct Walk<'a, 'p> {
    document: &'a Document<'a>,
    tables: &'a [Table],
    keys: &'a [Key],
    problems: &'p mut Diagnostics,
    found: Vec<Found<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn table(&mut self, prefix: &str, table: &'a DeTable<'a>) {
        for (name, value) in table {
            let path = join(prefix, name.get_ref());
            let place = location(self.document.file, name.span());
            if self.document.is_doubtful(&place) || LISTS.contains(&path.as_str()) {
                continue;
            }
            if let Some(key) = self.keys.iter().find(|key| key.path == path) {
                let location = location(self.document.file, value.span());
                self.found.push(Found { key, value: value.get_ref(), location });
            } else if self.tables.iter().any(|table| table.path == path) {
                match value.get_ref() {
                    DeValue::Table(inner) => self.table(&path, inner),
                    _ => self.problems.push(
                        Diagnostic::error(codes::SETTINGS_INVALID, format!("`{path}` is a table"))
                            .at(place)
                            .help(format!("write [{path}] and its keys below it")),
                    ),
                }
            } else {
                let problem = self.unknown(prefix, name.get_ref(), value.get_ref()).at(place);
                self.problems.push(problem);
            }
        }
    }

    fn unknown(&self, prefix: &str, name: &str, value: &DeValue<'_>) -> Diagnostic {
        let is_table = matches!(value, DeValue::Table(_));
        let what = if is_table { "table" } else { "key" };
        let path = join(prefix, name);
        let problem = Diagnostic::error(codes::SETTINGS_INVALID, format!("`{path}` is no known {what}"));
        let siblings = self.keys.iter().map(|key| key.path.as_str());
        let siblings = siblings.chain(self.tables.iter().map(|table| table.path.as_str())).chain(LISTS);
        let siblings = siblings.filter(|path| path.rsplit_once('.').map_or("", |(table, _)| table) == prefix);
        let siblings =
            siblings.map(|path| path.rsplit('.').next().unwrap_or(path)).filter(|name| !name.is_empty());
        if let Some(meant) = nearest(name, siblings) {
            return problem.label(format!("did you mean `{meant}`?"));
        }
        let elsewhere: Vec<String> = self
            .keys
            .iter()
            .filter(|key| !is_table && key.table_and_name().1 == name)
            .map(|key| format!("[{}]", key.table_and_name().0))
            .collect();
        if elsewhere.is_empty() {
            problem
        } else {
            problem.help(format!("`{name}` is a key of {}", elsewhere.join(" and ")))
        }
    }
}

/// A stretch of the file.
fn location(file: &Arc<SourceFile>, span: std::ops::Range<usize>) -> Location {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Location::new(Arc::clone(file), Span::new(offset(span.start), offset(span.end)))
}
