//! Loading: every source is read, the highest wins, every problem of all of them is reported.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use sinew_core::diagnostics::{Diagnostic, Diagnostics, Location, SourceFile, codes, nearest};

use super::file::{Document, Entry, Found};
use super::key::{Key, MEMBERS, PROVIDERS, Section, Table, describe, describe_entry};
use super::sections::{MemberTable, ProviderTable};
use super::value::{Input, Problem};
use super::{Explanation, Origin, Settings, StaticMember, checks};

/// Every source of settings but the defaults, the lowest first.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The settings file, when there is one.
    pub file: Option<Arc<SourceFile>>,
    /// Environment variables; those whose name does not begin with `SINEW_` are ignored.
    pub environment: Vec<(String, String)>,
    /// Flags, in the order given: a later one wins over an earlier one.
    pub flags: Vec<Override>,
}

/// A setting given by a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The flag as people know it: `--set`, or a flag of its own such as `--listen`.
    pub flag: String,
    /// The dotted path of the key.
    pub key: String,
    /// The value.
    pub value: String,
}

/// Settings, and where each value comes from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The values.
    pub settings: Settings,
    /// What is suspicious without being wrong.
    pub warnings: Diagnostics,
    origins: BTreeMap<String, Origin>,
    /// What was given in lists.
    entries: Vec<Explanation>,
}

/// The largest settings file, in bytes.
const LARGEST_FILE: u64 = 1024 * 1024;

/// Reads a settings file of at most 1 MiB.
///
/// # Errors
///
/// A diagnostic `FILE_UNREADABLE` when it cannot be read, is too large or is no UTF-8 text.
pub fn read_file(path: &Path) -> Result<Arc<SourceFile>, Diagnostics> {
    let unreadable = |reason: &dyn std::fmt::Display| {
        let message = format!("cannot read the settings {}: {reason}", path.display());
        Diagnostics::from(Diagnostic::error(codes::FILE_UNREADABLE, message))
    };
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let mut text = String::new();
    // One byte more than allowed shows that there is too much; a pipe or device may have no end.
    file.take(LARGEST_FILE + 1).read_to_string(&mut text).map_err(|error| unreadable(&error))?;
    if u64::try_from(text.len()).is_ok_and(|length| length <= LARGEST_FILE) {
        Ok(SourceFile::new(path.display().to_string(), text))
    } else {
        Err(unreadable(&format!("it is larger than {LARGEST_FILE} bytes")))
    }
}

/// Loads the settings: flag over environment over file over default.
///
/// # Errors
///
/// Every problem found, sorted, each with the code `SETTINGS_INVALID`. A wrong value is an error even when a higher
/// source gives a good one.
pub fn load(sources: &Sources) -> Result<Loaded, Diagnostics> {
    let (tables, keys) = describe();
    let mut loading = Loading::default();
    if let Some(file) = &sources.file {
        let document = Document::parse(file, &mut loading.problems);
        loading.incomplete = loading.problems.has_errors();
        for found in document.values(&tables, &keys, &mut loading.problems) {
            loading.assign(found.key, &Input::Toml(found.value), Origin::File(found.location));
        }
        loading.members(&document);
        loading.providers(&document);
    }
    loading.environment(&keys, &sources.environment);
    loading.flags(&keys, &sources.flags);
    let Loading { settings, origins, entries, mut problems, incomplete } = loading;
    let loaded = Loaded { settings, origins, entries, warnings: Diagnostics::new() };
    // Without the values that could not be read, what remains may seem not to fit together.
    if !incomplete {
        problems.extend(checks::check(&loaded));
    }
    problems.sort();
    if problems.has_errors() { Err(problems) } else { Ok(Loaded { warnings: problems, ..loaded }) }
}

/// Reads the members of a file that holds nothing but `[[member]]`.
///
/// # Errors
///
/// Every problem found, sorted.
pub fn read_members(file: &Arc<SourceFile>) -> Result<Vec<StaticMember>, Diagnostics> {
    let mut loading = Loading::default();
    let document = Document::parse(file, &mut loading.problems);
    document.values(&[], &[], &mut loading.problems);
    loading.members(&document);
    let Loading { settings, mut problems, .. } = loading;
    problems.sort();
    if problems.has_errors() { Err(problems) } else { Ok(settings.members) }
}

// === impl Sources ===

impl Sources {
    /// The environment of the process, nothing else.
    ///
    /// Variables that are no Unicode are read with replacement characters.
    pub fn from_environment() -> Sources {
        let environment = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .collect();
        Sources { environment, ..Sources::default() }
    }
}

// === impl Override ===

impl Override {
    /// Reads the value of `--set`: `key=value`.
    ///
    /// # Errors
    ///
    /// When there is no `=`. Whether the key exists is found out by [`load`].
    pub fn parse(text: &str) -> Result<Override, Diagnostics> {
        let Some((key, value)) = text.split_once('=') else {
            let problem = Diagnostic::error(codes::SETTINGS_INVALID, format!("--set {text}: no value"));
            return Err(problem.help("write --set key=value, for example --set timeouts.header=10s").into());
        };
        Ok(Override::new("--set", key.trim(), value))
    }

    /// A flag of its own, such as `--listen`, for one key.
    pub fn new(flag: impl Into<String>, key: impl Into<String>, value: impl Into<String>) -> Override {
        Override { flag: flag.into(), key: key.into(), value: value.into() }
    }
}

// === impl Loaded ===

impl Loaded {
    /// Every key with its value and where that comes from, in the order of the reference; then what the file says of
    /// members and providers.
    pub fn explain(&self) -> Vec<Explanation> {
        let keys = super::keys().into_iter();
        let keys = keys.map(|key| Explanation {
            value: self.settings.show(&key.path).unwrap_or_default(),
            origin: self.origin(&key.path).clone(),
            key: key.path,
        });
        keys.chain(self.entries.iter().cloned()).collect()
    }

    /// Where the value of a key comes from.
    pub fn origin(&self, key: &str) -> &Origin {
        self.origins.get(key).unwrap_or(&Origin::Default)
    }
}

/// The defaults, as after loading nothing.
impl Default for Loaded {
    fn default() -> Self {
        Loaded {
            settings: Settings::default(),
            warnings: Diagnostics::new(),
            origins: BTreeMap::new(),
            entries: Vec::new(),
        }
    }
}

// === loading ===

#[derive(Default)]
struct Loading {
    settings: Settings,
    origins: BTreeMap<String, Origin>,
    entries: Vec<Explanation>,
    problems: Diagnostics,
    /// Whether a value was given that could not be read.
    incomplete: bool,
}

/// An entry of a list: which one, and what it may have.
struct List<'a> {
    name: &'static str,
    number: usize,
    tables: &'a [Table],
    keys: &'a [Key],
}

impl Loading {
    fn assign(&mut self, key: &Key, input: &Input<'_>, origin: Origin) {
        match self.settings.set(&key.path, input) {
            Ok(()) => {
                self.origins.insert(key.path.clone(), origin);
            }
            Err(problem) => {
                self.incomplete = true;
                self.problems.push(wrong_value(key, &problem, origin));
            }
        }
    }

    /// Reads every `[[member]]`.
    fn members<'a>(&mut self, document: &'a Document<'a>) {
        let (tables, keys) = describe_entry::<MemberTable>(MEMBERS);
        for (index, entry) in document.entries(MEMBERS, &mut self.problems).iter().enumerate() {
            let list = List { name: MEMBERS, number: index + 1, tables: &tables, keys: &keys };
            let Some(table) = self.entry::<MemberTable>(document, entry, &list) else { continue };
            match table.into_member() {
                Err(missing) => self.problems.push(wrong_entry(entry, missing)),
                Ok(member) if self.settings.members.iter().any(|one| one.identity() == member.identity()) => {
                    let (cluster, host, port) = member.identity();
                    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
                    let problem = format!("the cluster {cluster} has a member {host}{port} already");
                    self.problems.push(wrong_entry(entry, &problem));
                }
                Ok(member) => self.settings.members.push(member),
            }
        }
    }

    /// Reads every `[[iaas]]`.
    fn providers<'a>(&mut self, document: &'a Document<'a>) {
        let (tables, keys) = describe_entry::<ProviderTable>(PROVIDERS);
        for (index, entry) in document.entries(PROVIDERS, &mut self.problems).iter().enumerate() {
            let list = List { name: PROVIDERS, number: index + 1, tables: &tables, keys: &keys };
            let Some(table) = self.entry::<ProviderTable>(document, entry, &list) else { continue };
            let provider = table.into_provider();
            match provider.and_then(|provider| provider.beside(&self.settings.providers).map(|()| provider)) {
                Err(problem) => self.problems.push(wrong_entry(entry, &problem)),
                Ok(provider) => self.settings.providers.push(provider),
            }
        }
    }

    /// Reads one entry of a list; none when a value in it is wrong.
    fn entry<'a, T: Section + Default>(
        &mut self,
        document: &'a Document<'a>,
        entry: &Entry<'a>,
        list: &List<'a>,
    ) -> Option<T> {
        let mut table = T::default();
        let mut complete = true;
        for Found { key, value, location } in
            document.entry(list.name, entry, list.tables, list.keys, &mut self.problems)
        {
            // Every key of an entry begins with the name of its list.
            let path = key.path.get(list.name.len() + 1..).unwrap_or_default();
            match table.set(path, &Input::Toml(value)) {
                Ok(()) => self.entries.push(Explanation {
                    key: format!("{}[{}].{path}", list.name, list.number),
                    value: table.show(path).unwrap_or_default(),
                    origin: Origin::File(location),
                }),
                Err(problem) => {
                    complete = false;
                    self.problems.push(wrong_value(key, &problem, Origin::File(location)));
                }
            }
        }
        self.incomplete |= !complete;
        complete.then_some(table)
    }

    fn environment(&mut self, keys: &[Key], environment: &[(String, String)]) {
        let known: Vec<(String, &Key)> = keys.iter().map(|key| (key.environment_variable(), key)).collect();
        for (name, value) in environment.iter().filter(|(name, _)| name.starts_with("SINEW_")) {
            if let Some((name, key)) = known.iter().find(|(known, _)| known == name) {
                self.assign(key, &Input::Text(value), Origin::Environment(name.clone()));
            } else if let Some(meant) = nearest(name, known.iter().map(|(name, _)| name.as_str())) {
                // Others set variables with our prefix too: Kubernetes does it for a service called "sinew". Only
                // what looks like a slip of the pen is worth a warning.
                let message = format!("environment variable {name} sets nothing");
                let problem = Diagnostic::warning(codes::VALUE_IGNORED, message);
                self.problems.push(problem.help(format!("did you mean {meant}?")));
            }
        }
    }

    fn flags(&mut self, keys: &[Key], flags: &[Override]) {
        for Override { flag, key: path, value } in flags {
            if let Some(key) = keys.iter().find(|key| key.path == *path) {
                self.assign(key, &Input::Text(value), Origin::Flag(flag.clone()));
                continue;
            }
            let problem =
                Diagnostic::error(codes::SETTINGS_INVALID, format!("{flag}: `{path}` is no known key"));
            self.problems.push(match nearest(path, keys.iter().map(|key| key.path.as_str())) {
                Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                None => problem.help("`sinew show settings` lists every key"),
            });
        }
    }
}

/// The diagnostic for an entry whose values do not fit together, or beside the others.
fn wrong_entry(entry: &Entry<'_>, message: &str) -> Diagnostic {
    Diagnostic::error(codes::SETTINGS_INVALID, message).at(entry.location.clone())
}

/// The diagnostic for a value that its key does not take.
fn wrong_value(key: &Key, Problem(problem): &Problem, origin: Origin) -> Diagnostic {
    let Key { path, kind, secret, .. } = key;
    let expected = format!("expected {kind}");
    let error = |subject: &str| Diagnostic::error(codes::SETTINGS_INVALID, format!("{subject}: {problem}"));
    match origin {
        Origin::File(location) if *secret => error(path).at(without_text(&location)).label(expected),
        Origin::File(location) => error(path).at(location).label(expected),
        Origin::Environment(name) => error(&format!("environment variable {name}")).help(expected),
        Origin::Flag(flag) => error(&format!("{flag} {path}")).help(expected),
        Origin::Default => error(path).help(expected),
    }
}

/// The same place in a copy of the file in which its text is covered, so that no excerpt shows it.
fn without_text(location: &Location) -> Location {
    let text = location.file.text();
    let (start, end) = (location.span.start as usize, location.span.end as usize);
    let covered: String = text
        .char_indices()
        .flat_map(|(at, letter)| {
            let cover = (start..end).contains(&at) && !letter.is_control();
            let (letter, times) = if cover { ('*', letter.len_utf8()) } else { (letter, 1) };
            std::iter::repeat_n(letter, times)
        })
        .collect();
    Location::new(SourceFile::new(location.file.name(), covered), location.span)
}
